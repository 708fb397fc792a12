#include "services/identity/edge/usage.h"

#include <gtest/gtest.h>

#include "common/ids/ids.h"
#include "common/pg/acting.h"
#include "common/pg/embedded.h"
#include "common/testing/testing.h"
#include "embedded/identity_schema.h"

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
      pg::act_for_tenant(tx, tenant);
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

}  // namespace
}  // namespace q2o::identity::edge
