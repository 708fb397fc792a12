#include "services/billing/payments/app/analysis.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/billing/payments/tests/fakes.h"

namespace q2o::billing::payments {
namespace {

using fakes::FakeCounters;
using fakes::World;

class Analyzing : public ::testing::Test {
 protected:
  Result<v1::AnalyzeVolumeResponse> analyze(bool again = false) {
    v1::AnalyzeVolumeRequest request;
    request.set_migration_id(id_);
    request.set_again(again);
    return world_.analysis.analyze(world_.owner, request);
  }
  /// 0: all of the history.
  bool edit(std::uint32_t years) {
    v1::EditScopeRequest request;
    request.set_migration_id(id_);
    if (years != 0) request.mutable_extent()->set_years(years);
    const auto done = world_.quotes.edit_scope(world_.owner, request);
    EXPECT_TRUE(done) << done.error().message;
    return done.has_value();
  }
  bool choose(const std::string& source) {
    v1::SetConnectionsRequest request;
    request.set_migration_id(id_);
    request.set_source_connection_id(source);
    const auto done = world_.commands.set_connections(world_.owner, request);
    EXPECT_TRUE(done) << done.error().message;
    return done.has_value();
  }
  World world_;
  std::string id_ = world_.draft(5);
};

TEST_F(Analyzing, CountsInTheSourceAndPricesWhatIsThere) {
  const auto before = *world_.quote({id_});
  EXPECT_EQ(before.total(), "2099");
  world_.counters.next.set_state("running");
  world_.counters.next.set_entities_total(40);
  const auto begun = analyze();
  ASSERT_TRUE(begun) << begun.error().message;
  EXPECT_FALSE(begun->done());
  EXPECT_EQ(begun->entities_total(), 40u);
  EXPECT_FALSE(analyze()->done());
  EXPECT_EQ(world_.counters.begun, 1) << "one count, however often it is asked";

  world_.counters.known = FakeCounters::done(28'543, 61'000);
  const auto done = analyze();
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_TRUE(done->done());
  EXPECT_EQ(done->records(), 28'543u);
  EXPECT_EQ(done->records_of_all_years(), 61'000u);
  EXPECT_EQ(done->estimate().total(), "2099");
  EXPECT_EQ(done->price().total(), "1899");
  EXPECT_EQ(done->quote().total(), "1899");
  EXPECT_EQ(world_.quotes.get(world_.owner, before.quote_id())->state(), v1::QUOTE_STATE_VOIDED);
  EXPECT_EQ(world_.migration(id_).price(), "1899");
  EXPECT_EQ(world_.migration(id_).counted().years(), 5u);
  EXPECT_EQ(analyze()->quote().quote_id(), done->quote().quote_id()) << "nothing new was counted";
  EXPECT_EQ(world_.quote({id_})->total(), "1899") << "a quote that somebody asks for goes by the count too";
  EXPECT_EQ(world_.probe.steps["analysis"], 1);
}

TEST_F(Analyzing, AnOrderOfSeveralCompaniesIsPricedAnewAsAWhole) {
  const auto other = world_.draft(1, "Brewery");
  static_cast<void>(world_.quote({id_, other}));
  world_.counters.known = FakeCounters::done(28'543, 28'543);
  const auto done = analyze();
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(done->quote().migrations_size(), 2);
  EXPECT_EQ(done->quote().total(), "2398");  // 1,899 + Starter 499
  EXPECT_EQ(world_.migration(other).quote_id(), done->quote().quote_id());
}

TEST_F(Analyzing, AllOfTheHistoryIsPricedByTheYearsThatAreThere) {
  id_ = world_.draft(0);
  EXPECT_EQ(world_.quote({id_}).error().reason, "YEARS_MISSING");
  world_.counters.known = FakeCounters::done(30'000, 61'000);
  const auto done = analyze();
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(done->records(), 61'000u);
  EXPECT_EQ(done->price().years(), 12u) << "2015 to 2026";
  EXPECT_TRUE(world_.quote({id_}));
}

TEST_F(Analyzing, AnEditedScopeIsPricedByTheCount) {
  world_.counters.known = FakeCounters::done(28'543, 61'000);
  ASSERT_TRUE(analyze());
  ASSERT_TRUE(edit(4));
  const auto four = world_.quote({id_})->migrations(0).price();
  EXPECT_TRUE(four.counted());
  EXPECT_EQ(four.records(), 28'543u);
  ASSERT_TRUE(edit(12));
  EXPECT_EQ(world_.quote({id_})->migrations(0).price().records(), 61'000u) << "what lies further back was counted, too";
  ASSERT_TRUE(edit(0));
  EXPECT_EQ(world_.quote({id_})->migrations(0).price().years(), 12u) << "all of the history";
}

TEST_F(Analyzing, NoEditingBringsTheEstimateBack) {
  EXPECT_EQ(world_.quote({id_})->total(), "2099");
  world_.counters.known = FakeCounters::done(200'000, 200'000);
  const auto counted = analyze();
  ASSERT_TRUE(counted) << counted.error().message;
  const auto dear = counted->quote().total();
  EXPECT_GT(std::stoul(dear), 2099u);
  ASSERT_TRUE(edit(4) && edit(5));
  EXPECT_EQ(world_.quote({id_})->total(), dear) << "there and back";

  // Another source, and back again.
  world_.peers.sources.insert("other");
  ASSERT_TRUE(edit(5) && choose("other"));
  EXPECT_EQ(world_.quote({id_}).error().reason, "ANALYSIS_NEEDED");
  ASSERT_TRUE(edit(4) && edit(5));
  EXPECT_EQ(world_.quote({id_}).error().reason, "ANALYSIS_NEEDED");
  ASSERT_TRUE(choose("source"));
  EXPECT_EQ(world_.quote({id_})->total(), dear);
  ASSERT_TRUE(edit(5) && choose("other"));
  world_.counters.known = FakeCounters::done(28'543, 28'543, "assessment-2");
  EXPECT_EQ(analyze()->quote().total(), "1899") << "the other one was counted";
}

TEST_F(Analyzing, CountsAgainWhenTheCountIsOldOrSomebodyAsks) {
  auto old = FakeCounters::done(1000, 1000);
  old.set_finished_at("2026-09-18T11:00:00Z");
  world_.counters.known = old;
  world_.counters.next.set_state("running");
  EXPECT_FALSE(analyze()->done());
  EXPECT_EQ(world_.counters.begun, 1);
  world_.counters.known = FakeCounters::done(1000, 1000);
  EXPECT_TRUE(analyze()->done());
  EXPECT_FALSE(analyze(true)->done());
  EXPECT_EQ(world_.counters.begun, 2);
}

TEST_F(Analyzing, SaysWhatIsMissing) {
  v1::CreateMigrationRequest create;
  create.set_platform("quickbooks_online");
  const auto unconnected = world_.commands.create(world_.owner, create)->migration_id();
  const auto counted = id_;
  id_ = unconnected;
  EXPECT_EQ(analyze().error().reason, "SOURCE_MISSING");
  id_ = "unknown";
  EXPECT_EQ(analyze().error().code, Code::not_found);
  id_ = counted;
  auto failed = FakeCounters::done(1, 1);
  failed.set_state("failed");
  failed.set_message("the refresh token was revoked");
  world_.counters.known = failed;
  EXPECT_EQ(analyze().error().reason, "ASSESSMENT_FAILED");
  EXPECT_TRUE(analyze(true)) << "after it was mended";
  world_.paid({id_});
  EXPECT_EQ(analyze().error().reason, "WRONG_STATE");
}

TEST_F(Analyzing, AConnectionAloneGetsAPriceAndNoQuote) {
  world_.counters.known = FakeCounters::done(28'543, 61'000);
  v1::AnalyzeVolumeRequest request;
  EXPECT_EQ(world_.analysis.analyze(world_.owner, request).error().reason, "FIELD_MISSING");
  request.set_connection_id("source");
  request.set_years(5);
  const auto done = world_.analysis.analyze(world_.owner, request);
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(done->price().total(), "1899");
  EXPECT_FALSE(done->has_quote());
}

}  // namespace
}  // namespace q2o::billing::payments
