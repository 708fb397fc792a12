#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/ids/ids.h"
#include "common/rpc/rpc.h"
#include "common/testing/testing.h"
#include "services/connector/adapters/grpc_service.h"
#include "services/connector/adapters/postgres_budget.h"
#include "services/connector/adapters/postgres_connections.h"
#include "services/connector/adapters/system.h"
#include "services/connector/app/token_keeper.h"
#include "services/connector/tests/fake_source.h"
#include "services/connector/tests/shipped.h"
#include "services/connector/wiring.h"

namespace q2o::connector {
namespace {

using config::Secret;

/// The call over a real server, with a real database.
class GetFile : public ::testing::Test {
 protected:
  GetFile() {
    pg::migrate(pool, schema_files());
    manifests.emplace("quickbooks_online", testing::shipped());
    const auto saved = store.save({{"", tenant, "qbo123", "quickbooks_online", "123", "http://source", "http://token", "", "", "", ""},
                                   {Secret("client"), Secret("secret")},
                                   {{}, Secret("refresh-0"), {}, 0}});
    pool.transact([&](pg::Tx& tx) {
      tx.exec("INSERT INTO extraction (migration_id, run, tenant_id, connection_id, slug) VALUES ($1, 1, $2, $3, 'qbo123')",
              {migration, tenant, saved.id});
      tx.exec("INSERT INTO extraction (migration_id, run, tenant_id, connection_id, slug, source_run) VALUES ($1, 2, $2, $3, 'qbo123', 1)",
              {migration, tenant, saved.id});
    });
    source.add("Attachable", "7");
  }
  struct Got {
    std::string bytes, content_type;
    std::uint64_t size = 0;
    int messages = 0;
    Error error;
  };
  Got get(std::uint32_t run, const std::string& who) {
    const auto context = rpc::context(who, "test", std::chrono::seconds(20));
    v1::GetFileRequest request;
    request.set_migration_id(migration);
    request.set_run(run);
    request.set_entity("Attachable");
    request.set_source_id("7");
    const auto reader = stub->GetFile(context.get(), request);
    Got got;
    for (v1::GetFileResponse message; reader->Read(&message); ++got.messages) {
      if (got.messages == 0) got.content_type = message.content_type(), got.size = message.size();
      got.bytes += message.chunk();
    }
    got.error = rpc::to_error(reader->Finish());
    return got;
  }

  const std::string tenant = ids::uuid_v4(), migration = ids::uuid_v4();
  pg::Pool pool{q2o::testing::Postgres::instance().fresh_schema()};
  crypto::Sealer sealer{Secret(std::string(32, 'k'))};
  PostgresConnections store{pool, sealer, "test"};
  Manifests manifests;
  testing::FakeSource source;
  SystemClock clock;
  PostgresBudget budget{pool};
  BudgetGates gates{"a", budget, clock};
  OAuthClient oauth{source, clock};
  TokenKeeper tokens{store, oauth, clock};
  CallProbe probe;
  Connections connections{manifests, store, source, oauth, tokens, gates, clock, probe, {}};
  Files files{manifests, store, source, tokens, gates, clock, probe, {}};
  PostgresAssessments assessments{pool, manifests, "a"};
  GrpcService service{connections, files, assessments, pool, {}};
  metrics::Registry registry;
  rpc::Server server{"127.0.0.1:0", {&service}, registry};
  std::unique_ptr<v1::ConnectorService::Stub> stub =
      v1::ConnectorService::NewStub(rpc::channel("127.0.0.1:" + std::to_string(server.port())));
};

TEST_F(GetFile, SendsAFileInPiecesAndSaysFirstWhatItIs) {
  std::string bytes;
  for (int i = 0; bytes.size() < 600'000; ++i) bytes += std::to_string(i * 7919) + '\0';
  source.files["7"] = bytes;
  const auto got = get(1, tenant);
  EXPECT_TRUE(got.bytes == bytes) << got.error.message;
  EXPECT_EQ(got.size, bytes.size());
  EXPECT_EQ(got.content_type, "text/plain");
  EXPECT_EQ(got.messages, 3);
}

TEST_F(GetFile, OfNoBytesIsStillOneMessage) {
  source.files["7"] = "";
  const auto got = get(1, tenant);
  EXPECT_EQ(got.messages, 1);
  EXPECT_EQ(got.size, 0u);
}

TEST_F(GetFile, OfAReplayMakesNoCallToTheSource) {
  source.files["7"] = "bytes";
  const auto got = get(2, tenant);
  EXPECT_EQ(got.error.reason, "REPLAY_WITHOUT_FILES");
  EXPECT_NE(got.error.hint, "");
  EXPECT_TRUE(source.requests().empty());
}

TEST_F(GetFile, OfAnotherTenantOrAnUnknownRunIsNotFound) {
  EXPECT_EQ(get(1, ids::uuid_v4()).error.code, Code::not_found);
  EXPECT_EQ(get(3, tenant).error.code, Code::not_found);
}

TEST_F(GetFile, ThatIsGoneSaysWhy) {
  const auto got = get(1, tenant);
  EXPECT_EQ(got.error.reason, "FILE_GONE");
  EXPECT_EQ(got.error.retry, Retry::never);
  EXPECT_EQ(got.messages, 0);
}

}  // namespace
}  // namespace q2o::connector
