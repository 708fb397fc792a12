#pragma once

#include "q2o/billing/v1/event.pb.h"
#include "services/billing/payments/app/ports.h"

/// What people are told about money (q2o.billing.payment.v1). An event's id follows from what it tells of: told twice, it is the same
/// event.
namespace q2o::billing::payments {

/// About a payment whose tenant is known; an event without a tenant is not to be told.
v1::PaymentEvent received(const v1::Payment& payment, PaymentStore& store, const std::string& now);
/// `amount_minor`: given back now.
v1::PaymentEvent refunded(const v1::Payment& payment, std::int64_t amount_minor, PaymentStore& store, const std::string& now);
/// `amount_minor`: what was to be given back and has come back now.
v1::PaymentEvent refund_failed(const v1::Payment& payment, std::int64_t amount_minor, PaymentStore& store, const std::string& now);
v1::PaymentEvent disputed(const v1::Payment& payment, PaymentStore& store, const std::string& now);
v1::PaymentEvent dispute_over(const v1::Payment& payment, bool lost, PaymentStore& store, const std::string& now);
v1::PaymentEvent failed(const v1::Payment& payment, PaymentStore& store, const std::string& now);
/// `name`: the plan's, for people.
v1::PaymentEvent plan_changed(const v1::Subscription& subscription, const std::string& name, const std::string& now);

}  // namespace q2o::billing::payments
