#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "common/rpc/rpc.h"
#include "services/connector/adapters/facts.h"
#include "services/connector/adapters/grpc_service.h"
#include "services/connector/adapters/postgres_budget.h"
#include "services/connector/adapters/postgres_queue.h"
#include "services/connector/adapters/postgres_replay.h"
#include "services/connector/adapters/system.h"
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
  EXPECT_EQ(connections.find(tenant, saved.id)->state, "broken");
}

TEST_F(Stores, TheBudgetIsSharedByReplicas) {
  const auto id = save().id;
  const Budget budget{500, 10, 10};
  std::vector<std::jthread> replicas;
  std::mutex mutex;
  int at_once = 0;
  for (int i = 0; i < 4; ++i)
    replicas.emplace_back([&] {
      PostgresBudget mine(pool);
      for (const auto delay : mine.reserve(id, budget, 5)) {
        std::lock_guard lock(mutex);
        at_once += delay < milliseconds{500} ? 1 : 0;
      }
    });
  replicas.clear();
  EXPECT_EQ(at_once, 10);
  PostgresBudget any(pool);
  any.block(id, milliseconds{60000});
  EXPECT_GE(any.reserve(id, budget, 1).front(), milliseconds{59000});
}

TEST_F(Stores, SimultaneousRequestsAreSharedOut) {
  const auto id = save().id;
  PostgresBudget store(pool);
  EXPECT_EQ(store.slots(id, "a", 10, milliseconds{60000}), 10);
  EXPECT_EQ(store.slots(id, "b", 10, milliseconds{60000}), 0);
  EXPECT_EQ(store.slots(id, "a", 10, milliseconds{60000}), 5);
  EXPECT_EQ(store.slots(id, "b", 10, milliseconds{60000}), 5);
}

TEST_F(Stores, ARunHasOneHolderAndAZombieWritesNothing) {
  apply(migration(1));
  PostgresQueue first(pool, manifests, "first"), second(pool, manifests, "second");
  const auto held = first.take(milliseconds{150});
  ASSERT_TRUE(held);
  EXPECT_FALSE(second.take(milliseconds{60000}));
  std::optional<TakenJob> taken_over;
  ASSERT_TRUE(q2o::testing::eventually([&] { return (taken_over = second.take(milliseconds{60000})).has_value(); }));
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

TEST_F(Stores, TheRpcsGiveATenantItsOwnAndNothingElse) {
  apply(migration(1));
  PostgresQueue queue(pool, manifests, "a");
  const auto taken = queue.take(milliseconds{60000});
  RunState state;
  EntityState invoice;
  invoice.entity = "Invoice";
  invoice.extracted = invoice.counted_after = 31;
  queue.journal(*taken)->commit({state, &invoice, {}, {}, {}, {{"TrialBalance", "2026-01-01", "2026-05-31", "{\"a\": 1.10}"}}, 3, false});
  testing::FakeSource source;
  source.refresh = "refresh-0";
  SystemClock clock;
  PostgresBudget budget(pool);
  BudgetGates gates("a", budget, clock);
  OAuthClient oauth(source, clock);
  TokenKeeper tokens(connections, oauth, clock);
  CallProbe probe;
  Connections use_cases(manifests, connections, source, oauth, tokens, gates, clock, probe, {});
  std::stop_source stop;
  Files files(manifests, connections, source, tokens, gates, clock, probe, {});
  GrpcService service(use_cases, files, pool, stop.get_token());
  metrics::Registry registry;
  rpc::Server server("127.0.0.1:0", {&service}, registry);
  const auto stub = v1::ConnectorService::NewStub(rpc::channel(fmt::format("127.0.0.1:{}", server.port())));
  const auto as = [](const std::string& who) { return rpc::context(who, "test", std::chrono::seconds(20)); };

  v1::SaveConnectionRequest wanted;
  wanted.set_platform("quickbooks_online");
  v1::SaveConnectionResponse saved;
  const auto refused = stub->SaveConnection(as(tenant).get(), wanted, &saved);
  EXPECT_EQ(refused.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(refused.error_message(), ::testing::HasSubstr("company_id, client_id, client_secret"));
  wanted.set_company_id("123");
  wanted.set_client_id("client");
  wanted.set_client_secret("secret");
  wanted.set_refresh_token("refresh-0");
  wanted.set_base_url("http://source/");
  ASSERT_TRUE(stub->SaveConnection(as(tenant).get(), wanted, &saved).ok());
  EXPECT_EQ(saved.connection().slug(), "qbo123");

  v1::VerifyConnectionRequest which;
  which.set_connection_id(saved.connection().connection_id());
  v1::VerifyConnectionResponse verified;
  const std::string stranger = ids::uuid_v4();
  EXPECT_EQ(stub->VerifyConnection(as(stranger).get(), which, &verified).error_code(), grpc::StatusCode::NOT_FOUND);
  ASSERT_TRUE(stub->VerifyConnection(as(tenant).get(), which, &verified).ok());
  EXPECT_EQ(verified.connection().state(), "connected");
  EXPECT_EQ(verified.connection().company_name(), "Fern & Sons");
  EXPECT_TRUE(facts().back().has_connection_verified());

  v1::ListConnectionsResponse list;
  ASSERT_TRUE(stub->ListConnections(as(stranger).get(), {}, &list).ok());
  EXPECT_EQ(list.connections_size(), 0);
  v1::SaveConnectionResponse more;
  for (const char* company : {"124", "125"}) {
    wanted.set_company_id(company);
    ASSERT_TRUE(stub->SaveConnection(as(tenant).get(), wanted, &more).ok());
  }
  ASSERT_TRUE(stub->ListConnections(as(tenant).get(), {}, &list).ok());
  EXPECT_TRUE(list.next_page_token().empty());
  std::vector<std::string> all, found;
  for (const auto& one : list.connections()) all.push_back(one.connection_id());
  ASSERT_GE(all.size(), 3u);
  v1::ListConnectionsRequest pages;
  pages.set_page_size(1);
  do {
    ASSERT_TRUE(stub->ListConnections(as(tenant).get(), pages, &list).ok());
    ASSERT_EQ(list.connections_size(), 1);
    found.push_back(list.connections(0).connection_id());
    pages.set_page_token(list.next_page_token());
  } while (!pages.page_token().empty() && found.size() < 10);
  EXPECT_EQ(found, all);
  pages.set_page_token("nonsense");
  EXPECT_EQ(stub->ListConnections(as(tenant).get(), pages, &list).error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  pages.set_page_token(saved.connection().connection_id());
  EXPECT_EQ(stub->ListConnections(as(stranger).get(), pages, &list).error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  pages.set_connection_id(saved.connection().connection_id());
  ASSERT_TRUE(stub->ListConnections(as(tenant).get(), pages, &list).ok());
  EXPECT_EQ(list.connections_size(), 1);

  pool.transact([&](pg::Tx& tx) { tx.exec("UPDATE extraction SET connection_id = $1", {saved.connection().connection_id()}); });
  v1::GetExtractionRequest run;
  run.set_migration_id(migration_id);
  run.set_run(1);
  v1::GetExtractionResponse extraction;
  EXPECT_EQ(stub->GetExtraction(as(stranger).get(), run, &extraction).error_code(), grpc::StatusCode::NOT_FOUND);
  ASSERT_TRUE(stub->GetExtraction(as(tenant).get(), run, &extraction).ok());
  EXPECT_EQ(extraction.entities(0).extracted(), 31u);
  EXPECT_EQ(extraction.entities(0).absence(), v1::ABSENCE_UNSPECIFIED);
  EXPECT_EQ(extraction.entities(0).ledger_types(0), "Invoice");
  EXPECT_EQ(extraction.ledger_only_types(0), "Sales Tax Payment");

  v1::GetReportsRequest reports;
  reports.set_migration_id(migration_id);
  reports.set_run(1);
  const auto context = as(tenant);
  const auto reader = stub->GetReports(context.get(), reports);
  v1::GetReportsResponse report;
  ASSERT_TRUE(reader->Read(&report));
  EXPECT_EQ(report.body(), "{\"a\": 1.10}");
  EXPECT_EQ(report.end_date(), "2026-05-31");
  EXPECT_FALSE(reader->Read(&report));
  EXPECT_TRUE(reader->Finish().ok());
  const auto other = as(stranger);
  const auto denied = stub->GetReports(other.get(), reports);
  EXPECT_FALSE(denied->Read(&report));
  EXPECT_EQ(denied->Finish().error_code(), grpc::StatusCode::NOT_FOUND);
}

}  // namespace
}  // namespace q2o::connector
