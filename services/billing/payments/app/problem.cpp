#include "services/billing/payments/app/problem.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "services/billing/payments/app/payment_fold.h"
#include "services/billing/payments/domain/words.h"

namespace q2o::billing::payments {
namespace {

std::string disputed(std::string_view whose) {
  return fmt::format("The bank disputes {}. Answer at Stripe before its deadline.", whose);
}

/// Nothing here follows from what becomes of such money.
std::string of_no_page(const v1::Payment& payment) {
  const std::string whose = payment.tenant_id().empty() ? "a payment that no page of ours has made (a plan's, or one made at Stripe)"
                                                        : "a payment for the tenant's plan";
  if (payment.state() == v1::PAYMENT_STATE_DISPUTE_LOST)
    return fmt::format("The dispute about {} was lost. The plan goes on as Stripe says: end its subscription there.", whose);
  if (payment.state() == v1::PAYMENT_STATE_DISPUTED) return disputed(whose);
  if (refunded_minor(payment) == 0) return "";
  return fmt::format("{} {} of {} were given back. A plan goes on as Stripe says: if it is to end, end its subscription there.",
                     payment.refunded(), payment.currency(), whose);
}

/// The money went, and what it paid for had begun.
std::string had_begun(const v1::Payment& payment) {
  if (payment.held_migration_ids().empty()) return "";
  return fmt::format(
      "{} when a run of {} had begun: on hold. Settle it with the customer: stop the run, or mark it as paid once it is paid in another "
      "way.",
      payment.state() == v1::PAYMENT_STATE_DISPUTE_LOST ? "Its dispute was lost" : "It was given back",
      fmt::join(payment.held_migration_ids(), ", "));
}

/// Somebody wanted to give it back, and it is still here.
std::string not_given_back(const v1::Payment& payment) {
  const auto missing = missing_minor(payment);
  if (missing == 0 && !payment.revoked()) return "";
  const auto what =
      missing == 0 ? "It counted as given back, but"
                   : fmt::format("A refund of {} {} failed or was cancelled:", from_minor_units(missing, payment.currency()).to_string(),
                                 payment.currency());
  if (!payment.revoked())
    return fmt::format("{} the money is still here. Refund it again at Stripe, or settle it with the customer in another way.", what);
  return fmt::format(
      "{} the money is still here, while what it paid for counts as unpaid or is on hold. Refund it again at Stripe, or keep "
      "it and mark the migration as paid.",
      what);
}

}  // namespace

std::string problem_of(const v1::Payment& payment) {
  if (payment.session_outcome() == v1::SESSION_OUTCOME_UNSPECIFIED) return of_no_page(payment);
  if (!was_paid(payment)) return "";
  if (is_gone(payment)) return had_begun(payment);
  std::string out;
  for (const auto& each :
       {payment.misfit(), payment.state() == v1::PAYMENT_STATE_DISPUTED ? disputed("this payment") : "", not_given_back(payment)}) {
    if (!each.empty()) out += (out.empty() ? "" : " ") + each;
  }
  return out;
}

}  // namespace q2o::billing::payments
