#include "services/billing/tests/lifecycle_fixture.h"

namespace q2o::billing {
namespace {

using testing::kOperator;
using testing::kOwner;
using testing::Lifecycle;

/// Runs of every kind, as they are ordered and as they end.
TEST_F(Lifecycle, AReplayIsANewRunOverTheRecordsOfTheLastCompleteOneWithItsMapping) {
  const auto id = completed();
  peers_.current_mapping = "mapping-2";
  ASSERT_TRUE(start(kOwner, id, replay()));
  EXPECT_EQ(state(id), State::running);
  EXPECT_EQ(now(id).run(), 2u);
  EXPECT_EQ(now(id).order().source_run(), 1u);
  EXPECT_EQ(now(id).mapping_version(), "mapping-1") << "the same mapping unless another one is asked for";
  EXPECT_EQ(store_.events[id].back().reason(), "run 2: replay of run 1, mapping mapping-1");
}

TEST_F(Lifecycle, AReplayOfAReplayReadsTheRunThatReadTheSource) {
  const auto id = completed();
  ASSERT_TRUE(start(kOwner, id, replay()));
  ASSERT_TRUE(commands_.stop(kOwner, id, ""));
  ASSERT_TRUE(start(kOwner, id, replay(2)));
  EXPECT_EQ(now(id).order().source_run(), 1u);
  EXPECT_EQ(commands_.runs(kOwner, id)->size(), 3u);
}

TEST_F(Lifecycle, ARetryReadsTheRecordsOfTheRunThatReadTheSourceWithTheMappingUsedLast) {
  const auto id = completed();
  v1::RunOrder order;
  order.set_kind(v1::RUN_KIND_RETRY);
  ASSERT_TRUE(start(kOwner, id, order));
  EXPECT_EQ(now(id).order().source_run(), 1u);
  EXPECT_EQ(store_.events[id].back().reason(), "run 2: retry of the repaired records of run 1, mapping mapping-1");
}

TEST_F(Lifecycle, WhatHasNoRecordsCannotBeReplayed) {
  const auto id = running();
  ASSERT_TRUE(commands_.stop(kOwner, id, ""));
  const auto none = start(kOwner, id, replay());
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().reason, "NOTHING_TO_REPLAY");
  EXPECT_EQ(start(kOwner, id, replay(1)).error().reason, "RUN_NOT_RECORDED");
  EXPECT_EQ(start(kOwner, id, replay(7)).error().reason, "RUN_UNKNOWN");
  EXPECT_EQ(state(id), State::failed) << "nothing was begun";
}

TEST_F(Lifecycle, ADeltaAsksForWhatChangedSinceTheNewestCompleteRun) {
  v1::RunOrder order;
  order.set_kind(v1::RUN_KIND_DELTA);
  const auto nothing_read = running();
  ASSERT_TRUE(commands_.stop(kOwner, nothing_read, ""));
  EXPECT_EQ(start(kOwner, nothing_read, order).error().reason, "NOTHING_TO_COMPARE");

  const auto id = completed();
  auto some = order;
  some.add_entities("Invoice");
  EXPECT_EQ(start(kOwner, id, some).error().reason, "DELTA_IS_WHOLE");
  auto dry = order;
  dry.set_dry_run(true);
  ASSERT_TRUE(start(kOwner, id, dry));
  EXPECT_EQ(now(id).order().source_run(), 1u);
  store_.set_run_fact(id, 2, std::string(kRunExtracted));
  auto mapped = fact<mapper::v1::StatusFact>(id, 2);
  mapped.mutable_run_mapped()->set_targets(5);
  manager_.apply(store_, mapped);
  ASSERT_EQ(state(id), State::ready);
  ASSERT_TRUE(start(kOwner, id, order));
  EXPECT_EQ(now(id).order().source_run(), 1u) << "what a dry run has read counts for nothing";
  EXPECT_EQ(store_.events[id].back().reason(), "run 3: what changed in the source since run 1, mapping mapping-1");
}

TEST_F(Lifecycle, ADryRunEndsWhenItIsMappedAndKeepsTheVerdict) {
  const auto id = completed();
  auto order = replay();
  order.set_dry_run(true);
  ASSERT_TRUE(start(kOwner, id, order));
  auto f = fact<mapper::v1::StatusFact>(id, 2);
  f.mutable_run_mapped()->set_targets(5);
  manager_.apply(store_, f);
  EXPECT_EQ(state(id), State::ready);
  EXPECT_EQ(now(id).verdict(), "MATCHED");
  ASSERT_TRUE(start(kOwner, id));
  EXPECT_EQ(now(id).run(), 3u);
  EXPECT_EQ(now(id).order().kind(), v1::RUN_KIND_FULL);
}

TEST_F(Lifecycle, MappedIsNoEndOfARunThatIsToBeLoaded) {
  const auto id = running();
  auto f = fact<mapper::v1::StatusFact>(id);
  f.mutable_run_mapped()->set_targets(5);
  manager_.apply(store_, f);
  EXPECT_EQ(state(id), State::running);
}

TEST_F(Lifecycle, AnUndoIsARunThatEndsReadyAndWithoutAProof) {
  const auto id = completed();
  ASSERT_TRUE(start(kOwner, id, undo()));
  EXPECT_EQ(state(id), State::running);
  EXPECT_EQ(store_.events[id].back().reason(), "run 2: undo");
  auto f = fact<loader::v1::StatusFact>(id, 2);
  auto& count = *f.mutable_run_undone()->add_counts();
  count.set_removed(312);
  count.set_kept(5);
  manager_.apply(store_, f);
  EXPECT_EQ(state(id), State::ready);
  EXPECT_EQ(now(id).verdict(), "") << "what it said is not there any more";
  EXPECT_EQ(store_.events[id].back().kind(), "RUN_UNDONE");
  EXPECT_EQ(store_.events[id].back().reason(), "312 removed, 0 reversed, 5 kept");
  ASSERT_TRUE(start(kOwner, id, replay()));
  EXPECT_EQ(now(id).mapping_version(), "mapping-1") << "an undo uses no mapping";
}

TEST_F(Lifecycle, KeepsToItsExtentAndRefusesAnotherIntoTheSameTargetUntilItIsUndone) {
  auto wanted = request(true);
  wanted.mutable_extent()->set_years(2);
  const auto first = commands_.create(kOwner, wanted);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->extent().first_day(), "2025-01-01");
  EXPECT_TRUE(commands_.create(kOwner, request(false))) << "nothing has run yet";
  ASSERT_TRUE(commands_.mark_paid(kOperator, first->migration_id(), "paid by invoice"));
  const auto other = commands_.create(kOwner, request(false));
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().reason, "EXTENT_CHANGED");
  ASSERT_TRUE(commands_.stop(kOwner, first->migration_id(), ""));
  ASSERT_TRUE(start(kOwner, first->migration_id(), undo()));
  auto f = fact<loader::v1::StatusFact>(first->migration_id(), 2);
  f.mutable_run_undone();
  manager_.apply(store_, f);
  EXPECT_TRUE(commands_.create(kOwner, request(false)));
}

TEST_F(Lifecycle, TwoMigrationsMadeBeforeEitherRanDoNotMixTheirExtentsInOneTarget) {
  auto wanted = request(false);
  const auto whole = commands_.create(kOwner, wanted)->migration_id();
  wanted.mutable_extent()->set_years(2);
  const auto later = commands_.create(kOwner, wanted)->migration_id();
  wanted.set_automatic_start(true);
  const auto automatic = commands_.create(kOwner, wanted)->migration_id();
  for (const auto& id : {whole, later}) ASSERT_TRUE(commands_.mark_paid(kOperator, id, ""));
  ASSERT_TRUE(start(kOwner, whole));
  EXPECT_EQ(start(kOwner, later).error().reason, "EXTENT_CHANGED");
  ASSERT_TRUE(commands_.mark_paid(kOperator, automatic, ""));
  EXPECT_EQ(state(automatic), State::ready) << "it does not start by itself either";
  EXPECT_EQ(commands_.advance("tenant", automatic).error().reason, "EXTENT_CHANGED");
}

TEST_F(Lifecycle, AReplayIntoTheTargetOfAnotherExtentIsRefused) {
  peers_.targets.insert("second");
  const auto whole = completed();
  auto wanted = request(false);
  wanted.set_target_id("second");
  wanted.mutable_extent()->set_years(2);
  const auto two_years = commands_.create(kOwner, wanted)->migration_id();
  ASSERT_TRUE(commands_.mark_paid(kOperator, two_years, ""));
  ASSERT_TRUE(start(kOwner, two_years));
  auto into = replay();
  into.set_target_id("second");
  EXPECT_EQ(start(kOwner, whole, into).error().reason, "EXTENT_CHANGED");
  into.set_dry_run(true);
  EXPECT_TRUE(start(kOwner, whole, into)) << "nothing is written";
}

TEST_F(Lifecycle, ADryRunOfAnUndoKeepsTheVerdict) {
  const auto id = completed();
  auto order = undo();
  order.set_dry_run(true);
  ASSERT_TRUE(start(kOwner, id, order));
  auto f = fact<loader::v1::StatusFact>(id, 2);
  f.mutable_run_undone()->set_dry_run(true);
  manager_.apply(store_, f);
  EXPECT_EQ(state(id), State::ready);
  EXPECT_EQ(now(id).verdict(), "MATCHED");
  EXPECT_EQ(store_.events[id].back().kind(), "DRY_RUN_ENDED");
  EXPECT_EQ(store_.events[id].back().reason(), "nothing to undo");
}

TEST_F(Lifecycle, AnUndoTakesBackWhatARunHasWrittenAndNotWhileOneIsGoingOn) {
  auto fresh = created(false);
  ASSERT_TRUE(commands_.mark_paid(kOperator, fresh, ""));
  EXPECT_EQ(start(kOwner, fresh, undo()).error().reason, "NOTHING_TO_UNDO");
  const auto id = running();
  EXPECT_EQ(start(kOwner, id, undo()).error().reason, "WRONG_STATE");
  ASSERT_TRUE(commands_.stop(kOwner, id, ""));
  auto some = undo();
  some.add_entities("Invoice");
  EXPECT_EQ(start(kOwner, id, some).error().reason, "UNDO_IS_WHOLE");
  EXPECT_TRUE(start(kOwner, id, undo())) << "half a run is undone as well";
}

TEST_F(Lifecycle, AReplayWritesOnlyIntoATargetThatIsReady) {
  const auto id = completed();
  auto order = replay();
  order.set_target_id("elsewhere");
  EXPECT_EQ(start(kOwner, id, order).error().reason, "TARGET_NOT_FOUND");
}

}  // namespace
}  // namespace q2o::billing
