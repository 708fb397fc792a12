#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/bus/bus.h"
#include "common/ids/ids.h"
#include "common/pg/embedded.h"
#include "common/rpc/rpc.h"
#include "common/testing/testing.h"
#include "embedded/notifier_schema.h"
#include "q2o/loader/v1/status.pb.h"
#include "services/notifier/adapters/progress_rpc.h"
#include "services/notifier/adapters/status_consumer.h"

namespace q2o::notifier {
namespace {

const std::string kTenant = "22222222-2222-4222-8222-222222222222";

bus::Incoming incoming(const std::string& topic, const std::string& migration, const google::protobuf::Message& fact) {
  bus::Incoming message;
  message.topic = topic;
  message.value = fact.SerializeAsString();
  message.headers = {{"ce_id", ids::uuid_v4()}, {"q2o-tenant", kTenant}, {"q2o-migration", migration}};
  return message;
}

/// A notifier's database and RPC server, fed by hand.
class Progress : public ::testing::Test {
 protected:
  void SetUp() override {
    pool_ = std::make_unique<pg::Pool>(q2o::testing::Postgres::instance().fresh_schema());
    pg::migrate(*pool_, pg::schema_of(embedded::notifier_schema::kFiles));
    changes_ = std::make_unique<Changes>(pool_->options());
    service_ =
        std::make_unique<ProgressRpc>(*pool_, *changes_, places_, stop_.get_token(), ProgressRpc::Options{std::chrono::milliseconds(300)});
    server_ = std::make_unique<rpc::Server>("127.0.0.1:0", std::vector<grpc::Service*>{service_.get()}, metrics_);
    stub_ = v1::ProgressService::NewStub(rpc::channel("127.0.0.1:" + std::to_string(server_->port())));
  }
  void TearDown() override { stop_.request_stop(); }

  bus::Incoming state(std::uint64_t version, billing::v1::State state, std::uint32_t run = 1) {
    billing::v1::Migration migration;
    migration.set_migration_id(migration_);
    migration.set_tenant_id(kTenant);
    migration.set_version(version);
    migration.set_run(run);
    migration.set_state(state);
    return incoming("q2o.billing.migration.v1", migration_, migration);
  }
  bus::Incoming loaded(std::uint64_t count, std::uint32_t run = 1) {
    loader::v1::StatusFact fact;
    fact.mutable_scope()->set_run(run);
    fact.mutable_entity_progress()->set_entity("Invoice");
    fact.mutable_entity_progress()->set_loaded(count);
    return incoming("q2o.loader.status.v1", migration_, fact);
  }
  v1::Progress asked() {
    v1::GetProgressRequest request;
    request.set_migration_id(migration_);
    v1::GetProgressResponse response;
    EXPECT_TRUE(stub_->GetProgress(rpc::context(kTenant, "test", std::chrono::seconds(5)).get(), request, &response).ok());
    return response.progress();
  }
  /// As if all that was counted had been counted that much earlier.
  void go_back(int seconds) {
    pool_->transact(
        [&](pg::Tx& tx) { tx.exec("update sample set at = at - make_interval(secs => $1::int)", {static_cast<std::int64_t>(seconds)}); });
  }

  const std::string migration_ = ids::uuid_v4();
  std::stop_source stop_;
  metrics::Registry metrics_;
  std::unique_ptr<pg::Pool> pool_;
  Places places_{{2, 2, 2}};
  std::unique_ptr<Changes> changes_;
  std::unique_ptr<ProgressRpc> service_;
  std::unique_ptr<rpc::Server> server_;
  std::unique_ptr<v1::ProgressService::Stub> stub_;
};

TEST_F(Progress, EveryRepeatIsHarmless) {
  const std::vector<bus::Incoming> batch{state(1, billing::v1::STATE_RUNNING), loaded(7)};
  consume(*pool_, batch);
  consume(*pool_, batch);
  v1::GetProgressRequest request;
  request.set_migration_id(migration_);
  v1::GetProgressResponse response;
  ASSERT_TRUE(stub_->GetProgress(rpc::context(kTenant, "test", std::chrono::seconds(5)).get(), request, &response).ok());
  EXPECT_EQ(response.progress().version(), 1u);
  ASSERT_EQ(response.progress().entities_size(), 1);
  EXPECT_EQ(response.progress().entities(0).loaded(), 7u);
}

TEST_F(Progress, TheCountsOfTheLastRunMakeNoRateInTheNext) {
  consume(*pool_, std::vector<bus::Incoming>{state(1, billing::v1::STATE_RUNNING), loaded(900)});
  go_back(10);
  consume(*pool_, std::vector<bus::Incoming>{state(2, billing::v1::STATE_RUNNING, 2), loaded(1, 2)});
  EXPECT_EQ(asked().records_per_second(), 0);
}

TEST_F(Progress, TheRateOfAWaitingRunFallsToZeroWithoutAnotherFact) {
  consume(*pool_, std::vector<bus::Incoming>{state(1, billing::v1::STATE_RUNNING), loaded(10)});
  go_back(10);
  consume(*pool_, std::vector<bus::Incoming>{loaded(910)});
  EXPECT_GT(asked().records_per_second(), 0);
  const auto context = rpc::context(kTenant, "test", std::chrono::seconds(20));
  v1::WatchProgressRequest request;
  request.set_migration_id(migration_);
  const auto stream = stub_->WatchProgress(context.get(), request);
  v1::WatchProgressResponse response;
  ASSERT_TRUE(stream->Read(&response));
  EXPECT_GT(response.progress().records_per_second(), 0);
  go_back(60);
  ASSERT_TRUE(stream->Read(&response));
  EXPECT_TRUE(response.heartbeat());
  EXPECT_EQ(response.progress().records_per_second(), 0);
  EXPECT_EQ(asked().records_per_second(), 0);
  context->TryCancel();
}

TEST_F(Progress, FactsOfTheNextRunCountBeforeItsMigrationIsRead) {
  consume(*pool_, std::vector<bus::Incoming>{state(1, billing::v1::STATE_COMPLETED), loaded(900)});
  consume(*pool_, std::vector<bus::Incoming>{loaded(5, 2)});
  consume(*pool_, std::vector<bus::Incoming>{state(2, billing::v1::STATE_RUNNING, 2)});
  const auto progress = asked();
  ASSERT_EQ(progress.entities_size(), 1);
  EXPECT_EQ(progress.entities(0).loaded(), 5u);
}

TEST_F(Progress, AnotherTenantFindsNothing) {
  consume(*pool_, std::vector<bus::Incoming>{state(1, billing::v1::STATE_RUNNING)});
  v1::GetProgressRequest request;
  request.set_migration_id(migration_);
  v1::GetProgressResponse response;
  const auto status = stub_->GetProgress(rpc::context(ids::uuid_v4(), "test", std::chrono::seconds(5)).get(), request, &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::NOT_FOUND);
}

TEST_F(Progress, TheStreamShowsEachChangeAndHeartbeats) {
  consume(*pool_, std::vector<bus::Incoming>{state(1, billing::v1::STATE_RUNNING)});
  v1::WatchProgressRequest request;
  request.set_migration_id(migration_);
  auto context = rpc::context(kTenant, "test", std::chrono::seconds(20));
  const auto stream = stub_->WatchProgress(context.get(), request);
  v1::WatchProgressResponse response;
  ASSERT_TRUE(stream->Read(&response));
  EXPECT_EQ(response.progress().migration().state(), billing::v1::STATE_RUNNING);
  consume(*pool_, std::vector<bus::Incoming>{loaded(3)});
  do ASSERT_TRUE(stream->Read(&response));
  while (response.heartbeat());
  EXPECT_EQ(response.progress().entities(0).loaded(), 3u);
  ASSERT_TRUE(stream->Read(&response));
  EXPECT_TRUE(response.heartbeat());
  context->TryCancel();
}

TEST_F(Progress, TheStreamResumesAfterAVersion) {
  consume(*pool_, std::vector<bus::Incoming>{state(1, billing::v1::STATE_RUNNING)});
  consume(*pool_, std::vector<bus::Incoming>{loaded(3)});
  v1::WatchProgressRequest request;
  request.set_migration_id(migration_);
  request.set_after_version(1);
  auto context = rpc::context(kTenant, "test", std::chrono::seconds(20));
  const auto stream = stub_->WatchProgress(context.get(), request);
  v1::WatchProgressResponse response;
  ASSERT_TRUE(stream->Read(&response));
  EXPECT_EQ(response.progress().version(), 2u);
  context->TryCancel();
}

TEST_F(Progress, OneWatcherTooManyIsRefusedUntilAnotherLeaves) {
  consume(*pool_, std::vector<bus::Incoming>{state(1, billing::v1::STATE_RUNNING)});
  v1::WatchProgressRequest request;
  request.set_migration_id(migration_);
  v1::WatchProgressResponse response;
  const auto first = rpc::context(kTenant, "test", std::chrono::seconds(30)),
             second = rpc::context(kTenant, "test", std::chrono::seconds(30));
  const auto one = stub_->WatchProgress(first.get(), request), two = stub_->WatchProgress(second.get(), request);
  ASSERT_TRUE(one->Read(&response));
  ASSERT_TRUE(two->Read(&response));
  const auto refusal = [&] {
    const auto context = rpc::context(kTenant, "test", std::chrono::seconds(10));
    const auto three = stub_->WatchProgress(context.get(), request);
    const bool got = three->Read(&response);
    if (got) context->TryCancel();
    const auto status = three->Finish();
    return got ? grpc::StatusCode::OK : status.error_code();
  };
  EXPECT_EQ(refusal(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  first->TryCancel();
  EXPECT_TRUE(q2o::testing::eventually([&] { return refusal() == grpc::StatusCode::OK; }));
}

TEST_F(Progress, BytesThatAreNoFactGoToTheDeadLetters) {
  auto message = loaded(3);
  message.value = "\xff\xff\xff";
  message.topic = "q2o.loader.status.v1";
  consume(*pool_, std::vector<bus::Incoming>{message});
  const auto rows = pool_->transact([](pg::Tx& tx) { return tx.one("select count(*) as n from outbox").integer("n"); });
  EXPECT_EQ(rows, 1);
}

}  // namespace
}  // namespace q2o::notifier
