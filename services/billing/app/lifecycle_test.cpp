#include "services/billing/tests/lifecycle_fixture.h"

namespace q2o::billing {
namespace {

using testing::kOperator;
using testing::kOwner;
using testing::Lifecycle;

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

TEST_F(Lifecycle, RemembersTheKeyThatMadeIt) {
  auto program = kOwner;
  program.key_id = "0123456789abcdef0123";
  EXPECT_EQ(commands_.create(program, request(false))->created_by_key(), "0123456789abcdef0123");
  EXPECT_EQ(now(created()).created_by_key(), "");
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

TEST_F(Lifecycle, WhoComesThroughTheEdgeIsWhatTheEdgeSays) {
  const auto id = created();
  const Caller pretender{"tenant", "operator:mallory@example.com", {}, {}, "owner"};
  EXPECT_EQ(commands_.mark_paid(pretender, id, "").error().code, Code::permission_denied);
  EXPECT_TRUE(commands_.mark_paid({"tenant", "ann@example.com", {}, {}, "operator"}, id, ""));
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

TEST_F(Lifecycle, AKeyIsAnsweredWhateverNeighboursAndPlanSayMeanwhile) {
  Caller keyed{"tenant", "cli", "key-1", "create"};
  const auto first = commands_.create(keyed, request(true));
  ASSERT_TRUE(first);
  const auto refusing = [&](const char* why) {
    const auto again = commands_.create(keyed, request(true));
    ASSERT_TRUE(again) << why << ": " << again.error().reason;
    EXPECT_EQ(again->migration_id(), first->migration_id()) << why;
    EXPECT_FALSE(commands_.create(kOwner, request(true))) << why << ": without the key it is refused";
  };
  peers_.sources.clear();
  refusing("the connection is gone");
  peers_.sources.insert("source");
  peers_.targets.clear();
  refusing("the target is gone");
  peers_.targets.insert("target");
  commands_.guard_years([](const std::string&, std::uint32_t) -> Status { return fail(Code::failed_precondition, "years", "PLAN_YEARS"); });
  refusing("the plan has changed");
  EXPECT_EQ(store_.rows.size(), 1u);
  keyed.request = "another";
  EXPECT_EQ(commands_.create(keyed, request(true)).error().reason, "IDEMPOTENCY_KEY_REUSED");
}

TEST_F(Lifecycle, AKeyThatComesBackGetsTheSameAnswerOrIsRefused) {
  const auto id = created();
  Caller keyed{"tenant", "operator", "key-1", "mark as paid"};
  const auto first = commands_.mark_paid(keyed, id, "cheque 17");
  ASSERT_TRUE(first);
  EXPECT_EQ(static_cast<State>(first->state()), State::running);
  ASSERT_TRUE(commands_.pause(kOwner, id, ""));
  const auto again = commands_.mark_paid(keyed, id, "cheque 17");
  ASSERT_TRUE(again);
  EXPECT_EQ(again->version(), first->version()) << "the answer of then, not of now";
  keyed.request = "pause";
  EXPECT_EQ(commands_.pause(keyed, id, "").error().reason, "IDEMPOTENCY_KEY_REUSED");
  const Caller start_key{"tenant", "cli", "key-2", "start"};
  ASSERT_TRUE(commands_.stop(kOwner, id, ""));
  v1::StartRequest request;
  request.set_migration_id(id);
  EXPECT_EQ(commands_.start(start_key, request)->run(), 2u);
  EXPECT_EQ(commands_.start(start_key, request)->run(), 2u) << "one run for one key";
}

TEST_F(Lifecycle, WhileEverythingOfATenantIsDestroyedNothingNewIsMade) {
  store_.purging.insert("tenant");
  EXPECT_EQ(commands_.create(kOwner, request(true)).error().reason, "PURGE_GOES_ON");
  EXPECT_TRUE(store_.rows.empty());
  store_.purging.clear();
  EXPECT_TRUE(commands_.create(kOwner, request(true)));
}

TEST_F(Lifecycle, IsPricedAndPaidBeforeAnythingIsConnectedAndThenGoesOnByItself) {
  v1::CreateMigrationRequest create;
  create.set_platform("quickbooks_online");
  create.set_automatic_start(true);
  create.mutable_extent()->set_years(3);
  peers_.fiscal_year_first_month = 4;
  const auto id = commands_.create(kOwner, create)->migration_id();
  EXPECT_EQ(now(id).extent().first_day(), "") << "nobody knows yet when its fiscal year begins";
  ASSERT_TRUE(commands_.mark_paid(kOperator, id, ""));
  EXPECT_EQ(state(id), State::connecting);
  EXPECT_EQ(start(kOwner, id).error().reason, "SOURCE_MISSING");
  v1::SetConnectionsRequest connections;
  connections.set_migration_id(id);
  EXPECT_EQ(commands_.set_connections(kOwner, connections).error().reason, "FIELD_MISSING");
  connections.set_source_connection_id("source");
  ASSERT_TRUE(commands_.set_connections(kOwner, connections));
  EXPECT_EQ(start(kOwner, id).error().reason, "TARGET_MISSING");
  connections.set_source_connection_id("");
  connections.set_target_id("target");
  peers_.source_verified = false;
  ASSERT_TRUE(commands_.set_connections(kOwner, connections));
  EXPECT_EQ(start(kOwner, id).error().reason, "SOURCE_NOT_VERIFIED");
  peers_.source_verified = true;
  clock_text_ = "2026-06-01T00:00:00Z";  // another fiscal year has begun meanwhile
  ASSERT_TRUE(commands_.advance("tenant", id));
  EXPECT_EQ(state(id), State::running);
  EXPECT_EQ(now(id).source_connection_id(), "source");
  EXPECT_EQ(now(id).connection_slug(), "qbo1");
  EXPECT_EQ(now(id).extent().first_day(), "2023-04-01") << "three years from the day on which they were chosen";
}

TEST_F(Lifecycle, OtherConnectionsAreVerifiedAnewAndNoneAreChosenAfterARun) {
  peers_.targets.insert("other");
  const auto id = created(false);
  ASSERT_TRUE(commands_.mark_paid(kOperator, id, ""));
  ASSERT_EQ(state(id), State::ready);
  v1::SetConnectionsRequest connections;
  connections.set_migration_id(id);
  connections.set_target_id("nowhere");
  EXPECT_EQ(commands_.set_connections(kOwner, connections).error().reason, "TARGET_NOT_FOUND");
  peers_.target_verified = false;
  connections.set_target_id("other");
  ASSERT_TRUE(commands_.set_connections(kOwner, connections));
  EXPECT_EQ(state(id), State::connecting);
  peers_.target_verified = true;
  ASSERT_TRUE(start(kOwner, id));
  connections.set_target_id("target");
  EXPECT_EQ(commands_.set_connections(kOwner, connections).error().reason, "RUN_HAS_BEGUN");
}

TEST_F(Lifecycle, TheFirstDayIsFixedWhenItIsChosenNotWhenARunBegins) {
  auto wanted = request(false);
  wanted.mutable_extent()->set_years(2);
  const auto id = commands_.create(kOwner, wanted)->migration_id();
  EXPECT_EQ(now(id).extent().first_day(), "2025-01-01");
  clock_text_ = "2027-03-01T00:00:00Z";
  ASSERT_TRUE(commands_.mark_paid(kOperator, id, ""));
  ASSERT_TRUE(start(kOwner, id));
  EXPECT_EQ(now(id).extent().first_day(), "2025-01-01");
  EXPECT_EQ(now(id).extent().years(), 2u);
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
  EXPECT_EQ(now(id).directed_by(), "billing") << "a service: a person is told";
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
  EXPECT_EQ(now(id).directed_by(), kOwner.actor);
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

}  // namespace
}  // namespace q2o::billing
