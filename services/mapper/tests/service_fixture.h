#pragma once

#include <gtest/gtest.h>

#include "common/ids/ids.h"
#include "common/migrations/migrations.h"
#include "common/pg/embedded.h"
#include "common/testing/testing.h"
#include "embedded/mapper_schema.h"
#include "services/mapper/adapters/raw_worker.h"
#include "services/mapper/tests/book.h"

/// The service on a real Postgres and a real Kafka.
namespace q2o::mapper::testing {

constexpr const char* kTenant = "5f0c9f3e-58d9-4b8e-9a1e-3c7a0f1d2e4b";

class MapperService : public ::testing::Test {
 protected:
  MapperService() : options_(q2o::testing::Postgres::instance().fresh_schema()), pool_(options_), producer_(kafka()) {
    pg::migrate(pool_, pg::schema_of(embedded::mapper_schema::kFiles, {migrations::schema()}));
    topics_.mapped = q2o::testing::Kafka::instance().fresh_topic();
    const auto stored = mappings_.store(std::string(kShippedOwner), "quickbooks_online", testing::shipped_mapping());
    EXPECT_TRUE(stored.complaints.empty());
    version_ = stored.version;
    worker_ = std::make_unique<RawWorker>(pool_, producer_, mappings_, metrics_, topics_);
    migration_ = ids::uuid_v4();
    direct(billing::v1::DIRECTIVE_GO);
  }

  static bus::Options kafka() { return {q2o::testing::Kafka::instance().brokers(), "mapper"}; }

  void direct(billing::v1::Directive directive) {
    billing::v1::Migration migration;
    migration.set_tenant_id(kTenant);
    migration.set_migration_id(migration_);
    migration.set_version(++migration_version_);
    migration.set_state(billing::v1::STATE_RUNNING);
    migration.set_directive(directive);
    migration.set_run(run_);
    *migration.mutable_order() = order_;
    pool_.transact([&](pg::Tx& tx) { migrations::apply(tx, migration); });
  }

  connector::v1::RawMessage raw() {
    connector::v1::RawMessage message;
    message.mutable_scope()->set_tenant_id(kTenant);
    message.mutable_scope()->set_migration_id(migration_);
    message.mutable_scope()->set_run(1);
    message.mutable_scope()->set_connection("qbo1");
    message.set_sequence(++sequence_);
    return message;
  }

  bus::Incoming incoming(const connector::v1::RawMessage& message) {
    bus::Incoming in;
    in.key = migration_;
    in.value = message.SerializeAsString();
    in.headers["ce_id"] = ids::uuid_v5({migration_, "raw", std::to_string(message.sequence())});
    return in;
  }

  void batch(std::vector<bus::Incoming>& stream, const std::string& entity,
             const std::vector<std::pair<std::string, std::string>>& records) {
    auto message = raw();
    message.mutable_batch()->set_entity(entity);
    for (const auto& [id, body] : records) {
      auto& record = *message.mutable_batch()->add_records();
      record.set_source_id(id);
      record.set_body(body);
    }
    stream.push_back(incoming(message));
    auto end = raw();
    end.mutable_entity_end()->set_entity(entity);
    stream.push_back(incoming(end));
  }

  std::vector<bus::Incoming> whole_run() {
    std::vector<bus::Incoming> stream;
    auto start = raw();
    start.mutable_run_start()->set_platform("quickbooks_online");
    start.mutable_run_start()->set_mapping_version(version_);
    start.mutable_run_start()->set_home_currency("USD");
    for (const char* entity : {"CompanyInfo", "Preferences", "Account", "Customer"}) start.mutable_run_start()->add_entities(entity);
    stream.push_back(incoming(start));
    batch(stream, "CompanyInfo", {{"1", R"({"Id":"1","CompanyName":"Fern","FiscalYearStartMonth":"April"})"}});
    batch(stream, "Preferences", {{"1", R"({"Id":"1"})"}});
    batch(stream, "Account",
          {{"35", R"({"Id":"35","Name":"Checking","FullyQualifiedName":"Checking","AccountType":"Bank","Classification":"Asset"})"},
           {"1", R"({"Id":"1","Name":"Sales","FullyQualifiedName":"Sales","AccountType":"Income","Classification":"Revenue"})"}});
    batch(
        stream, "Customer",
        {{"1", R"({"Id":"1","DisplayName":"Ada"})"}, {"2", R"({"Id":"2"})"}, {"3", "{broken"}, {"1", R"({"Id":"1","DisplayName":"Ada"})"}});
    auto end = raw();
    end.mutable_run_end()->set_messages(sequence_);
    stream.push_back(incoming(end));
    return stream;
  }

  struct Sent {
    std::string id;
    v1::MappedMessage message;
  };
  std::vector<Sent> published() {
    // A marker behind everything: reading ends there.
    bus::Outgoing marker;
    marker.topic = topics_.mapped;
    marker.key = "marker";
    marker.id = ids::uuid_v4();
    const auto last = producer_.publish({&marker, 1}, std::chrono::seconds(10)).value().front().offset;
    std::vector<Sent> all;
    const auto read = bus::read_range(kafka(), {topics_.mapped, 0, 0, last},
                                      [&](const bus::Incoming& message) {
                                        if (message.key == "marker") return;
                                        all.push_back({message.id(), {}});
                                        EXPECT_TRUE(all.back().message.ParseFromString(message.value));
                                      },
                                      {});
    EXPECT_TRUE(read);
    return all;
  }

  std::int64_t count(const std::string& table) {
    return pool_.transact([&](pg::Tx& tx) { return tx.one("SELECT count(*) AS n FROM " + table).integer("n"); });
  }

  pg::Options options_;
  pg::Pool pool_;
  bus::Producer producer_;
  metrics::Registry metrics_;
  MappingStore mappings_{pool_};
  Topics topics_;
  std::unique_ptr<RawWorker> worker_;
  std::string migration_, version_;
  std::uint64_t sequence_ = 0, migration_version_ = 0;
  std::uint32_t run_ = 1;
  billing::v1::RunOrder order_;
};

}  // namespace q2o::mapper::testing
