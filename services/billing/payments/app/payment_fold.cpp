#include "services/billing/payments/app/payment_fold.h"

#include <algorithm>

#include "services/billing/payments/domain/words.h"

namespace q2o::billing::payments {
namespace {

/// A refund or dispute that has ended does not begin again; else the newest event counts.
template <class Known>
bool is_older(const Known& known, bool known_ended, bool told_ended, std::int64_t created) {
  if (known_ended != told_ended) return known_ended;
  return known.event_created() > created;
}

bool refund_ended(const std::string& status) {
  return status == "failed" || status == "canceled";
}

bool disputed(const v1::Payment& payment) {
  return std::ranges::any_of(payment.disputes(), [](const v1::Dispute& dispute) { return !dispute.closed(); });
}
bool dispute_lost(const v1::Payment& payment) {
  return std::ranges::any_of(payment.disputes(), [](const v1::Dispute& dispute) { return dispute.closed() && dispute.status() == "lost"; });
}

v1::PaymentState state_of(const v1::Payment& payment) {
  switch (payment.session_outcome()) {
    case v1::SESSION_OUTCOME_UNPAID:
      return v1::PAYMENT_STATE_PROCESSING;
    case v1::SESSION_OUTCOME_FAILED:
      return v1::PAYMENT_STATE_FAILED;
    case v1::SESSION_OUTCOME_PAID:
      break;
    default:
      // Only what was taken back of it says that there is such a payment.
      if (payment.refunds().empty() && payment.charge_refunded_minor() == 0 && payment.disputes().empty())
        return v1::PAYMENT_STATE_UNSPECIFIED;
  }
  if (dispute_lost(payment)) return v1::PAYMENT_STATE_DISPUTE_LOST;
  const auto refunded = refunded_minor(payment);
  const bool known = payment.total_minor() > 0 || was_paid(payment);
  if (refunded > 0 && known && refunded >= payment.total_minor()) return v1::PAYMENT_STATE_REFUNDED;
  if (disputed(payment)) return v1::PAYMENT_STATE_DISPUTED;
  return refunded > 0 ? v1::PAYMENT_STATE_PARTLY_REFUNDED : v1::PAYMENT_STATE_PAID;
}

}  // namespace

void merge(v1::Payment& payment, const SessionFact& fact) {
  auto outcome = v1::SESSION_OUTCOME_UNPAID;
  if (fact.kind == SessionFact::Kind::async_failed) outcome = v1::SESSION_OUTCOME_FAILED;
  if (fact.kind == SessionFact::Kind::async_succeeded || (fact.kind == SessionFact::Kind::completed && fact.payment_status != "unpaid"))
    outcome = v1::SESSION_OUTCOME_PAID;
  payment.set_session_outcome(std::max(payment.session_outcome(), outcome));
  payment.set_session_id(fact.session);
  payment.set_currency(fact.currency);
  payment.set_total_minor(fact.total);
  payment.set_subtotal_minor(fact.subtotal);
  payment.set_tax_minor(fact.tax);
}

void merge(v1::Payment& payment, const RefundFact& fact, std::int64_t created) {
  if (payment.currency().empty()) payment.set_currency(fact.currency);
  auto known = std::ranges::find(*payment.mutable_refunds(), fact.refund, &v1::Refund::refund_id);
  if (known != payment.mutable_refunds()->end() && is_older(*known, refund_ended(known->status()), refund_ended(fact.status), created))
    return;
  auto& refund = known != payment.mutable_refunds()->end() ? *known : *payment.add_refunds();
  refund.set_refund_id(fact.refund);
  refund.set_amount_minor(fact.amount);
  refund.set_status(fact.status);
  refund.set_event_created(created);
  refund.set_created(fact.created);
}

void merge(v1::Payment& payment, const ChargeFact& fact, std::int64_t created) {
  if (payment.session_id().empty()) {
    payment.set_currency(fact.currency);
    payment.set_total_minor(fact.amount);
  }
  if (payment.charge_event_created() > created) return;
  // Two refunds within one second: the sum only grows.
  const auto at_once = payment.charge_event_created() == created;
  payment.set_charge_refunded_minor(at_once ? std::max(payment.charge_refunded_minor(), fact.refunded) : fact.refunded);
  payment.set_charge_event_created(created);
}

void merge(v1::Payment& payment, const DisputeFact& fact, std::int64_t created) {
  if (payment.currency().empty()) payment.set_currency(fact.currency);
  auto known = std::ranges::find(*payment.mutable_disputes(), fact.dispute, &v1::Dispute::dispute_id);
  if (known != payment.mutable_disputes()->end() && is_older(*known, known->closed(), fact.closed, created)) return;
  auto& dispute = known != payment.mutable_disputes()->end() ? *known : *payment.add_disputes();
  dispute.set_dispute_id(fact.dispute);
  dispute.set_status(fact.status);
  dispute.set_closed(fact.closed);
  dispute.set_event_created(created);
}

std::int64_t refunded_minor(const v1::Payment& payment) {
  if (payment.refunds().empty()) return payment.charge_refunded_minor();
  std::int64_t sum = 0;
  for (const auto& refund : payment.refunds()) sum += refund_ended(refund.status()) ? 0 : refund.amount_minor();
  return sum;
}

std::int64_t missing_minor(const v1::Payment& payment) {
  std::int64_t sum = 0;
  for (const auto& failed : payment.refunds()) {
    const bool again = std::ranges::any_of(payment.refunds(), [&](const v1::Refund& other) {
      return other.refund_id() != failed.refund_id() && other.created() >= failed.event_created() &&
             other.amount_minor() >= failed.amount_minor();
    });
    sum += refund_ended(failed.status()) && !again ? failed.amount_minor() : 0;
  }
  return std::min(sum, payment.total_minor() - refunded_minor(payment));
}

bool was_taken_back(const v1::Payment& payment) {
  if (is_gone(payment)) return true;
  const auto total = payment.total_minor();
  if (!was_paid(payment) || total == 0) return false;
  if (payment.charge_refunded_minor() >= total) return true;
  // The sum on its way is largest when one more has just been asked for.
  return std::ranges::any_of(payment.refunds(), [&](const v1::Refund& last) {
    std::int64_t sum = 0;
    for (const auto& other : payment.refunds()) {
      const bool on_its_way =
          other.created() <= last.created() && (!refund_ended(other.status()) || other.event_created() > last.created());
      sum += on_its_way || other.refund_id() == last.refund_id() ? other.amount_minor() : 0;
    }
    return sum >= total;
  });
}

Standing standing_of(const v1::Payment& payment) {
  Standing out{refunded_minor(payment), 0, payment.state() == v1::PAYMENT_STATE_DISPUTE_LOST};
  for (const auto& refund : payment.refunds()) out.failed += refund_ended(refund.status()) ? refund.amount_minor() : 0;
  return out;
}

void refresh(v1::Payment& payment) {
  payment.set_state(state_of(payment));
  if (payment.currency().empty()) return;
  const auto text = [&](std::int64_t minor) { return from_minor_units(minor, payment.currency()).to_string(); };
  payment.set_total(text(payment.total_minor()));
  payment.set_subtotal(text(payment.subtotal_minor()));
  payment.set_tax(text(payment.tax_minor()));
  payment.set_refunded(text(refunded_minor(payment)));
}

bool was_paid(const v1::Payment& payment) {
  return payment.session_outcome() == v1::SESSION_OUTCOME_PAID;
}

bool is_open(const v1::Payment& payment) {
  return !payment.problem().empty() && payment.acknowledged().problem() != payment.problem();
}

bool is_gone(const v1::Payment& payment) {
  return payment.state() == v1::PAYMENT_STATE_REFUNDED || payment.state() == v1::PAYMENT_STATE_DISPUTE_LOST;
}

}  // namespace q2o::billing::payments
