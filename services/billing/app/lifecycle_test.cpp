#include <gtest/gtest.h>

#include "services/billing/app/commands.h"
#include "services/billing/app/process_manager.h"
#include "services/billing/tests/fakes.h"

namespace q2o::billing {
namespace {

const Caller kOwner{"tenant", "cli", {}};
const Caller kOperator{"tenant", "operator", {}};

class Lifecycle : public ::testing::Test {
 protected:
  v1::CreateMigrationRequest request(bool automatic) {
    v1::CreateMigrationRequest out;
    out.set_platform("quickbooks_online");
    out.set_source_connection_id("source");
    out.set_target_id("target");
    out.set_automatic_start(automatic);
    return out;
  }
  std::string created(bool automatic = true) { return commands_.create(kOwner, request(automatic))->migration_id(); }
  std::string running() {
    const auto id = created();
    EXPECT_TRUE(commands_.mark_paid(kOperator, id, "paid by invoice"));
    return id;
  }
  Result<v1::Migration> start(const Caller& caller, const std::string& id, const v1::RunOrder& order = {}) {
    v1::StartRequest wanted;
    wanted.set_migration_id(id);
    *wanted.mutable_order() = order;
    return commands_.start(caller, wanted);
  }
  static v1::RunOrder replay(std::uint32_t source_run = 0) {
    v1::RunOrder order;
    order.set_kind(v1::RUN_KIND_REPLAY);
    order.set_source_run(source_run);
    return order;
  }
  static v1::RunOrder undo() {
    v1::RunOrder order;
    order.set_kind(v1::RUN_KIND_UNDO);
    return order;
  }
  /// A migration whose first run has read the source and is proven.
  std::string completed() {
    const auto id = validating();
    auto f = fact<connector::v1::StatusFact>(id);
    f.mutable_run_extracted();
    manager_.apply(store_, f);
    proven(id, "MATCHED");
    return id;
  }
  v1::Migration now(const std::string& id) { return *commands_.get(kOwner, id); }
  State state(const std::string& id) { return static_cast<State>(now(id).state()); }

  template <class Fact>
  Fact fact(const std::string& id, std::uint32_t run = 1) {
    Fact out;
    out.mutable_scope()->set_tenant_id("tenant");
    out.mutable_scope()->set_migration_id(id);
    out.mutable_scope()->set_run(run);
    return out;
  }
  void extracted(const std::string& id, std::uint64_t n) {
    auto f = fact<connector::v1::StatusFact>(id);
    f.mutable_entity_progress()->set_entity("Invoice");
    f.mutable_entity_progress()->set_extracted(n);
    f.mutable_entity_progress()->set_done(true);
    manager_.apply(store_, f);
  }
  void mapped(const std::string& id, std::uint64_t n) {
    auto f = fact<mapper::v1::StatusFact>(id);
    f.mutable_entity_progress()->set_entity("Invoice");
    f.mutable_entity_progress()->set_mapped(n);
    f.mutable_entity_progress()->set_done(true);
    manager_.apply(store_, f);
  }
  void loaded(const std::string& id, std::uint64_t n, std::uint32_t run = 1) {
    auto f = fact<loader::v1::StatusFact>(id, run);
    auto* entity = f.mutable_run_loaded()->add_entities();
    entity->set_entity("Invoice");
    entity->set_loaded(n);
    manager_.apply(store_, f);
  }
  void proven(const std::string& id, const std::string& verdict, const std::string& failure = {}) {
    auto f = fact<validator::v1::ValidationCompleted>(id);
    f.set_verdict(verdict);
    f.set_failure(failure);
    f.set_report_id("report-" + std::to_string(f.scope().run()));
    manager_.apply(store_, f);
  }
  std::string validating() {
    const auto id = running();
    extracted(id, 3);
    mapped(id, 3);
    loaded(id, 3);
    return id;
  }

  fakes::FakeMigrations store_;
  fakes::FakePeers peers_;
  Clock clock_ = [] { return std::string("2026-01-01T00:00:00Z"); };
  Commands commands_{[this](const std::function<void(Migrations&)>& work) { work(store_); }, peers_, clock_};
  ProcessManager manager_{clock_};
};

TEST_F(Lifecycle, RunsByItselfOncePaidWhenBothConnectionsAreVerified) {
  const auto id = running();
  EXPECT_EQ(state(id), State::running);
  EXPECT_EQ(now(id).run(), 1u);
  EXPECT_EQ(now(id).mapping_version(), "mapping-1");
  EXPECT_EQ(now(id).connection_slug(), "qbo1");
}

TEST_F(Lifecycle, WaitsInConnectingUntilBothAreVerifiedAndSaysWhatIsMissing) {
  peers_.target_verified = false;
  const auto id = running();
  EXPECT_EQ(state(id), State::connecting);
  const auto refused = start(kOwner, id);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, "TARGET_NOT_READY");
  peers_.target_verified = true;
  ASSERT_TRUE(commands_.advance("tenant", id));
  EXPECT_EQ(state(id), State::running);
}

TEST_F(Lifecycle, WithoutAutomaticStartItWaitsForTheUser) {
  const auto id = created(false);
  ASSERT_TRUE(commands_.mark_paid(kOperator, id, ""));
  EXPECT_EQ(state(id), State::ready);
  ASSERT_TRUE(start(kOwner, id));
  EXPECT_EQ(state(id), State::running);
}

TEST_F(Lifecycle, OnlyAnOperatorMarksAsPaidAndTheEventSaysSo) {
  const auto id = created();
  const auto refused = commands_.mark_paid(kOwner, id, "");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::permission_denied);
  EXPECT_EQ(state(id), State::draft);
  ASSERT_TRUE(commands_.mark_paid(kOperator, id, "cheque 17"));
  const auto history = *commands_.history(kOwner, id);
  EXPECT_EQ(history.front().kind(), "MARKED_PAID_BY_OPERATOR");
  EXPECT_EQ(history.front().actor(), "operator");
  EXPECT_EQ(history.front().reason(), "cheque 17");
}

TEST_F(Lifecycle, ARefusedStepSaysWhatIsMissing) {
  const auto id = created();
  const auto refused = start(kOwner, id);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::failed_precondition);
  EXPECT_NE(refused.error().hint.find("not paid"), std::string::npos);
  EXPECT_FALSE(commands_.pause(kOwner, id, ""));
  EXPECT_FALSE(commands_.stop(kOwner, id, ""));
  EXPECT_FALSE(commands_.resume(kOwner, id));
  EXPECT_FALSE(commands_.accept_differences(kOwner, id, "fine"));
}

TEST_F(Lifecycle, AnotherTenantsMigrationDoesNotExist) {
  const auto id = created();
  for (const auto& code : {commands_.get({"other", "cli", {}}, id).error().code, start({"other", "cli", {}}, id).error().code}) {
    EXPECT_EQ(code, Code::not_found);
  }
  EXPECT_TRUE(commands_.list({"other", "cli", {}}).empty());
}

TEST_F(Lifecycle, ARepeatedCommandWithTheSameKeyDoesNothingTwice) {
  const Caller keyed{"tenant", "cli", "key-1"};
  const auto first = commands_.create(keyed, request(true));
  const auto second = commands_.create(keyed, request(true));
  EXPECT_EQ(first->migration_id(), second->migration_id());
  EXPECT_EQ(store_.rows.size(), 1u);
}

TEST_F(Lifecycle, ThePathOfARunEndsInCompleted) {
  const auto id = validating();
  EXPECT_EQ(state(id), State::validating);
  proven(id, "MATCHED");
  EXPECT_EQ(state(id), State::completed);
  EXPECT_EQ(now(id).verdict(), "MATCHED");
}

TEST_F(Lifecycle, AFactThatComesTwiceChangesNothing) {
  const auto id = validating();
  const auto version = now(id).version();
  loaded(id, 3);
  EXPECT_EQ(now(id).version(), version);
  proven(id, "MATCHED");
  proven(id, "DIFFERENT");
  EXPECT_EQ(now(id).verdict(), "MATCHED");
}

TEST_F(Lifecycle, FactsOfAnotherRunChangeNothing) {
  const auto id = running();
  extracted(id, 3);
  mapped(id, 3);
  loaded(id, 3, 7);
  EXPECT_EQ(state(id), State::running);
}

TEST_F(Lifecycle, LoadedWaitsForCountsThatTravelOnOtherTopics) {
  const auto id = running();
  loaded(id, 3);
  extracted(id, 3);
  EXPECT_EQ(state(id), State::running);
  mapped(id, 3);
  EXPECT_EQ(state(id), State::validating);
}

TEST_F(Lifecycle, AVanishedRecordPausesTheRunInsteadOfValidating) {
  const auto id = running();
  extracted(id, 3);
  mapped(id, 2);
  loaded(id, 2);
  EXPECT_EQ(state(id), State::running);
  EXPECT_EQ(now(id).directive(), v1::DIRECTIVE_PAUSE);
  EXPECT_NE(now(id).reason().find("Invoice: 3 extracted"), std::string::npos);
}

TEST_F(Lifecycle, CountsThatNeverComePauseTheRunInsteadOfLeavingItHanging) {
  const auto id = running();
  extracted(id, 3);
  loaded(id, 3);
  EXPECT_EQ(now(id).directive(), v1::DIRECTIVE_GO);
  store_.facts_are_old = true;
  manager_.try_validate(store_, "tenant", id);
  EXPECT_EQ(now(id).directive(), v1::DIRECTIVE_PAUSE);
  EXPECT_NE(now(id).reason().find("the mapper has not told"), std::string::npos);
}

TEST_F(Lifecycle, DifferencesWaitForAPersonWhoAcceptsThemWithAReason) {
  const auto id = validating();
  proven(id, "DIFFERENT");
  EXPECT_EQ(state(id), State::validating);
  EXPECT_FALSE(commands_.accept_differences(kOwner, id, ""));
  ASSERT_TRUE(commands_.accept_differences(kOwner, id, "known rounding of 2019"));
  EXPECT_EQ(state(id), State::completed);
  EXPECT_EQ(now(id).verdict(), "MATCHED WITH EXCEPTIONS");
  EXPECT_EQ(store_.events[id].back().reason(), "known rounding of 2019");
  // The fact goes out with the migration: who, why, when, and which proof.
  ASSERT_EQ(store_.published.back().acceptances_size(), 1);
  const auto& accepted = store_.published.back().acceptances(0);
  EXPECT_EQ(accepted.run(), 1u);
  EXPECT_EQ(accepted.report_id(), "report-1");
  EXPECT_EQ(accepted.actor(), kOwner.actor);
  EXPECT_EQ(accepted.reason(), "known rounding of 2019");
  EXPECT_EQ(accepted.at(), store_.events[id].back().at());
}

TEST_F(Lifecycle, AnAcceptanceStaysWithItsRunWhenAnotherOneFollows) {
  const auto id = validating();
  proven(id, "DIFFERENT");
  ASSERT_TRUE(commands_.accept_differences(kOwner, id, "known"));
  ASSERT_TRUE(start(kOwner, id));
  EXPECT_EQ(now(id).report_id(), "") << "the new run has no proof yet";
  ASSERT_EQ(now(id).acceptances_size(), 1);
  EXPECT_EQ(now(id).acceptances(0).run(), 1u);
}

TEST_F(Lifecycle, ARepairRunMayFollowADifferentVerdict) {
  const auto id = validating();
  proven(id, "DIFFERENT");
  ASSERT_TRUE(start(kOwner, id));
  EXPECT_EQ(state(id), State::running);
  EXPECT_EQ(now(id).run(), 2u);
  EXPECT_EQ(now(id).directive(), v1::DIRECTIVE_GO);
}

TEST_F(Lifecycle, ResumingADifferentProofTakesItsVerdictBackUntilTheNewOneIsThere) {
  const auto id = validating();
  proven(id, "DIFFERENT");
  ASSERT_TRUE(commands_.resume(kOwner, id));
  EXPECT_EQ(now(id).verdict(), "");
  EXPECT_EQ(now(id).report_id(), "");
  EXPECT_EQ(store_.published.back().verdict(), "");
  const auto refused = commands_.accept_differences(kOwner, id, "known");
  ASSERT_FALSE(refused) << "the old proof is no longer the question";
  EXPECT_EQ(refused.error().reason, "NO_DIFFERENCES");
  EXPECT_FALSE(start(kOwner, id)) << "a run over the proof";
  proven(id, "MATCHED");
  EXPECT_EQ(state(id), State::completed);
}

TEST_F(Lifecycle, AProofThatCouldNotBeMadePausesAndIsNeverCompleted) {
  const auto id = validating();
  proven(id, "", "the reports are missing");
  EXPECT_EQ(state(id), State::validating);
  EXPECT_EQ(now(id).directive(), v1::DIRECTIVE_PAUSE);
  ASSERT_TRUE(commands_.resume(kOwner, id));
  EXPECT_EQ(now(id).directive(), v1::DIRECTIVE_GO);
}

TEST_F(Lifecycle, PauseAndResumeOnlyChangeTheDirective) {
  const auto id = running();
  ASSERT_TRUE(commands_.pause(kOwner, id, "month end"));
  EXPECT_EQ(now(id).directive(), v1::DIRECTIVE_PAUSE);
  EXPECT_EQ(now(id).reason(), "month end");
  EXPECT_EQ(state(id), State::running);
  ASSERT_TRUE(commands_.resume(kOwner, id));
  EXPECT_EQ(now(id).directive(), v1::DIRECTIVE_GO);
  EXPECT_TRUE(now(id).reason().empty());
}

TEST_F(Lifecycle, StopEndsTheRunAndANewOneGetsTheNextNumber) {
  const auto id = running();
  ASSERT_TRUE(commands_.stop(kOwner, id, "wrong company"));
  EXPECT_EQ(state(id), State::failed);
  EXPECT_EQ(now(id).directive(), v1::DIRECTIVE_STOP);
  EXPECT_EQ(now(id).reason(), "CANCELLED: wrong company");
  ASSERT_TRUE(start(kOwner, id));
  EXPECT_EQ(state(id), State::running);
  EXPECT_EQ(now(id).run(), 2u);
}

TEST_F(Lifecycle, ABrokenConnectionPausesARunAndTakesAReadyOneBack) {
  const auto id = running();
  auto ready = created(false);
  ASSERT_TRUE(commands_.mark_paid(kOperator, ready, ""));
  connector::v1::StatusFact broken;
  broken.mutable_scope()->set_tenant_id("tenant");
  broken.mutable_connection_broken()->set_connection_id("source");
  broken.mutable_connection_broken()->set_message("the refresh token was revoked");
  manager_.apply(store_, broken);
  EXPECT_EQ(now(id).directive(), v1::DIRECTIVE_PAUSE);
  EXPECT_EQ(state(id), State::running);
  EXPECT_EQ(state(ready), State::connecting);
}

TEST_F(Lifecycle, AMapperThatCannotGoOnEndsTheRunTheOthersPauseIt) {
  const auto paused = running();
  auto f = fact<loader::v1::StatusFact>(paused);
  f.mutable_run_failed()->set_message("the target has no US chart");
  manager_.apply(store_, f);
  EXPECT_EQ(now(paused).directive(), v1::DIRECTIVE_PAUSE);
  auto m = fact<mapper::v1::StatusFact>(paused);
  m.mutable_run_failed()->set_message("no mapping for Budget");
  manager_.apply(store_, m);
  EXPECT_EQ(state(paused), State::failed);
}

TEST_F(Lifecycle, EveryChangeIsPublishedWithAHigherVersion) {
  const auto id = validating();
  proven(id, "MATCHED");
  std::uint64_t last = 0;
  for (const auto& message : store_.published) {
    EXPECT_GT(message.version(), last);
    last = message.version();
  }
  EXPECT_EQ(store_.published.back().state(), v1::STATE_COMPLETED);
}

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
