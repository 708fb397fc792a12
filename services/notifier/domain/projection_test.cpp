#include "services/notifier/domain/projection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

namespace q2o::notifier {
namespace {

using namespace std::chrono_literals;

billing::v1::Migration running(std::uint32_t run, std::uint64_t version) {
  billing::v1::Migration migration;
  migration.set_migration_id("11111111-1111-4111-8111-111111111111");
  migration.set_state(billing::v1::STATE_RUNNING);
  migration.set_run(run);
  migration.set_version(version);
  return migration;
}

connector::v1::StatusFact extracted(std::uint32_t run, std::uint64_t total, std::uint64_t so_far) {
  connector::v1::StatusFact fact;
  fact.mutable_scope()->set_run(run);
  fact.mutable_entity_progress()->set_entity("Invoice");
  fact.mutable_entity_progress()->set_total(total);
  fact.mutable_entity_progress()->set_extracted(so_far);
  return fact;
}

loader::v1::StatusFact loaded(std::uint32_t run, std::uint64_t so_far) {
  loader::v1::StatusFact fact;
  fact.mutable_scope()->set_run(run);
  fact.mutable_entity_progress()->set_entity("Invoice");
  fact.mutable_entity_progress()->set_loaded(so_far);
  return fact;
}

TEST(Projection, CountsFromAllServicesMeetInOneEntity) {
  v1::Progress progress;
  apply(progress, running(1, 1));
  apply(progress, extracted(1, 40, 30));
  apply(progress, loaded(1, 12));
  ASSERT_EQ(progress.entities_size(), 1);
  EXPECT_EQ(progress.entities(0).extracted(), 30u);
  EXPECT_EQ(settled(progress), 12u);
  EXPECT_EQ(expected(progress), 40u);
}

mapper::v1::StatusFact mapped(std::uint32_t run, const std::string& name, std::uint64_t mapped, std::uint64_t merged = 0,
                              std::uint64_t rejected = 0) {
  mapper::v1::StatusFact fact;
  fact.mutable_scope()->set_run(run);
  auto& progress = *fact.mutable_entity_progress();
  progress.set_entity(name);
  progress.set_mapped(mapped);
  progress.set_merged(merged);
  progress.set_rejected(rejected);
  return fact;
}

/// The equation of every entity, and where the records are.
std::vector<std::uint64_t> in_flight(const v1::Progress& progress) {
  std::vector<std::uint64_t> all;
  for (const auto& e : progress.entities()) {
    EXPECT_EQ(e.extracted(), e.loaded() + e.merged() + e.excluded() + e.rejected() + e.refused() + e.in_flight()) << e.entity();
    all.push_back(e.in_flight());
  }
  return all;
}

TEST(Projection, EveryExtractedRecordIsSomewhereAtAnyMoment) {
  v1::Progress progress;
  apply(progress, running(1, 1));
  apply(progress, extracted(1, 40, 30));
  EXPECT_EQ(in_flight(progress), std::vector<std::uint64_t>{30});
  apply(progress, mapped(1, "Invoice", 20, 3, 2));
  apply(progress, loaded(1, 12));
  EXPECT_EQ(in_flight(progress), std::vector<std::uint64_t>{13});
  apply(progress, extracted(1, 40, 40));
  apply(progress, mapped(1, "Invoice", 35, 3, 2));
  apply(progress, loaded(1, 35));
  EXPECT_EQ(in_flight(progress), std::vector<std::uint64_t>{0});
}

TEST(Projection, TheSumIsRightInWhateverOrderTheTopicsAreRead) {
  v1::Progress progress;
  apply(progress, running(1, 1));
  apply(progress, loaded(1, 12));
  EXPECT_EQ(in_flight(progress), std::vector<std::uint64_t>{0}) << "what is loaded was mapped and extracted before";
  apply(progress, mapped(1, "Invoice", 10, 1));
  EXPECT_EQ(in_flight(progress), std::vector<std::uint64_t>{0}) << "an older count of the mapper's";
  apply(progress, mapped(1, "Invoice", 20, 1));
  EXPECT_EQ(in_flight(progress), std::vector<std::uint64_t>{8});
  apply(progress, extracted(1, 40, 30));
  EXPECT_EQ(in_flight(progress), std::vector<std::uint64_t>{17});
  apply(progress, mapped(1, "LedgerTransaction", 2));
  EXPECT_EQ(in_flight(progress), (std::vector<std::uint64_t>{17, 2})) << "what only the ledger has";
}

TEST(Projection, ARunOverSomeEntitiesCountsOnlyThose) {
  for (const bool order_first : {true, false}) {
    v1::Progress progress;
    auto migration = running(2, 5);
    migration.mutable_order()->add_entities("Payment");
    if (order_first) apply(progress, migration);
    apply(progress, extracted(2, 40, 40));
    apply(progress, mapped(2, "Payment", 3));
    apply(progress, migration);
    EXPECT_EQ(in_flight(progress), std::vector<std::uint64_t>{3}) << order_first;
  }
}

TEST(Projection, ARepeatedOrLateFactNeverCountsTwice) {
  v1::Progress progress;
  apply(progress, running(1, 1));
  apply(progress, loaded(1, 12));
  apply(progress, loaded(1, 12));
  apply(progress, loaded(1, 5));
  EXPECT_EQ(settled(progress), 12u);
}

TEST(Projection, FactsOfAnOlderRunAreIgnoredAndANewRunBeginsAtZero) {
  v1::Progress progress;
  apply(progress, running(1, 1));
  apply(progress, loaded(1, 12));
  apply(progress, running(2, 5));
  EXPECT_EQ(progress.entities_size(), 0);
  EXPECT_FALSE(apply(progress, loaded(1, 99)));
  EXPECT_EQ(settled(progress), 0u);
}

loader::v1::StatusFact run_loaded(std::uint32_t run, std::uint64_t created) {
  loader::v1::StatusFact fact;
  fact.mutable_scope()->set_run(run);
  fact.mutable_run_loaded()->set_created(created);
  return fact;
}

TEST(Projection, TellsWhatWasWrittenWhileTheRunGoesOn) {
  v1::Progress progress;
  apply(progress, running(1, 1));
  loader::v1::StatusFact fact;
  fact.mutable_scope()->set_run(1);
  fact.mutable_load_progress()->set_created(40);
  fact.mutable_load_progress()->set_changed(2);
  fact.mutable_load_progress()->set_unchanged(7);
  EXPECT_TRUE(apply(progress, fact));
  EXPECT_EQ(progress.created(), 40u);
  EXPECT_EQ(progress.changed(), 2u);
  EXPECT_EQ(progress.unchanged(), 7u);
  apply(progress, run_loaded(1, 90));
  apply(progress, fact);
  EXPECT_EQ(progress.created(), 90u) << "an earlier fact, read again";
  apply(progress, running(2, 2));
  EXPECT_EQ(progress.created(), 0u) << "another run";
}

validator::v1::ValidationCompleted proof(std::uint32_t run, const std::string& verdict) {
  validator::v1::ValidationCompleted fact;
  fact.mutable_scope()->set_run(run);
  fact.set_verdict(verdict);
  return fact;
}

/// Steps on a progress that has seen run 1 running; the same progress comes of every order.
using Step = std::function<void(v1::Progress&)>;
std::string in_order(const std::vector<Step>& steps) {
  v1::Progress progress;
  apply(progress, running(1, 1));
  apply(progress, loaded(1, 70));
  for (const auto& step : steps) step(progress);
  return progress.DebugString();
}

TEST(Projection, FactsOfALaterRunCountWhicheverTopicIsReadFirst) {
  auto ended = running(1, 2);
  ended.set_state(billing::v1::STATE_COMPLETED);
  auto compared = running(2, 4);
  compared.set_state(billing::v1::STATE_VALIDATING);
  const std::vector<Step> steps{[&](v1::Progress& p) { apply(p, ended); },
                                [](v1::Progress& p) { apply(p, running(2, 3)); },
                                [&](v1::Progress& p) { apply(p, compared); },
                                [](v1::Progress& p) { apply(p, loaded(2, 12)); },
                                [](v1::Progress& p) { apply(p, run_loaded(2, 12)); },
                                [](v1::Progress& p) { apply(p, proof(1, "MATCHED")); }};
  const auto once = in_order(steps);
  EXPECT_THAT(once, ::testing::HasSubstr("created: 12"));
  std::vector<std::size_t> order{0, 1, 2, 3, 4, 5};
  do {
    std::vector<Step> shuffled;
    for (const auto i : order) shuffled.push_back(steps[i]);
    EXPECT_EQ(in_order(shuffled), once) << ::testing::PrintToString(order);
  } while (std::ranges::next_permutation(order).found && !HasFailure());
}

TEST(Projection, ALateFactDoesNotWakeARunThatIsOver) {
  v1::Progress progress;
  auto ended = running(2, 9);
  ended.set_state(billing::v1::STATE_COMPLETED);
  apply(progress, ended);
  loader::v1::StatusFact fact;
  fact.mutable_scope()->set_run(2);
  fact.mutable_wave_completed()->set_name("documents");
  apply(progress, fact);
  fact.mutable_waiting()->set_reason("Odoo does not answer");
  apply(progress, fact);
  EXPECT_EQ(progress.activity(), "");
  EXPECT_EQ(progress.waiting_for(), "");
}

TEST(Projection, TheLastResultIsThatOfTheNewestProof) {
  v1::Progress progress;
  apply(progress, running(3, 9));
  apply(progress, proof(2, "MATCHED"));
  apply(progress, proof(1, "DIFFERENT"));
  EXPECT_THAT(progress.last_result(), ::testing::StartsWith("run 2: MATCHED"));
}

TEST(Projection, AnOlderStateOfTheMigrationIsIgnored) {
  v1::Progress progress;
  apply(progress, running(1, 7));
  EXPECT_FALSE(apply(progress, running(1, 6)));
}

TEST(Projection, WaitingIsSaidAndTakenBack) {
  v1::Progress progress;
  apply(progress, running(1, 1));
  connector::v1::StatusFact fact;
  fact.mutable_scope()->set_run(1);
  fact.mutable_waiting()->set_reason("QuickBooks asked us to slow down");
  fact.mutable_waiting()->set_until("2026-01-01T00:01:00Z");
  apply(progress, fact);
  EXPECT_EQ(progress.waiting_for(), "QuickBooks asked us to slow down");
  fact.mutable_waiting()->clear_until();
  apply(progress, fact);
  EXPECT_EQ(progress.waiting_for(), "QuickBooks asked us to slow down") << "how long is not known, why is";
  fact.mutable_waiting()->clear_reason();
  apply(progress, fact);
  EXPECT_EQ(progress.waiting_for(), "");
}

TEST(Estimate, TheEtaStaysHiddenUntilItIsStable) {
  v1::Progress progress;
  apply(progress, running(1, 1));
  apply(progress, extracted(1, 1000, 1000));
  apply(progress, loaded(1, 20));
  const auto t = std::chrono::system_clock::time_point{} + 1000s;
  estimate(progress, {{t, 0, 0}, {t + 1s, 10, 10}, {t + 2s, 20, 20}}, t + 2s);
  EXPECT_NEAR(progress.records_per_second(), 10, 0.01);
  EXPECT_FALSE(progress.has_eta_seconds_low());
}

TEST(Estimate, ACountThatFallsIsNoRate) {
  v1::Progress progress;
  apply(progress, running(1, 1));
  apply(progress, extracted(1, 1000, 1000));
  const auto t = std::chrono::system_clock::time_point{} + 1000s;
  estimate(progress, {{t, 500, 500}, {t + 3s, 500, 500}, {t + 6s, 0, 0}, {t + 10s, 1, 1}}, t + 10s);
  EXPECT_EQ(progress.records_per_second(), 0);
  EXPECT_FALSE(progress.has_eta_seconds_low());
}

TEST(Estimate, TheRangeHoldsTheSteadyRate) {
  v1::Progress progress;
  apply(progress, running(1, 1));
  apply(progress, extracted(1, 1000, 1000));
  apply(progress, loaded(1, 100));
  const auto t = std::chrono::system_clock::time_point{} + 1000s;
  estimate(progress, {{t, 0, 0}, {t + 3s, 30, 30}, {t + 6s, 60, 60}, {t + 10s, 100, 100}}, t + 10s);
  ASSERT_TRUE(progress.has_eta_seconds_low());
  EXPECT_LE(progress.eta_seconds_low(), 90u);
  EXPECT_GE(progress.eta_seconds_high(), 90u);
}

TEST(Estimate, CountsTheWorkOfDocumentsThatWaitForTheirMatches) {
  v1::Progress progress;
  apply(progress, running(1, 1));
  apply(progress, extracted(1, 1000, 1000));
  apply(progress, mapped(1, "Invoice", 1000));
  loader::v1::StatusFact fact;
  fact.mutable_scope()->set_run(1);
  fact.mutable_load_progress()->set_done(2000);
  fact.mutable_load_progress()->set_total(3000);
  apply(progress, fact);
  const auto t = std::chrono::system_clock::time_point{} + 1000s;
  // No document is settled while the matches load; then all of them are at once.
  estimate(progress, {{t, 0, 1000}, {t + 3s, 0, 1300}, {t + 6s, 0, 1600}, {t + 10s, 0, 2000}}, t + 10s);
  ASSERT_TRUE(progress.has_eta_seconds_low());
  EXPECT_LE(progress.eta_seconds_low(), 10u);
  EXPECT_GE(progress.eta_seconds_high(), 10u);
  EXPECT_LE(progress.eta_seconds_high(), 12u);
}

TEST(Estimate, WhatIsNotMappedYetBecomesAsMuchAsTheRest) {
  v1::Progress progress;
  apply(progress, running(1, 1));
  apply(progress, extracted(1, 1000, 400));
  apply(progress, mapped(1, "Invoice", 250));
  EXPECT_EQ(work_expected(progress), 1000u) << "the loader has told nothing yet";
  loader::v1::StatusFact fact;
  fact.mutable_scope()->set_run(1);
  fact.mutable_load_progress()->set_total(500);
  apply(progress, fact);
  EXPECT_EQ(work_expected(progress), 2000u);
}

TEST(Estimate, TheRateFallsWhileNothingIsSettled) {
  v1::Progress progress;
  apply(progress, running(1, 1));
  apply(progress, extracted(1, 1000, 1000));
  apply(progress, loaded(1, 100));
  const auto t = std::chrono::system_clock::time_point{} + 1000s;
  estimate(progress, {{t, 0, 0}, {t + 3s, 30, 30}, {t + 6s, 60, 60}, {t + 10s, 100, 100}}, t + 25s);
  EXPECT_NEAR(progress.records_per_second(), 4, 0.01);
  EXPECT_GE(progress.eta_seconds_high(), 225u);
}

TEST(Projection, TellsHowFarAnUndoIs) {
  v1::Progress progress;
  auto migration = running(2, 7);
  migration.mutable_order()->set_kind(billing::v1::RUN_KIND_UNDO);
  apply(progress, migration);
  EXPECT_EQ(progress.activity(), "undo: looking for later activity in Odoo");
  loader::v1::StatusFact fact;
  fact.mutable_scope()->set_run(2);
  fact.mutable_undo_progress()->set_done(120);
  fact.mutable_undo_progress()->set_total(400);
  EXPECT_TRUE(apply(progress, fact));
  EXPECT_EQ(progress.activity(), "undo: 120 of 400 records taken back");
  fact.mutable_undo_progress()->set_looking(true);
  EXPECT_TRUE(apply(progress, fact));
  EXPECT_EQ(progress.activity(), "undo: 120 of 400 records looked at");
}

}  // namespace
}  // namespace q2o::notifier
