#include "services/billing/domain/transitions.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

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

TEST(Transitions, EveryStateAndTriggerHasAName) {
  std::set<std::string_view> names;
  for (const auto state : kStates) EXPECT_TRUE(names.insert(name(state)).second);
  for (const auto trigger : kTriggers) EXPECT_TRUE(names.insert(name(trigger)).second);
  EXPECT_FALSE(names.contains("UNKNOWN"));
  for (const auto state : kStates) EXPECT_FALSE(what_is_missing(state, Trigger::run_started).empty());
}

}  // namespace
}  // namespace q2o::billing
