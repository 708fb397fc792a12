#include "services/billing/domain/transitions.h"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <vector>

namespace q2o::billing {
namespace {

TEST(Transitions, TheTableHasNoStepTwice) {
  std::set<std::pair<State, Trigger>> seen;
  for (const auto& transition : kTransitions)
    EXPECT_TRUE(seen.insert({transition.from, transition.trigger}).second) << name(transition.from);
}

TEST(Transitions, EveryPairOutsideOfTheTableIsRefused) {
  std::size_t allowed = 0;
  for (const auto state : kStates) {
    for (const auto trigger : kTriggers) allowed += next(state, trigger) ? 1 : 0;
  }
  EXPECT_EQ(allowed, kTransitions.size());
}

TEST(Transitions, EveryStateCanBeReachedAndLeftExceptByDesign) {
  std::set<State> reached{State::draft};
  for (bool grew = true; grew;) {
    grew = false;
    for (const auto& transition : kTransitions) grew |= reached.contains(transition.from) && reached.insert(transition.to).second;
  }
  EXPECT_EQ(reached.size(), kStates.size());
  std::set<State> left;
  for (const auto& transition : kTransitions) left.insert(transition.from);
  EXPECT_EQ(left.size(), kStates.size()) << "even the ends may be followed by a new run";
}

TEST(Transitions, ThePlainPathGoesFromDraftToCompleted) {
  auto state = State::draft;
  for (const auto trigger :
       {Trigger::quoted, Trigger::checkout_started, Trigger::payment_begun, Trigger::payment_confirmed, Trigger::connections_asked,
        Trigger::connections_verified, Trigger::run_started, Trigger::run_loaded, Trigger::books_proven}) {
    const auto to = next(state, trigger);
    ASSERT_TRUE(to) << name(state) << " " << name(trigger);
    state = *to;
  }
  EXPECT_EQ(state, State::completed);
}

TEST(Transitions, NothingRunsUnpaid) {
  for (const auto state : {State::draft, State::priced, State::pending_payment, State::payment_processing}) {
    EXPECT_FALSE(next(state, Trigger::run_started));
    EXPECT_FALSE(next(state, Trigger::connections_asked));
    EXPECT_FALSE(next(state, Trigger::new_run_requested));
  }
}

/// The table of the design, row by row; what the design does not have is named beside it.
TEST(Transitions, AreThoseOfTheDesign) {
  using S = State;
  using T = Trigger;
  struct Row {
    std::vector<S> from;
    T trigger;
    S to;
  };
  const std::vector<Row> design{
      {{S::draft}, T::quoted, S::priced},
      {{S::priced}, T::scope_edited, S::draft},
      {{S::priced}, T::checkout_started, S::pending_payment},
      {{S::pending_payment}, T::payment_begun, S::payment_processing},
      {{S::pending_payment, S::payment_processing, S::priced}, T::payment_confirmed, S::paid},
      {{S::pending_payment, S::payment_processing}, T::payment_expired, S::priced},
      {{S::paid, S::connecting, S::ready}, T::payment_refunded, S::priced},
      {{S::paid}, T::connections_asked, S::connecting},
      {{S::connecting}, T::connections_verified, S::ready},
      {{S::ready}, T::connection_lost, S::connecting},
      {{S::ready}, T::run_started, S::running},
      {{S::running}, T::run_loaded, S::validating},
      {{S::validating}, T::books_proven, S::completed},
      {{S::validating}, T::differences_accepted, S::completed},
      {{S::running, S::validating}, T::run_failed, S::failed},
      {{S::running, S::validating}, T::run_cancelled, S::failed},
      {{S::failed, S::completed}, T::new_run_requested, S::ready},
  };
  const std::vector<Row> ours{
      {{S::priced}, T::quoted, S::priced},                     // priced anew: counted, or too old
      {{S::priced}, T::payment_begun, S::payment_processing},  // its webhook is faster than the page's answer
      {{S::priced}, T::entitled, S::paid},                     // a plan pays
      {{S::draft, S::priced, S::pending_payment, S::payment_processing}, T::marked_paid, S::paid},
      {{S::running}, T::dry_run_ended, S::ready},
      {{S::running}, T::run_undone, S::ready},
      {{S::validating}, T::new_run_requested, S::ready},  // a repair run
  };
  std::size_t steps = 0;
  for (const auto* rows : {&design, &ours}) {
    for (const auto& row : *rows) {
      for (const auto from : row.from) {
        ++steps;
        EXPECT_EQ(next(from, row.trigger), row.to) << name(from) << " " << name(row.trigger);
      }
    }
  }
  EXPECT_EQ(steps, kTransitions.size()) << "a step that is written down nowhere";
}

TEST(Transitions, EveryRefusedStepSaysWhatIsMissing) {
  for (const auto state : kStates) {
    for (const auto trigger : kTriggers) {
      if (next(state, trigger)) continue;
      EXPECT_FALSE(what_is_missing(state, trigger).empty()) << name(state) << " " << name(trigger);
    }
  }
}

TEST(Transitions, EveryStateAndTriggerHasAName) {
  std::set<std::string_view> names;
  for (const auto state : kStates) EXPECT_TRUE(names.insert(name(state)).second);
  for (const auto trigger : kTriggers) EXPECT_TRUE(names.insert(name(trigger)).second);
  EXPECT_FALSE(names.contains("UNKNOWN"));
  for (const auto state : kStates) EXPECT_FALSE(what_is_missing(state, Trigger::run_started).empty());
}

}  // namespace
}  // namespace q2o::billing
