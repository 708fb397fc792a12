#pragma once

#include <string>

#include "q2o/billing/v1/payments.pb.h"
#include "q2o/billing/v1/pricing.pb.h"

/// Prices and payments as text. Pure.
namespace q2o::cli {

/// Line by line, amounts right-aligned, exact ones beside what is rounded; ends with the total.
std::string price_text(const billing::v1::Price& price);
/// "PAID", "PARTLY REFUNDED"
std::string payment_state(billing::v1::PaymentState state);
/// A person has to settle it, and no operator has acknowledged that.
bool is_open_problem(const billing::v1::Payment& payment);
/// One line of a list, and below it the problem where there is one, and who has acknowledged it.
std::string payment_text(const billing::v1::Payment& payment);
/// The same of a webhook that leads to nothing yet.
std::string waiting_text(const billing::v1::WaitingEvent& event);

}  // namespace q2o::cli
