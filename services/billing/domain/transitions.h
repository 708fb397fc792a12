#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

/// The life of a migration: one table, nothing else decides what may follow what.
namespace q2o::billing {

/// Numbers as in the contract (q2o.billing.v1.State).
enum class State : std::uint8_t {
  draft = 1,
  priced,
  pending_payment,
  payment_processing,
  paid,
  connecting,
  ready,
  running,
  validating,
  completed,
  failed
};
inline constexpr std::array kStates{State::draft,      State::priced,     State::pending_payment, State::payment_processing,
                                    State::paid,       State::connecting, State::ready,           State::running,
                                    State::validating, State::completed,  State::failed};

enum class Trigger : std::uint8_t {
  quoted,
  scope_edited,
  checkout_started,
  payment_begun,
  payment_confirmed,
  payment_expired,
  payment_refunded,
  marked_paid,
  entitled,
  connections_asked,
  connections_verified,
  connection_lost,
  run_started,
  run_loaded,
  books_proven,
  differences_accepted,
  run_failed,
  run_cancelled,
  dry_run_ended,
  run_undone,
  new_run_requested
};
inline constexpr std::array kTriggers{Trigger::quoted,
                                      Trigger::scope_edited,
                                      Trigger::checkout_started,
                                      Trigger::payment_begun,
                                      Trigger::payment_confirmed,
                                      Trigger::payment_expired,
                                      Trigger::payment_refunded,
                                      Trigger::marked_paid,
                                      Trigger::entitled,
                                      Trigger::connections_asked,
                                      Trigger::connections_verified,
                                      Trigger::connection_lost,
                                      Trigger::run_started,
                                      Trigger::run_loaded,
                                      Trigger::books_proven,
                                      Trigger::differences_accepted,
                                      Trigger::run_failed,
                                      Trigger::run_cancelled,
                                      Trigger::dry_run_ended,
                                      Trigger::run_undone,
                                      Trigger::new_run_requested};

struct Transition {
  State from;
  Trigger trigger;
  State to;
};

inline constexpr std::array kTransitions{
    Transition{State::draft, Trigger::quoted, State::priced},
    // Priced anew: the source was counted, or the quote is too old.
    Transition{State::priced, Trigger::quoted, State::priced},
    Transition{State::priced, Trigger::scope_edited, State::draft},
    Transition{State::priced, Trigger::checkout_started, State::pending_payment},
    Transition{State::pending_payment, Trigger::payment_begun, State::payment_processing},
    // The provider's word may be faster than its answer to us.
    Transition{State::priced, Trigger::payment_begun, State::payment_processing},
    Transition{State::priced, Trigger::payment_confirmed, State::paid},
    Transition{State::pending_payment, Trigger::payment_confirmed, State::paid},
    Transition{State::payment_processing, Trigger::payment_confirmed, State::paid},
    Transition{State::pending_payment, Trigger::payment_expired, State::priced},
    Transition{State::payment_processing, Trigger::payment_expired, State::priced},
    // The tenant's plan includes it.
    Transition{State::priced, Trigger::entitled, State::paid},
    // Paid in another way: an operator vouches for it, from any state before PAID.
    Transition{State::draft, Trigger::marked_paid, State::paid},
    Transition{State::priced, Trigger::marked_paid, State::paid},
    Transition{State::pending_payment, Trigger::marked_paid, State::paid},
    Transition{State::payment_processing, Trigger::marked_paid, State::paid},
    Transition{State::paid, Trigger::payment_refunded, State::priced},
    Transition{State::connecting, Trigger::payment_refunded, State::priced},
    Transition{State::ready, Trigger::payment_refunded, State::priced},
    Transition{State::paid, Trigger::connections_asked, State::connecting},
    Transition{State::connecting, Trigger::connections_verified, State::ready},
    Transition{State::ready, Trigger::connection_lost, State::connecting},
    Transition{State::ready, Trigger::run_started, State::running},
    Transition{State::running, Trigger::run_loaded, State::validating},
    Transition{State::validating, Trigger::books_proven, State::completed},
    Transition{State::validating, Trigger::differences_accepted, State::completed},
    Transition{State::running, Trigger::run_failed, State::failed},
    Transition{State::validating, Trigger::run_failed, State::failed},
    Transition{State::running, Trigger::run_cancelled, State::failed},
    Transition{State::validating, Trigger::run_cancelled, State::failed},
    // Nothing was written, so there is nothing to prove.
    Transition{State::running, Trigger::dry_run_ended, State::ready},
    // What was written is gone: as before the first run.
    Transition{State::running, Trigger::run_undone, State::ready},
    Transition{State::failed, Trigger::new_run_requested, State::ready},
    Transition{State::completed, Trigger::new_run_requested, State::ready},
    // Repair of a run that differs.
    Transition{State::validating, Trigger::new_run_requested, State::ready},
};

constexpr std::optional<State> next(State from, Trigger trigger) {
  for (const auto& transition : kTransitions) {
    if (transition.from == from && transition.trigger == trigger) return transition.to;
  }
  return std::nullopt;
}

/// "PAYMENT_PROCESSING"
std::string_view name(State state);
/// "RUN_STARTED"; also the kind of the event that the step leaves. MARKED_PAID_BY_OPERATOR says who vouched.
std::string_view name(Trigger trigger);
/// What a person can do in this state so that `wanted` becomes possible: one sentence.
std::string_view what_is_missing(State state, Trigger wanted);

}  // namespace q2o::billing
