#include <fmt/format.h>
#include <gmock/gmock.h>

#include "common/rpc/rpc.h"
#include "services/connector/adapters/grpc_service.h"
#include "services/connector/adapters/postgres_budget.h"
#include "services/connector/adapters/postgres_queue.h"
#include "services/connector/adapters/system.h"
#include "services/connector/app/token_keeper.h"
#include "services/connector/tests/fake_source.h"
#include "services/connector/tests/stores_fixture.h"

/// The connector's RPCs give a tenant its own and nothing else.
namespace q2o::connector {
namespace {

class Rpcs : public testing::Stores {
 protected:
  Rpcs() {
    source.refresh = "refresh-0";
    request.set_platform("quickbooks_online");
    request.set_company_id("123");
    request.set_client_id("client");
    request.set_client_secret("secret");
    request.set_refresh_token("refresh-0");
    request.set_base_url("http://source/");
  }
  static std::unique_ptr<grpc::ClientContext> as(const std::string& who) { return rpc::context(who, "test", std::chrono::seconds(20)); }
  v1::Connection save() {
    v1::SaveConnectionResponse saved;
    const auto done = stub->SaveConnection(as(tenant).get(), request, &saved);
    EXPECT_TRUE(done.ok()) << done.error_message();
    return saved.connection();
  }
  /// A run that has read 31 invoices and a trial balance.
  void record_run(const std::string& connection_id) {
    apply(migration(1));
    PostgresQueue queue(pool, manifests, "a");
    const auto taken = queue.take(milliseconds{60000});
    RunState state;
    EntityState invoice;
    invoice.entity = "Invoice";
    invoice.extracted = invoice.counted_after = 31;
    queue.journal(*taken)->commit({state, &invoice, {}, {}, {}, {{"TrialBalance", "2026-01-01", "2026-05-31", "{\"a\": 1.10}"}}, 3, false});
    pool.transact([&](pg::Tx& tx) { tx.exec("UPDATE extraction SET connection_id = $1", {connection_id}); });
  }

  const std::string stranger = ids::uuid_v4();
  testing::FakeSource source;
  SystemClock clock;
  PostgresBudget budget{pool};
  BudgetGates gates{"a", budget, clock};
  OAuthClient oauth{source, clock};
  TokenKeeper tokens{connections, oauth, clock};
  CallProbe probe;
  Connections use_cases{manifests, connections, source, oauth, tokens, gates, clock, probe, {}};
  Files files{manifests, connections, source, tokens, gates, clock, probe, {}};
  std::stop_source stop;
  PostgresAssessments assessments{pool, manifests, "a"};
  GrpcService service{use_cases, files, assessments, pool, stop.get_token()};
  metrics::Registry registry;
  rpc::Server server{"127.0.0.1:0", {&service}, registry};
  const std::unique_ptr<v1::ConnectorService::Stub> stub =
      v1::ConnectorService::NewStub(rpc::channel(fmt::format("127.0.0.1:{}", server.port())));
  v1::SaveConnectionRequest request;
};

TEST_F(Rpcs, SaveAConnectionThatIsComplete) {
  EXPECT_EQ(save().slug(), "qbo123");
  v1::SaveConnectionRequest poor;
  poor.set_platform("quickbooks_online");
  v1::SaveConnectionResponse saved;
  const auto refused = stub->SaveConnection(as(tenant).get(), poor, &saved);
  EXPECT_EQ(refused.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(refused.error_message(), ::testing::HasSubstr("company_id, client_id, client_secret"));
}

TEST_F(Rpcs, SaveAConnectionOncePerIdempotencyKey) {
  const auto save_with = [&](const std::string& key) {
    const auto context = as(tenant);
    context->AddMetadata("idempotency-key", key);
    v1::SaveConnectionResponse saved;
    const auto done = stub->SaveConnection(context.get(), request, &saved);
    return done.ok() ? saved.connection().connection_id() : rpc::to_error(done).reason;
  };
  const auto id = save_with("k1");
  const auto right = connections.begin_renewal(id);
  ASSERT_TRUE(right);
  connections.store_renewed(
      *right, {config::Secret("access-1"), config::Secret("refresh-1"), config::Secret("refresh-0"), 4'000'000'000, right->fence});
  EXPECT_EQ(save_with("k1"), id);
  EXPECT_EQ(connections.open(id)->tokens.refresh.reveal(), "refresh-1") << "the token that was given then is an old one";
  EXPECT_EQ(save_with("k2"), id) << "another order for the same company";
  EXPECT_EQ(connections.open(id)->tokens.refresh.reveal(), "refresh-0");
  request.set_company_id("456");
  EXPECT_EQ(save_with("k2"), "IDEMPOTENCY_KEY_REUSED");
}

TEST_F(Rpcs, VerifyAConnectionOfTheTenant) {
  v1::VerifyConnectionRequest which;
  which.set_connection_id(save().connection_id());
  v1::VerifyConnectionResponse verified;
  EXPECT_EQ(stub->VerifyConnection(as(stranger).get(), which, &verified).error_code(), grpc::StatusCode::NOT_FOUND);
  ASSERT_TRUE(stub->VerifyConnection(as(tenant).get(), which, &verified).ok());
  EXPECT_EQ(verified.connection().state(), "connected");
  EXPECT_EQ(verified.connection().company_name(), "Fern & Sons");
  EXPECT_TRUE(facts().back().has_connection_verified());
}

TEST_F(Rpcs, ListConnectionsPageByPageOrTheOneThatIsAskedFor) {
  std::vector<std::string> all, found;
  for (const char* company : {"123", "124", "125"}) {
    request.set_company_id(company);
    all.push_back(save().connection_id());
  }
  v1::ListConnectionsResponse list;
  ASSERT_TRUE(stub->ListConnections(as(tenant).get(), {}, &list).ok());
  EXPECT_EQ(list.connections_size(), 3);
  EXPECT_TRUE(list.next_page_token().empty());
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
  pages.set_page_token(all.front());
  EXPECT_EQ(stub->ListConnections(as(stranger).get(), pages, &list).error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  pages.set_connection_id(all.front());
  ASSERT_TRUE(stub->ListConnections(as(tenant).get(), pages, &list).ok());
  EXPECT_EQ(list.connections_size(), 1);
  ASSERT_TRUE(stub->ListConnections(as(stranger).get(), {}, &list).ok());
  EXPECT_EQ(list.connections_size(), 0);
}

TEST_F(Rpcs, TellWhatARunExtracted) {
  record_run(save().connection_id());
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
}

TEST_F(Rpcs, SendTheReportsOfARun) {
  record_run(save().connection_id());
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
