#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "common/testing/isolation.h"
#include "common/testing/testing.h"
#include "services/connector/adapters/facts.h"
#include "services/connector/adapters/postgres_budget.h"
#include "services/connector/adapters/postgres_queue.h"
#include "services/connector/adapters/postgres_replay.h"
#include "services/connector/adapters/system.h"
#include "services/connector/app/token_keeper.h"
#include "services/connector/tests/fake_source.h"
#include "services/connector/tests/stores_fixture.h"

namespace q2o::connector {
namespace {

using config::Secret;
using testing::Stores;

TEST_F(Stores, SecretsAreNowhereInClear) {
  const auto saved = save();
  pool.transact([&](pg::Tx& tx) {
    const auto row = tx.one(
        "SELECT encode(credentials, 'escape') || encode(tokens, 'escape') AS bytes FROM connection WHERE connection_id = $1", {saved.id});
    EXPECT_EQ(row.text("bytes").find("very-secret"), std::string::npos);
    EXPECT_EQ(row.text("bytes").find("refresh-0"), std::string::npos);
  });
  const auto opened = connections.open(saved.id);
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->credentials.client_secret.reveal(), "very-secret");
}

TEST_F(Stores, ASealThatWasMovedToAnotherConnectionDoesNotOpen) {
  const auto first = save();
  Connection other = first;
  other.company_id = "456";
  const auto second = connections.save({other, {Secret("x"), Secret("y")}, {{}, Secret("z"), {}, 0}});
  pool.transact([&](pg::Tx& tx) {
    tx.exec("UPDATE connection SET tokens = (SELECT tokens FROM connection WHERE connection_id = $1) WHERE connection_id = $2",
            {first.id, second.id});
  });
  EXPECT_EQ(connections.open(second.id).error().reason, "SEAL_BROKEN");
}

TEST_F(Stores, TheSameCompanyAgainKeepsItsIdAndTheLivingTokenStaysAtHand) {
  const auto first = save("living");
  const auto second = save("old-one");
  EXPECT_EQ(second.id, first.id);
  const auto opened = connections.open(first.id);
  EXPECT_EQ(opened->tokens.refresh.reveal(), "old-one");
  EXPECT_EQ(opened->tokens.previous_refresh.reveal(), "living");
}

TEST_F(Stores, OneProcessRenewsTheOthersWaitAndUseItsTokens) {
  const auto saved = save();
  testing::FakeSource source;
  SystemClock clock;
  OAuthClient oauth(source, clock);
  std::vector<std::jthread> processes;
  std::mutex mutex;
  std::set<std::string> got;
  for (int i = 0; i < 6; ++i)
    processes.emplace_back([&] {
      TokenKeeper keeper(connections, oauth, clock);
      const auto token = keeper.current(saved.id, 3600);
      std::lock_guard lock(mutex);
      got.insert(token ? token->reveal() : "none");
    });
  processes.clear();
  EXPECT_THAT(got, ::testing::ElementsAre("access-1"));
  EXPECT_EQ(source.refreshes, 1);
}

TEST_F(Stores, NoTransactionIsOpenWhileTheSignInServerIsAsked) {
  const auto saved = save();
  testing::FakeSource source;
  std::int64_t open = -1;
  class Watched final : public SourceApi {
   public:
    Watched(SourceApi& inner, std::function<void()> look) : inner_(inner), look_(std::move(look)) {}
    Result<http::Response> send(const http::Request& request, milliseconds deadline) override {
      look_();
      return inner_.send(request, deadline);
    }

   private:
    SourceApi& inner_;
    std::function<void()> look_;
  } watched(source, [&] {
    pool.transact([&](pg::Tx& tx) {
      open = tx.one(
                   "SELECT count(*) AS n FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND state LIKE 'idle in transaction%' AND "
                   "application_name = current_setting('application_name')")
                 .integer("n");
    });
    EXPECT_FALSE(connections.begin_renewal(saved.id)) << "and nobody else may ask";
  });
  SystemClock clock;
  OAuthClient oauth(watched, clock);
  TokenKeeper keeper(connections, oauth, clock);
  EXPECT_TRUE(keeper.current(saved.id, 3600));
  EXPECT_EQ(open, 0);
  EXPECT_TRUE(connections.begin_renewal(saved.id)) << "the right is given back";
}

TEST_F(Stores, ThePairOfTheLatestRightLives) {
  const auto saved = save();
  const auto pair = [](const char* name, std::int64_t fence) {
    return Tokens{Secret(std::string("access-") + name), Secret(std::string("refresh-") + name), Secret("refresh-0"), 4'000'000'000, fence};
  };
  const auto late = *connections.begin_renewal(saved.id);
  connections.end_renewal(late);  // as if it had run out while the database was away
  const auto next = *connections.begin_renewal(saved.id);
  EXPECT_GT(next.fence, late.fence);
  EXPECT_FALSE(connections.extend_renewal(late));
  EXPECT_EQ(connections.store_renewed(late, pair("late", late.fence)).access.reveal(), "access-late") << "nothing newer is there";
  EXPECT_EQ(connections.store_renewed(next, pair("next", next.fence)).access.reveal(), "access-next");
  EXPECT_EQ(connections.store_renewed(late, pair("late", late.fence)).access.reveal(), "access-next");
  EXPECT_EQ(connections.store_renewed(next, pair("next", next.fence)).access.reveal(), "access-next") << "storing it again is harmless";

  save("from-a-person");
  EXPECT_FALSE(connections.extend_renewal(next)) << "a new sign-in ends the renewal of the one before";
  EXPECT_EQ(connections.store_renewed(next, pair("next", next.fence)).refresh.reveal(), "from-a-person");
  connections.renewal_refused(next, Error{Code::unauthenticated, "revoked", Retry::never, Effect::none, "CONNECTION_BROKEN", "", {}});
  EXPECT_EQ(connections.find(tenant, saved.id)->state, "unverified");
}

TEST_F(Stores, AWorkingPairThatWaitedMendsAConnectionThatWasGivenUp) {
  const auto saved = save();
  const auto right = *connections.begin_renewal(saved.id);
  connections.broken(saved.id, Error{Code::unauthenticated, "revoked", Retry::never, Effect::none, "CONNECTION_BROKEN", "", {}});
  connections.store_renewed(right, {Secret("access-1"), Secret("refresh-1"), Secret("refresh-0"), 4'000'000'000, right.fence});
  EXPECT_EQ(connections.find(tenant, saved.id)->state, "unverified");
  EXPECT_EQ(connections.open(saved.id)->tokens.refresh.reveal(), "refresh-1");
}

TEST_F(Stores, ARevokedConnectionIsAnnouncedOnce) {
  const auto saved = save();
  testing::FakeSource source;
  source.revoked = true;
  SystemClock clock;
  OAuthClient oauth(source, clock);
  TokenKeeper keeper(connections, oauth, clock);
  EXPECT_FALSE(keeper.current(saved.id, 3600));
  EXPECT_FALSE(keeper.current(saved.id, 3600));
  const auto told = facts();
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].connection_broken().connection_id(), saved.id);
  EXPECT_FALSE(told[0].connection_broken().deliberate());
  EXPECT_EQ(connections.find(tenant, saved.id)->state, "broken");
}

TEST_F(Stores, TheBudgetIsSharedByReplicas) {
  const auto id = save().id;
  const Budget budget{500, 10, 10};
  std::vector<std::jthread> replicas;
  for (int i = 0; i < 4; ++i)
    replicas.emplace_back([&] {
      PostgresBudget mine(pool);
      EXPECT_EQ(mine.reserve(id, budget, 5).size(), 5u);
    });
  replicas.clear();
  const auto granted = pool.transact([&](pg::Tx& tx) {
    return tx.one("SELECT granted::text[] AS granted FROM budget WHERE connection_id = $1", {id}).text_array("granted");
  });
  ASSERT_EQ(granted.size(), 20u);
  for (std::size_t i = 10; i < granted.size(); ++i)
    EXPECT_GE(std::stoll(granted[i]) - std::stoll(granted[i - 10]), 1000) << "more than 10 in a second, at grant " << i;
  PostgresBudget any(pool);
  any.block(id, milliseconds{60000});
  EXPECT_GE(any.reserve(id, budget, 1).front(), milliseconds{59000});
}

TEST_F(Stores, SimultaneousRequestsAreSharedOut) {
  const auto id = save().id;
  PostgresBudget store(pool);
  const milliseconds ttl{60000};
  EXPECT_EQ(store.slots(id, "a", 10, 0, ttl), 10);
  EXPECT_EQ(store.slots(id, "b", 10, 0, ttl), 0);
  EXPECT_EQ(store.slots(id, "a", 10, 9, ttl), 5) << "no new ones until it is below its share";
  EXPECT_EQ(store.slots(id, "b", 10, 0, ttl), 1) << "nine are still under way";
  EXPECT_EQ(store.slots(id, "a", 10, 4, ttl), 5);
  EXPECT_EQ(store.slots(id, "b", 10, 1, ttl), 5);
}

TEST_F(Stores, ARunHasOneHolderAndAZombieWritesNothing) {
  apply(migration(1));
  PostgresQueue first(pool, manifests, "first"), second(pool, manifests, "second");
  const auto held = first.take(milliseconds{60000});
  ASSERT_TRUE(held);
  EXPECT_FALSE(second.take(milliseconds{60000}));
  pool.transact([](pg::Tx& tx) { tx.exec("UPDATE lease SET lease_until = now() - interval '1 second'"); });
  const auto taken_over = second.take(milliseconds{60000});
  ASSERT_TRUE(taken_over);
  RunState state;
  state.sequence = 99;
  EXPECT_FALSE(first.journal(*held)->commit({state, nullptr, {}, {}, {}, {}, 0, false}));
  EXPECT_TRUE(second.journal(*taken_over)->commit({state, nullptr, {}, {}, {}, {}, 0, false}));
  EXPECT_EQ(second.journal(*taken_over)->load().sequence, 99u);
}

TEST_F(Stores, OnlyRunningMigrationsWithDirectiveGoAreTaken) {
  PostgresQueue queue(pool, manifests, "a");
  apply(migration(1, billing::v1::DIRECTIVE_PAUSE));
  EXPECT_FALSE(queue.take(milliseconds{1000}));
  apply(migration(2));
  EXPECT_TRUE(queue.take(milliseconds{1000}));
}

TEST_F(Stores, AFailedRunIsTriedAgainOnlyWhenTheMigrationChanges) {
  apply(migration(1));
  PostgresQueue queue(pool, manifests, "a");
  const auto taken = queue.take(milliseconds{1000});
  queue.failed(*taken, Error{Code::failed_precondition, "no", Retry::never, Effect::none, "WHY", "do this", {}});
  queue.release(*taken);
  EXPECT_FALSE(queue.take(milliseconds{1000}));
  EXPECT_EQ(facts().back().run_failed().reason(), "WHY");
  apply(migration(2));
  EXPECT_TRUE(queue.take(milliseconds{1000}));
}

TEST_F(Stores, ACrashedRunKnowsItsCursorIdsAndReports) {
  apply(migration(1));
  PostgresQueue queue(pool, manifests, "a");
  const auto taken = queue.take(milliseconds{60000});
  RunState state;
  state.sequence = 7;
  state.unreleased = {3, 4, 6};
  state.captures["currencies"] = {"EUR", "GBP"};
  state.span = Period{*parse_day("2025-11-23"), *parse_day("2026-05-03")};
  EntityState invoice;
  invoice.entity = "Invoice";
  invoice.position = 501;
  invoice.explanation = "why";
  invoice.absence = v1::ABSENCE_REFUSED;
  ASSERT_TRUE(queue.journal(*taken)->commit(
      {state, &invoice, {"1", "2"}, {{0, 5}, {0, 6}}, {}, {{"TrialBalance", "", "2026-05-31", "{}"}}, 3, false}));
  const auto journal = queue.journal(*taken);
  const auto loaded = journal->load();
  EXPECT_EQ(loaded.captures, state.captures);
  EXPECT_EQ(loaded.unreleased, state.unreleased);
  EXPECT_EQ(*loaded.span, *state.span);
  EXPECT_EQ(loaded.entities.at("Invoice").position, 501u);
  EXPECT_EQ(loaded.entities.at("Invoice").absence, v1::ABSENCE_REFUSED);
  EXPECT_THAT(journal->ids("Invoice"), ::testing::ElementsAre("1", "2"));
  EXPECT_EQ(journal->reports().size(), 1u);
  ASSERT_TRUE(journal->commit({state, nullptr, {}, {}, {}, {}, 0, true}));
  const auto extracted = facts().back().run_extracted();
  EXPECT_EQ(extracted.source_requests(), 3u);
  ASSERT_EQ(extracted.ranges_size(), 1);
  EXPECT_EQ(extracted.ranges(0).first_offset(), 5);
  EXPECT_EQ(extracted.ranges(0).last_offset(), 6);
  EXPECT_FALSE(queue.take(milliseconds{1000})) << "a finished run is not taken again";
}

TEST(ConnectorSchema, PostgresShowsATenantItsOwnRowsOnly) {
  const auto database = q2o::testing::Postgres::instance().fresh_schema();
  pg::Pool pool(database);
  pg::migrate(pool, schema_files());
  EXPECT_THAT(q2o::testing::isolation_complaints(database), ::testing::IsEmpty());
}

}  // namespace
}  // namespace q2o::connector
