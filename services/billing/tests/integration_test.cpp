#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <mutex>
#include <thread>

#include "common/bus/cluster.h"
#include "common/bus/topic.h"
#include "common/ids/ids.h"
#include "common/rpc/rpc.h"
#include "common/testing/isolation.h"
#include "common/testing/testing.h"
#include "services/billing/adapters/clock.h"
#include "services/billing/adapters/facts.h"
#include "services/billing/adapters/pg_migrations.h"
#include "services/billing/adapters/service.h"
#include "services/billing/tests/fakes.h"

/// The lifecycle over a real Postgres, a real Kafka and real gRPC; only the neighbours' answers are fakes.
namespace q2o::billing {
namespace {

using namespace std::chrono_literals;

const std::string kTenant = "11111111-1111-4111-8111-111111111111";

std::string group_of(const pg::Options& database) {
  return "billing-" + database.schema;
}

/// Everything billing runs, without the advancing loop (the tests move time themselves).
class Billing {
 public:
  Billing(const pg::Options& database, const bus::Options& kafka) : pool_(database), producer_(kafka) {
    pg::migrate(pool_, schema());
    consumer_ = std::make_unique<bus::Consumer>(
        kafka, group_of(database),
        std::vector<std::string>{topic::kConnectorStatus, topic::kMapperStatus, topic::kLoaderStatus, topic::kValidatorReport},
        [this](std::span<const bus::Incoming> messages) { take_facts(pool_, manager_, messages); });
    relay_thread_ = std::jthread([this](std::stop_token stop) { bus::OutboxRelay(pool_, producer_).run(stop); });
    consumer_thread_ = std::jthread([this](std::stop_token stop) { consumer_->run(stop); });
  }
  std::unique_ptr<v1::MigrationService::Stub> client() {
    return v1::MigrationService::NewStub(rpc::channel("127.0.0.1:" + std::to_string(server_.port())));
  }
  pg::Pool& pool() { return pool_; }
  fakes::FakePeers peers;

 private:
  pg::Pool pool_;
  bus::Producer producer_;
  ProcessManager manager_{now_rfc3339};
  Commands commands_{[this](const std::function<void(Migrations&)>& work) {
                       pool_.transact([&](pg::Tx& tx) {
                         PgMigrations migrations(tx);
                         work(migrations);
                       });
                     },
                     peers, now_rfc3339};
  Service service_{commands_};
  metrics::Registry metrics_;
  rpc::Server server_{"127.0.0.1:0", {&service_}, metrics_};
  std::unique_ptr<bus::Consumer> consumer_;
  std::jthread relay_thread_, consumer_thread_;  // last: end before what they use
};

class BillingIntegration : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    const auto declared =
        bus::declare_topics({testing::Kafka::instance().brokers(), "billing"}, std::string(Q2O_SOURCE_DIR) + "/config/topics.toml");
    ASSERT_TRUE(declared) << declared.error().message;
  }
  bus::Options kafka_{testing::Kafka::instance().brokers(), "billing"};
  pg::Options database_ = testing::Postgres::instance().fresh_schema();
  bus::Producer facts_{kafka_};

  std::unique_ptr<grpc::ClientContext> as(const std::string& actor, const std::string& tenant = kTenant) {
    return rpc::context(tenant, actor, 20s);
  }

  v1::Migration created(v1::MigrationService::Stub& client) {
    v1::CreateMigrationRequest request;
    request.set_platform("quickbooks_online");
    request.set_source_connection_id("source");
    request.set_target_id("target");
    request.set_automatic_start(true);
    v1::CreateMigrationResponse response;
    const auto status = client.CreateMigration(as("cli").get(), request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response.migration();
  }
  grpc::Status mark_paid(v1::MigrationService::Stub& client, const std::string& id, const std::string& actor) {
    v1::MarkPaidRequest request;
    request.set_migration_id(id);
    v1::MarkPaidResponse response;
    return client.MarkPaid(as(actor).get(), request, &response);
  }
  v1::Migration get(v1::MigrationService::Stub& client, const std::string& id) {
    v1::GetMigrationRequest request;
    request.set_migration_id(id);
    v1::GetMigrationResponse response;
    const auto status = client.GetMigration(as("cli").get(), request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response.migration();
  }
  template <class Fact>
  bus::Outgoing message(std::string_view topic, Fact fact, const std::string& id) {
    fact.mutable_scope()->set_tenant_id(kTenant);
    fact.mutable_scope()->set_migration_id(id);
    fact.mutable_scope()->set_run(1);
    bus::Outgoing out;
    out.topic = topic;
    out.key = id;
    out.value = fact.SerializeAsString();
    out.id = ids::uuid_v5({id, topic, out.value});
    out.type = fact.GetTypeName();
    out.tenant = kTenant;
    out.migration = id;
    out.run = 1;
    return out;
  }
  /// The group's commits stand at the ends of all its topics: what was published before this question has been handled.
  bool has_read_everything() {
    const auto cluster = bus::look_at_cluster(kafka_, "q2o.", 5s);
    if (!cluster) return false;
    const auto group = std::ranges::find(cluster->groups, group_of(database_), &bus::GroupState::group);
    return group != cluster->groups.end() && group->lag == 0;
  }
  std::vector<bus::Outgoing> facts_of_a_run(const std::string& id) {
    connector::v1::StatusFact extracted;
    extracted.mutable_entity_progress()->set_entity("Invoice");
    extracted.mutable_entity_progress()->set_extracted(31);
    extracted.mutable_entity_progress()->set_done(true);
    mapper::v1::StatusFact mapped;
    mapped.mutable_entity_progress()->set_entity("Invoice");
    mapped.mutable_entity_progress()->set_mapped(31);
    mapped.mutable_entity_progress()->set_done(true);
    loader::v1::StatusFact loaded;
    auto& entity = *loaded.mutable_run_loaded()->add_entities();
    entity.set_entity("Invoice");
    entity.set_loaded(31);
    return {message(topic::kLoaderStatus, loaded, id), message(topic::kConnectorStatus, extracted, id),
            message(topic::kMapperStatus, mapped, id)};
  }
};

TEST_F(BillingIntegration, AMigrationGoesFromDraftToCompletedByFactsFromTheBus) {
  Billing billing(database_, kafka_);
  auto client = billing.client();
  const auto id = created(*client).migration_id();
  ASSERT_TRUE(mark_paid(*client, id, "operator").ok());
  EXPECT_EQ(get(*client, id).state(), v1::STATE_RUNNING);

  const auto facts = facts_of_a_run(id);
  ASSERT_TRUE(facts_.publish(facts, 20s));
  ASSERT_TRUE(testing::eventually([&] { return get(*client, id).state() == v1::STATE_VALIDATING; }));
  validator::v1::ValidationCompleted proven;
  proven.set_verdict("MATCHED");
  const std::vector<bus::Outgoing> report{message(topic::kValidatorReport, proven, id)};
  ASSERT_TRUE(facts_.publish(report, 20s));
  ASSERT_TRUE(testing::eventually([&] { return get(*client, id).state() == v1::STATE_COMPLETED; }));
  EXPECT_EQ(get(*client, id).verdict(), "MATCHED");

  // Delivered again: nothing moves.
  const auto version = get(*client, id).version();
  ASSERT_TRUE(facts_.publish(facts, 20s));
  ASSERT_TRUE(facts_.publish(report, 20s));
  ASSERT_TRUE(testing::eventually([&] { return has_read_everything(); }));
  EXPECT_EQ(get(*client, id).version(), version);
}

TEST_F(BillingIntegration, EveryVersionIsPublishedOnceAndInOrder) {
  Billing billing(database_, kafka_);
  auto client = billing.client();
  const auto id = created(*client).migration_id();
  ASSERT_TRUE(mark_paid(*client, id, "operator").ok());
  std::mutex mutex;
  std::vector<std::uint64_t> versions;
  bool running = false;
  bus::Consumer reader(kafka_, "reader-" + database_.schema, {topic::kMigration}, [&](std::span<const bus::Incoming> messages) {
    const std::lock_guard lock(mutex);
    for (const auto& m : messages) {
      v1::Migration migration;
      if (m.key != id || !migration.ParseFromString(m.value)) continue;
      versions.push_back(migration.version());
      running |= migration.state() == v1::STATE_RUNNING;
    }
  });
  std::jthread thread([&](std::stop_token stop) { reader.run(stop); });
  ASSERT_TRUE(testing::eventually([&] {
    const std::lock_guard lock(mutex);
    return running;
  }));
  const std::lock_guard lock(mutex);
  EXPECT_TRUE(std::is_sorted(versions.begin(), versions.end()));
  EXPECT_EQ(std::adjacent_find(versions.begin(), versions.end()), versions.end());
}

TEST_F(BillingIntegration, OthersNeitherSeeNorChangeAMigrationAndRefusalsCarryTheirReason) {
  Billing billing(database_, kafka_);
  auto client = billing.client();
  const auto id = created(*client).migration_id();
  EXPECT_EQ(mark_paid(*client, id, "cli").error_code(), grpc::StatusCode::PERMISSION_DENIED);
  v1::StartRequest start;
  start.set_migration_id(id);
  v1::StartResponse started;
  const auto refused = client->Start(as("cli").get(), start, &started);
  EXPECT_EQ(refused.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(rpc::to_error(refused).reason, "WRONG_STATE");
  const std::string other = "22222222-2222-4222-8222-222222222222";
  EXPECT_EQ(client->Start(as("cli", other).get(), start, &started).error_code(), grpc::StatusCode::NOT_FOUND);
  v1::ListMigrationsResponse list;
  ASSERT_TRUE(client->ListMigrations(as("cli", other).get(), {}, &list).ok());
  EXPECT_EQ(list.migrations_size(), 0);
}

TEST_F(BillingIntegration, AnUndecodableFactGoesToTheDeadLettersAndTheNextOneIsTaken) {
  Billing billing(database_, kafka_);
  auto client = billing.client();
  const auto id = created(*client).migration_id();
  ASSERT_TRUE(mark_paid(*client, id, "operator").ok());
  std::mutex mutex;
  std::vector<bus::Incoming> letters;
  bus::Consumer reader(kafka_, "letters-" + database_.schema, {"q2o.billing.dlq.v1"}, [&](std::span<const bus::Incoming> messages) {
    const std::lock_guard lock(mutex);
    for (const auto& letter : messages)
      if (letter.key == id) letters.push_back(letter);
  });
  const std::jthread thread([&](std::stop_token stop) { reader.run(stop); });
  auto garbage = message(topic::kLoaderStatus, loader::v1::StatusFact(), id);
  garbage.value = "\xff\xff\xffnot a protobuf";
  garbage.id = ids::uuid_v4();
  ASSERT_TRUE(facts_.publish(std::vector<bus::Outgoing>{garbage}, 20s));
  ASSERT_TRUE(facts_.publish(facts_of_a_run(id), 20s));
  EXPECT_TRUE(testing::eventually([&] { return get(*client, id).state() == v1::STATE_VALIDATING; }));
  ASSERT_TRUE(testing::eventually([&] {
    const std::lock_guard lock(mutex);
    return !letters.empty();
  }));
  const std::lock_guard lock(mutex);
  ASSERT_EQ(letters.size(), 1u);
  EXPECT_EQ(letters[0].value, garbage.value);
  EXPECT_EQ(letters[0].header("q2o-error-reason"), "UNDECODABLE");
  EXPECT_EQ(letters[0].header("q2o-error-topic"), topic::kLoaderStatus);
}

TEST_F(BillingIntegration, ListsGoOnWithTheTokenUntilNothingIsLeft) {
  Billing billing(database_, kafka_);
  auto client = billing.client();
  std::set<std::string> made, seen;
  for (int i = 0; i < 3; ++i) made.insert(created(*client).migration_id());
  v1::ListMigrationsRequest request;
  request.set_page_size(2);
  int pages = 0;
  do {
    v1::ListMigrationsResponse page;
    ASSERT_TRUE(client->ListMigrations(as("cli").get(), request, &page).ok());
    for (const auto& migration : page.migrations()) EXPECT_TRUE(seen.insert(migration.migration_id()).second);
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty() && ++pages < 10);
  EXPECT_EQ(seen, made);

  ASSERT_TRUE(mark_paid(*client, *made.begin(), "operator").ok());
  v1::HistoryRequest first;
  first.set_migration_id(*made.begin());
  first.set_page_size(1);
  v1::HistoryResponse history;
  ASSERT_TRUE(client->History(as("cli").get(), first, &history).ok());
  ASSERT_EQ(history.events_size(), 1);
  first.set_page_token(history.next_page_token());
  ASSERT_TRUE(client->History(as("cli").get(), first, &history).ok());
  EXPECT_EQ(history.events(0).kind(), "MARKED_PAID_BY_OPERATOR");
  first.set_page_token("nonsense");
  EXPECT_EQ(client->History(as("cli").get(), first, &history).error_code(), grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_F(BillingIntegration, AQuestionWaitsForNobodyWhoIsChangingTheMigration) {
  Billing billing(database_, kafka_);
  auto client = billing.client();
  const auto id = created(*client).migration_id();
  pg::Pool other(database_);
  other.transact([&](pg::Tx& tx) {
    ASSERT_TRUE(PgMigrations(tx).find(kTenant, id));  // the row is locked until the end of this transaction
    EXPECT_EQ(get(*client, id).migration_id(), id);
    v1::HistoryRequest of_history;
    of_history.set_migration_id(id);
    v1::HistoryResponse history;
    EXPECT_TRUE(client->History(as("cli").get(), of_history, &history).ok());
    v1::ListRunsRequest of_runs;
    of_runs.set_migration_id(id);
    v1::ListRunsResponse runs;
    EXPECT_TRUE(client->ListRuns(as("cli").get(), of_runs, &runs).ok());
  });
}

TEST_F(BillingIntegration, ARestartedServiceKnowsEverything) {
  std::string id;
  {
    Billing billing(database_, kafka_);
    auto client = billing.client();
    id = created(*client).migration_id();
    ASSERT_TRUE(mark_paid(*client, id, "operator").ok());
  }
  Billing again(database_, kafka_);
  auto client = again.client();
  EXPECT_EQ(get(*client, id).state(), v1::STATE_RUNNING);
  v1::HistoryRequest request;
  request.set_migration_id(id);
  v1::HistoryResponse history;
  ASSERT_TRUE(client->History(as("cli").get(), request, &history).ok());
  ASSERT_GE(history.events_size(), 4);
  EXPECT_EQ(history.events(0).kind(), "CREATED");
  EXPECT_EQ(history.events(1).kind(), "MARKED_PAID_BY_OPERATOR");
}

TEST(BillingSchema, PostgresShowsATenantItsOwnRowsOnly) {
  const auto database = q2o::testing::Postgres::instance().fresh_schema();
  pg::Pool pool(database);
  pg::migrate(pool, schema());
  EXPECT_THAT(q2o::testing::isolation_complaints(database), ::testing::IsEmpty());
}

}  // namespace
}  // namespace q2o::billing
