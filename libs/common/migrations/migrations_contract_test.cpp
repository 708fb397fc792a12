#include <gtest/gtest.h>

#include "common/ids/ids.h"
#include "common/migrations/migrations.h"
#include "common/testing/testing.h"

namespace q2o::migrations {
namespace {

using namespace billing::v1;

class Projection : public ::testing::Test {
 protected:
  pg::Pool pool{testing::Postgres::instance().fresh_schema()};
  Migration running;
  void SetUp() override {
    pg::migrate(pool, {schema()});
    running.set_migration_id(ids::uuid_v4());
    running.set_tenant_id(ids::uuid_v4());
    running.set_version(5);
    running.set_state(STATE_RUNNING);
    running.set_directive(DIRECTIVE_GO);
    running.set_run(2);
    running.set_name("Books of Ann");
  }
  bool put(const Migration& migration) {
    return pool.transact([&](pg::Tx& tx) { return apply(tx, migration); });
  }
  Directive told(std::uint32_t run) {
    return pool.transact([&](pg::Tx& tx) { return directive(tx, running.migration_id(), run); });
  }
};

TEST_F(Projection, TakesOnlyNewerVersions) {
  EXPECT_TRUE(put(running));
  EXPECT_FALSE(put(running));
  auto older = running;
  older.set_version(4);
  EXPECT_FALSE(put(older));
  auto newer = running;
  newer.set_version(6);
  newer.set_state(STATE_VALIDATING);
  EXPECT_TRUE(put(newer));
  pool.transact([&](pg::Tx& tx) {
    EXPECT_TRUE(with_state(tx, STATE_RUNNING).empty());
    ASSERT_EQ(with_state(tx, STATE_VALIDATING).size(), 1u);
    EXPECT_EQ(find(tx, running.migration_id())->name(), "Books of Ann");
  });
}

TEST_F(Projection, HidesAMigrationFromAnotherTenant) {
  put(running);
  pool.transact([&](pg::Tx& tx) {
    EXPECT_TRUE(find(tx, running.tenant_id(), running.migration_id()));
    EXPECT_FALSE(find(tx, ids::uuid_v4(), running.migration_id()));
    EXPECT_FALSE(find(tx, "' or true --", running.migration_id()));
  });
}

TEST_F(Projection, SaysStopWhenTheRunIsNotTheCurrentOne) {
  EXPECT_EQ(told(2), DIRECTIVE_STOP) << "unknown migration";
  put(running);
  EXPECT_EQ(told(2), DIRECTIVE_GO);
  EXPECT_EQ(told(1), DIRECTIVE_STOP);
  running.set_version(6);
  running.set_directive(DIRECTIVE_PAUSE);
  put(running);
  EXPECT_EQ(told(2), DIRECTIVE_PAUSE);
  running.set_version(7);
  running.set_state(STATE_FAILED);
  put(running);
  EXPECT_EQ(told(2), DIRECTIVE_STOP);
}

TEST_F(Projection, RefusesWhatIsNoMigration) {
  bus::Incoming message;
  message.value = "\xff\xff";
  EXPECT_EQ(decode(message).error().reason, "UNDECODABLE");
  message.value = running.SerializeAsString();
  EXPECT_EQ(decode(message)->run(), 2u);
  running.set_tenant_id("nobody");
  message.value = running.SerializeAsString();
  EXPECT_FALSE(decode(message));
}

}  // namespace
}  // namespace q2o::migrations
