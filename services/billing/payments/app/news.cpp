#include "services/billing/payments/app/news.h"

#include "common/calendar/calendar.h"
#include "common/ids/ids.h"
#include "services/billing/payments/app/payment_fold.h"
#include "services/billing/payments/domain/words.h"

namespace q2o::billing::payments {
namespace {

v1::PaymentEvent event(const std::string& tenant, const std::string& subject, const std::string& what, const std::string& now) {
  v1::PaymentEvent out;
  out.set_event_id(ids::uuid_v5({"payment event", subject, what}));
  out.set_tenant_id(tenant);
  out.set_occurred_at(now);
  return out;
}

/// What every event about a payment repeats.
template <class About>
void describe(About& about, const v1::Payment& payment, PaymentStore& store) {
  about.set_payment_id(payment.payment_id());
  about.set_total(payment.total());
  about.set_currency(payment.currency());
  const auto quote = payment.quote_id().empty() ? std::nullopt : store.quote(payment.tenant_id(), payment.quote_id());
  if (!quote) return;
  for (const auto& item : quote->migrations()) {
    auto& line = *about.add_items();
    line.set_migration_id(item.migration_id());
    line.set_name(item.name());
    line.set_amount(item.price().total());
  }
}

}  // namespace

v1::PaymentEvent received(const v1::Payment& payment, PaymentStore& store, const std::string& now) {
  auto out = event(payment.tenant_id(), payment.payment_id(), "received", now);
  auto& about = *out.mutable_received();
  describe(about, payment, store);
  about.set_quote_id(payment.quote_id());
  about.set_tax(payment.tax());
  about.set_problem(payment.misfit());
  return out;
}

v1::PaymentEvent refunded(const v1::Payment& payment, std::int64_t amount_minor, PaymentStore& store, const std::string& now) {
  // The same sum once more, after a refund had failed, is news.
  const auto failed = standing_of(payment).failed;
  auto what = "refunded " + payment.refunded();
  if (failed > 0) what += " after " + std::to_string(failed);
  auto out = event(payment.tenant_id(), payment.payment_id(), what, now);
  auto& about = *out.mutable_refunded();
  describe(about, payment, store);
  about.set_amount(from_minor_units(amount_minor, payment.currency()).to_string());
  about.set_refunded(payment.refunded());
  about.set_whole(payment.state() == v1::PAYMENT_STATE_REFUNDED);
  return out;
}

v1::PaymentEvent refund_failed(const v1::Payment& payment, std::int64_t amount_minor, PaymentStore& store, const std::string& now) {
  const auto what = "refund failed " + std::to_string(standing_of(payment).failed);
  auto out = event(payment.tenant_id(), payment.payment_id(), what, now);
  auto& about = *out.mutable_refund_failed();
  describe(about, payment, store);
  about.set_amount(from_minor_units(amount_minor, payment.currency()).to_string());
  about.set_whole(payment.revoked());
  return out;
}

v1::PaymentEvent disputed(const v1::Payment& payment, PaymentStore& store, const std::string& now) {
  auto out = event(payment.tenant_id(), payment.payment_id(), "disputed " + std::to_string(payment.disputes_size()), now);
  describe(*out.mutable_disputed(), payment, store);
  return out;
}

v1::PaymentEvent dispute_over(const v1::Payment& payment, bool lost, PaymentStore& store, const std::string& now) {
  auto out = event(payment.tenant_id(), payment.payment_id(), "dispute over " + std::to_string(payment.disputes_size()), now);
  describe(*out.mutable_dispute_over(), payment, store);
  out.mutable_dispute_over()->set_lost(lost);
  return out;
}

v1::PaymentEvent failed(const v1::Payment& payment, PaymentStore& store, const std::string& now) {
  auto out = event(payment.tenant_id(), payment.payment_id(), "failed", now);
  describe(*out.mutable_failed(), payment, store);
  out.mutable_failed()->set_quote_id(payment.quote_id());
  return out;
}

v1::PaymentEvent plan_changed(const v1::Subscription& subscription, const std::string& name, const std::string& now) {
  const auto what = subscription.plan() + " " + subscription.status() + " " + std::to_string(subscription.period_end()) + " " +
                    std::to_string(subscription.event_created());  // past due and active again is news
  auto out = event(subscription.tenant_id(), subscription.subscription_id(), what, now);
  auto& about = *out.mutable_plan_changed();
  about.set_subscription_id(subscription.subscription_id());
  about.set_plan(subscription.plan());
  about.set_name(name);
  about.set_status(subscription.status());
  if (subscription.period_end() != 0)
    about.set_period_end(calendar::rfc3339(std::chrono::system_clock::time_point(std::chrono::seconds(subscription.period_end()))));
  return out;
}

}  // namespace q2o::billing::payments
