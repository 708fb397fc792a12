#include "services/billing/payments/app/acknowledging.h"

#include <fmt/format.h>

#include "services/billing/payments/app/payment_fold.h"

namespace q2o::billing::payments {
namespace {

constexpr std::size_t kReasonBytesMax = 1000;

tl::unexpected<Error> unknown(const std::string& id) {
  return fail(Code::not_found, fmt::format("there is no payment '{}'", id), "PAYMENT_NOT_FOUND", "List the payments to see their ids.");
}

Status may_be_acknowledged(const v1::Payment& payment) {
  const auto& known = payment.acknowledged();
  if (payment.problem().empty())
    return fail(Code::failed_precondition, "this payment has no problem", "NO_PROBLEM", "Nothing is to be acknowledged.");
  if (!is_open(payment))
    return fail(Code::failed_precondition, fmt::format("{} has acknowledged it on {}: {}", known.actor(), known.at(), known.reason()),
                "ACKNOWLEDGED_BEFORE", "Nothing more is needed.");
  return {};
}

}  // namespace

Result<v1::Payment> Acknowledging::acknowledge(const Caller& caller, const v1::AcknowledgePaymentRequest& request) {
  if (!is_operator(caller))
    return fail(Code::permission_denied, "only an operator may acknowledge a payment's problem", "OPERATORS_ONLY", "Ask an operator.");
  if (request.reason().empty() || request.reason().size() > kReasonBytesMax)
    return fail(Code::invalid_argument, fmt::format("a reason of at most {} bytes is needed", kReasonBytesMax), "REASON_MISSING",
                "Say why the payment may stay as it is.");
  Result<v1::Payment> out;
  transact_([&](Migrations& migrations, PaymentStore& store) {
    const auto work = [&]() -> Result<v1::Payment> {
      const auto before = answered_before(migrations, caller);
      if (before && !*before) return fail(before->error());
      auto payment = store.payment(request.payment_id());
      if (!payment || payment->state() == v1::PAYMENT_STATE_UNSPECIFIED) return unknown(request.payment_id());
      if (before) return *payment;
      if (auto good = may_be_acknowledged(*payment); !good) return fail(good.error());
      auto& said = *payment->mutable_acknowledged();
      said.set_problem(payment->problem());
      said.set_actor(caller.actor);
      said.set_reason(request.reason());
      said.set_at(now_());
      store.put(*payment);
      remember_answer(migrations, caller, "", payment->payment_id());
      return *payment;
    };
    out = work();
  });
  return out;
}

v1::Payment seen_by(const Caller& caller, v1::Payment payment) {
  if (payment.has_acknowledged() && !is_operator(caller)) {
    payment.mutable_acknowledged()->clear_actor();
    payment.mutable_acknowledged()->clear_reason();
  }
  return payment;
}

}  // namespace q2o::billing::payments
