#include <gtest/gtest.h>

#include <fstream>

#include "common/content/purge.h"
#include "common/content/sweeper.h"
#include "common/ids/ids.h"
#include "common/testing/testing.h"

namespace q2o::content {
namespace {

/// A schema as services have them: a table that others refer to, one by scope, one of the tenant alone, one that says nothing of tenants.
class Content : public ::testing::Test {
 protected:
  pg::Pool pool{testing::Postgres::instance().fresh_schema()};
  const std::string tenant = ids::uuid_v4(), other = ids::uuid_v4(), one = ids::uuid_v4(), two = ids::uuid_v4();

  void SetUp() override {
    pg::migrate(pool, {{"001.sql",
                        "create table run (migration_id uuid primary key, tenant_id uuid not null);"
                        "create table z_child (migration_id uuid not null references run, tenant_id text not null, at timestamptz not null "
                        "default now(), state text not null default 'done');"
                        "create table lookup (tenant_id uuid not null, scope text not null);"
                        "create table connection (tenant_id text not null);"
                        "create table common_thing (name text not null);"}});
    for (const auto& [owner, migration] : {std::pair{tenant, one}, {tenant, two}, {other, ids::uuid_v4()}}) {
      pool.transact([&](pg::Tx& tx) {
        tx.exec("insert into run values ($1, $2)", {migration, owner});
        tx.exec("insert into z_child values ($1, $2), ($1, $2)", {migration, owner});
        tx.exec("insert into lookup values ($1, $2), ($1, $3)", {owner, migration + "/1", owner + "/books"});
        tx.exec("insert into connection values ($1)", {owner});
        tx.exec("insert into common_thing values ('stays')");
      });
    }
  }
  std::int64_t count(const std::string& table) {
    return pool.transact([&](pg::Tx& tx) { return tx.one("select count(*) as n from " + table).integer("n"); });
  }
};

TEST_F(Content, OfOneMigrationLeavesWhatTheTenantShares) {
  const auto deleted = purge(pool, tenant, one);
  EXPECT_EQ(deleted, (std::map<std::string, std::uint64_t>{{"z_child", 2}, {"lookup", 1}, {"run", 1}}));
  EXPECT_EQ(count("run"), 2);
  EXPECT_EQ(count("lookup"), 5);
  EXPECT_EQ(purge(pool, tenant, one).at("run"), 0U);
}

TEST_F(Content, OfATenantLeavesTheOthers) {
  const auto deleted = purge(pool, tenant, "", {"connection"});
  EXPECT_EQ(deleted, (std::map<std::string, std::uint64_t>{{"z_child", 4}, {"lookup", 4}, {"run", 2}}));
  for (const auto* table : {"run", "z_child", "lookup"})
    EXPECT_EQ(pool.transact([&](pg::Tx& tx) {
      return tx.one(std::string("select count(*) as n from ") + table + " where tenant_id::text = $1", {tenant}).integer("n");
    }),
              0);
  EXPECT_EQ(count("run"), 1);
  EXPECT_EQ(count("connection"), 3);
  EXPECT_EQ(count("common_thing"), 3);
}

TEST_F(Content, GoesWhenItIsOldAndNobodyWorksOnIt) {
  pool.transact([&](pg::Tx& tx) {
    tx.exec("update z_child set at = now() - interval '31 days' where migration_id = $1", {one});
    tx.exec("update z_child set at = now() - interval '29 days' where migration_id = $1", {two});
    tx.exec("update z_child set state = 'open' where ctid = (select ctid from z_child where migration_id = $1 limit 1)", {one});
  });
  metrics::Registry metrics;
  Sweeper sweeper(pool, {{"z_child", "at", "state = 'nothing'", 30}, {"z_child", "at", "state = 'done'", 30}}, "me", metrics);
  EXPECT_EQ(sweeper.sweep({}), 1U);
  EXPECT_EQ(count("z_child"), 5);
  EXPECT_NE(metrics.text().find("q2o_retention_rows_total{table=\"z_child\"} 1"), std::string::npos);
  pool.transact([&](pg::Tx& tx) { tx.exec("update z_child set state = 'done'"); });
  EXPECT_EQ(Sweeper(pool, {{"z_child", "at", "", 30}}, "another", metrics).sweep({}), 0U) << "the first one holds the lease";
}

TEST(RetentionFile, OfTheProjectHasAnAgeForEachTable) {
  std::size_t rules = 0;
  for (const auto* service : {"billing", "connector", "mapper", "loader", "validator", "notifier"}) {
    const auto read = read_rules(std::string(Q2O_SOURCE_DIR) + "/config/retention.toml", service);
    ASSERT_TRUE(read) << read.error().message;
    rules += read->size();
  }
  EXPECT_GE(rules, 8U);
}

TEST(RetentionFile, IsRefusedWithWhatIsWrong) {
  const std::string path = ::testing::TempDir() + "/retention.toml";
  std::ofstream(path) << "[days]\npayloads = 0\n[[table]]\nservice = \"mapper\"\nname = \"held\"\nage = \"payloads\"\ncolumn = \"at\"\n";
  EXPECT_NE(read_rules(path, "mapper").error().message.find("'held'"), std::string::npos);
  EXPECT_TRUE(read_rules(path, "loader")->empty());
  EXPECT_FALSE(read_rules("/nowhere.toml", "mapper"));
}

}  // namespace
}  // namespace q2o::content
