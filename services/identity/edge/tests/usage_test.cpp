#include "services/identity/edge/usage.h"

#include <gtest/gtest.h>

#include "common/bus/topic.h"
#include "common/ids/ids.h"
#include "common/pg/acting.h"
#include "common/pg/embedded.h"
#include "common/testing/testing.h"
#include "embedded/identity_schema.h"
#include "q2o/billing/v1/migration.pb.h"
#include "q2o/loader/v1/status.pb.h"
#include "services/identity/people/adapters/usage_facts.h"
#include "services/identity/people/adapters/usage_reader.h"

namespace q2o::identity::edge {
namespace {

using namespace std::chrono_literals;

class Usage : public ::testing::Test {
 protected:
  void SetUp() override {
    pool = std::make_unique<pg::Pool>(q2o::testing::Postgres::instance().fresh_schema());
    pg::migrate(*pool, pg::schema_of(embedded::identity_schema::kFiles));
  }
  Call call(const std::string& key = "k1", int status = 200) {
    return {tenant,
            key,
            "/q2o.billing.v1.MigrationService/Start",
            status,
            1500us,
            10,
            20,
            std::chrono::sys_days{std::chrono::year{2026} / 11 / 30} + 90min};
  }
  pg::Row row(const std::string& key, int status) {
    return pool->transact([&](pg::Tx& tx) {
      pg::act_for(tx, acting::tenant(tenant));
      return tx.one(
          "select calls, microseconds, microseconds_max, request_bytes, to_char(hour at time zone 'utc', 'YYYY-MM-DD HH24:MI') as hour "
          "from usage where tenant_id = $1 and key_id = $2 and status = $3",
          {tenant, key, status});
    });
  }
  std::unique_ptr<pg::Pool> pool;
  const std::string tenant = ids::uuid_v4();
};

TEST_F(Usage, AddsUpOverReplicasByHour) {
  UsageBook one(*pool), other(*pool);
  one.add(call());
  one.add(call());
  one.add(call("", 404));
  one.write();
  auto slow = call();
  slow.took = 9ms;
  other.add(slow);
  other.write();
  other.write();
  EXPECT_EQ(row("k1", 200).integer("calls"), 3);
  EXPECT_EQ(row("k1", 200).integer("microseconds"), 12'000);
  EXPECT_EQ(row("k1", 200).integer("microseconds_max"), 9000);
  EXPECT_EQ(row("k1", 200).integer("request_bytes"), 30);
  EXPECT_EQ(row("k1", 200).text("hour"), "2026-11-30 01:00");
  EXPECT_EQ(row("", 404).integer("calls"), 1);
}

TEST_F(Usage, IsKeptWhileTheDatabaseIsAway) {
  UsageBook book(*pool);
  pool->transact([](pg::Tx& tx) { tx.exec("alter table usage rename to usage_away"); });
  book.add(call());
  book.write();
  pool->transact([](pg::Tx& tx) { tx.exec("alter table usage_away rename to usage"); });
  book.add(call());
  book.write();
  EXPECT_EQ(row("k1", 200).integer("calls"), 2);
}

TEST_F(Usage, CountsNobody) {
  UsageBook book(*pool);
  auto anonymous = call();
  anonymous.tenant.clear();
  book.add(anonymous);
  book.write();
  EXPECT_EQ(pool->transact([](pg::Tx& tx) { return tx.one("select count(*) as n from usage").integer("n"); }), 0);
}

/// What the other services tell of work that was begun and done.
class UsageOfWork : public Usage {
 protected:
  static bus::Incoming message(const char* topic, const google::protobuf::Message& value) {
    bus::Incoming out{topic, 0, 0, "", value.SerializeAsString(), {}};
    out.headers["ce_id"] = ids::uuid_v4();
    out.headers["ce_time"] = "2026-11-30T01:30:00Z";
    return out;
  }
  bus::Incoming made(const std::string& migration, const std::string& key, const std::string& at) {
    billing::v1::Migration value;
    value.set_tenant_id(tenant);
    value.set_migration_id(migration);
    value.set_created_at(at);
    value.set_created_by_key(key);
    return message(topic::kMigration, value);
  }
  bus::Incoming loaded(const std::string& migration, std::uint32_t run, std::uint64_t records) {
    loader::v1::StatusFact value;
    value.mutable_scope()->set_tenant_id(tenant);
    value.mutable_scope()->set_migration_id(migration);
    value.mutable_scope()->set_run(run);
    for (const auto share : {records / 2, records - records / 2}) value.mutable_run_loaded()->add_entities()->set_loaded(share);
    return message(topic::kLoaderStatus, value);
  }
  v1::GetUsageResponse read(const std::string& key = {}, const std::string& of = {}) {
    v1::GetUsageRequest request;
    request.set_from("2026-11-30T01:00:00Z");
    request.set_to("2026-11-30T02:00:00Z");
    request.set_key_id(key);
    return people::read_usage(*pool, of.empty() ? tenant : of, request, std::chrono::system_clock::now()).value();
  }
};

TEST_F(UsageOfWork, CountsMigrationsAndRecordsOnceAndByTheKeyThatMadeThem) {
  const auto one = ids::uuid_v4(), other = ids::uuid_v4(), old = ids::uuid_v4();
  const std::vector told{made(one, "k1", "2026-11-30T01:10:00Z"),
                         made(other, "", "2026-11-30T01:20:00Z"),
                         made(old, "k1", "2026-11-29T23:00:00Z"),
                         loaded(one, 1, 501),
                         loaded(other, 1, 40),
                         loaded(old, 2, 7)};
  people::note_usage(*pool, told);
  people::note_usage(*pool, told);
  EXPECT_EQ(read().migrations(), 2U) << "the old one was made the day before";
  EXPECT_EQ(read().records(), 548U);
  EXPECT_EQ(read("k1").migrations(), 1U);
  EXPECT_EQ(read("k1").records(), 508U);
  EXPECT_EQ(read("k2").records(), 0U);
  EXPECT_EQ(read("", ids::uuid_v4()).records(), 0U) << "another company's";
}

TEST_F(UsageOfWork, PutsAsideWhatDoesNotDecodeAndGoesOn) {
  auto broken = made(ids::uuid_v4(), "", "2026-11-30T01:10:00Z");
  broken.value = "\xff\xff";
  people::note_usage(*pool, std::vector{broken, made(ids::uuid_v4(), "", "2026-11-30T01:10:00Z")});
  EXPECT_EQ(read().migrations(), 1U);
  EXPECT_EQ(pool->transact(
                [](pg::Tx& tx) { return tx.one("select count(*) as n from outbox where topic = 'q2o.identity.dlq.v1'").integer("n"); }),
            1);
}

}  // namespace
}  // namespace q2o::identity::edge
