#include "services/billing/domain/transitions.h"

namespace q2o::billing {

std::string_view name(State state) {
  switch (state) {
    case State::draft:
      return "DRAFT";
    case State::priced:
      return "PRICED";
    case State::pending_payment:
      return "PENDING_PAYMENT";
    case State::payment_processing:
      return "PAYMENT_PROCESSING";
    case State::paid:
      return "PAID";
    case State::connecting:
      return "CONNECTING";
    case State::ready:
      return "READY";
    case State::running:
      return "RUNNING";
    case State::validating:
      return "VALIDATING";
    case State::completed:
      return "COMPLETED";
    case State::failed:
      return "FAILED";
  }
  return "UNKNOWN";
}

std::string_view name(Trigger trigger) {
  switch (trigger) {
    case Trigger::quoted:
      return "QUOTED";
    case Trigger::scope_edited:
      return "SCOPE_EDITED";
    case Trigger::checkout_started:
      return "CHECKOUT_STARTED";
    case Trigger::payment_begun:
      return "PAYMENT_BEGUN";
    case Trigger::payment_confirmed:
      return "PAYMENT_CONFIRMED";
    case Trigger::payment_expired:
      return "PAYMENT_EXPIRED";
    case Trigger::payment_refunded:
      return "PAYMENT_REFUNDED";
    case Trigger::marked_paid:
      return "MARKED_PAID_BY_OPERATOR";
    case Trigger::entitled:
      return "ENTITLED_BY_PLAN";
    case Trigger::connections_asked:
      return "CONNECTIONS_ASKED";
    case Trigger::connections_verified:
      return "CONNECTIONS_VERIFIED";
    case Trigger::connection_lost:
      return "CONNECTION_LOST";
    case Trigger::run_started:
      return "RUN_STARTED";
    case Trigger::run_loaded:
      return "RUN_LOADED";
    case Trigger::books_proven:
      return "BOOKS_PROVEN";
    case Trigger::differences_accepted:
      return "DIFFERENCES_ACCEPTED";
    case Trigger::run_failed:
      return "RUN_FAILED";
    case Trigger::run_cancelled:
      return "RUN_CANCELLED";
    case Trigger::dry_run_ended:
      return "DRY_RUN_ENDED";
    case Trigger::run_undone:
      return "RUN_UNDONE";
    case Trigger::new_run_requested:
      return "NEW_RUN_REQUESTED";
  }
  return "UNKNOWN";
}

std::string_view what_is_missing(State state, Trigger wanted) {
  if (wanted == Trigger::marked_paid) return "It is paid already.";
  if (wanted == Trigger::differences_accepted) return "There is no proof with differences to accept.";
  const bool unpaid =
      state == State::draft || state == State::priced || state == State::pending_payment || state == State::payment_processing;
  if (!unpaid && (wanted == Trigger::quoted || wanted == Trigger::scope_edited || wanted == Trigger::checkout_started)) {
    return "It is paid: its scope and price stay as they are.";
  }
  if (state == State::draft && wanted == Trigger::checkout_started) return "It has no price yet: ask for a quote.";
  if (state == State::pending_payment && (wanted == Trigger::quoted || wanted == Trigger::scope_edited)) {
    return "Its payment page is open: pay there, or let it expire.";
  }
  switch (state) {
    case State::draft:
    case State::priced:
    case State::pending_payment:
      return "It is not paid yet: pay first (or an operator marks it as paid).";
    case State::payment_processing:
      return "The payment is still being processed: wait for its confirmation.";
    case State::paid:
    case State::connecting:
      return "Its connections are not both verified: verify the source connection and check the target.";
    case State::ready:
      return "No run is going on: start one.";
    case State::running:
      return "A run is going on: wait for it, or stop it.";
    case State::validating:
      return "The proof of the last run is not finished: wait for it, accept its differences, or stop it.";
    case State::completed:
    case State::failed:
      return "The last run is over: start a new one.";
  }
  return "";
}

}  // namespace q2o::billing
