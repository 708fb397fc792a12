#include "common/once/once.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <thread>

#include "common/ids/ids.h"
#include "common/sealing/memory_keys.h"
#include "common/testing/answering.h"
#include "common/testing/isolation.h"
#include "common/testing/testing.h"
#include "q2o/billing/v1/migration.pb.h"

namespace q2o::once {
namespace {

using billing::v1::Migration;
using billing::v1::StopRequest;
using q2o::testing::Answering;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr const char* kMethod = "/q2o.billing.v1.MigrationService/Stop";

class Once : public ::testing::Test {
 protected:
  Once() {
    options.seal = std::make_shared<const sealing::Seal>(std::make_shared<sealing::MemoryKeys>());
    pool = std::make_unique<pg::Pool>(options);
    pg::migrate(*pool, {schema(), {"thing.sql", "create table thing (id text primary key)"}});
    request.set_reason("the first");
  }
  /// Makes a thing and tells its name.
  Result<Migration> make(pg::Tx& tx) {
    Migration out;
    out.set_migration_id(ids::uuid_v4());
    out.set_name("Heron & Co");
    tx.exec("insert into thing values ($1)", {out.migration_id()});
    return out;
  }
  Result<Migration> order(const std::string& key) { return order(key, tenant, request); }
  Result<Migration> order(const std::string& key, const std::string& whose, const StopRequest& what) {
    const Answering call(kMethod, whose, key, what);
    return pool->transact([&](pg::Tx& tx) { return answered(tx, [&] { return make(tx); }); });
  }
  Result<Migration> secret_order(const std::string& key) {
    const Answering call(kMethod, tenant, key, request);
    return pool->transact([&](pg::Tx& tx) {
      return shown_once(tx, [&] { return make(tx); }, [](const Migration& made) { return "thing/" + made.migration_id(); });
    });
  }
  std::int64_t things() {
    return pool->transact([](pg::Tx& tx) { return tx.one("select count(*) as n from thing").integer("n"); });
  }

  const std::string tenant = ids::uuid_v4();
  pg::Options options = q2o::testing::Postgres::instance().fresh_schema();
  std::unique_ptr<pg::Pool> pool;
  StopRequest request;
};

TEST_F(Once, TheSameKeyGetsTheFirstAnswerAndMakesNothingMore) {
  const auto first = order("k1").value();
  EXPECT_EQ(order("k1").value().SerializeAsString(), first.SerializeAsString());
  EXPECT_EQ(things(), 1);
  EXPECT_NE(order("k2").value().migration_id(), first.migration_id());
  EXPECT_NE(order("").value().migration_id(), order("").value().migration_id()) << "without a key each is an order of its own";
  EXPECT_EQ(things(), 4);
}

TEST_F(Once, AKeyBelongsToOneTenantAndOneRequest) {
  const auto first = order("k1").value();
  StopRequest other;
  other.set_reason("the second");
  const auto refused = order("k1", tenant, other);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, "IDEMPOTENCY_KEY_REUSED");
  EXPECT_NE(order("k1", ids::uuid_v4(), request).value().migration_id(), first.migration_id()) << "somebody else's key";
  EXPECT_EQ(order(std::string(256, 'k')).error().reason, "IDEMPOTENCY_KEY_INVALID");
  EXPECT_EQ(things(), 2);
}

TEST_F(Once, WhatFailedIsDoneAgain) {
  {
    const Answering call(kMethod, tenant, "k1", request);
    const auto failed = pool->transact(
        [&](pg::Tx& tx) { return answered(tx, []() -> Result<Migration> { return fail(Code::unavailable, "not now", "AWAY"); }); });
    EXPECT_EQ(failed.error().reason, "AWAY");
    EXPECT_THROW(pool->transact([&](pg::Tx& tx) {
      return answered(tx, [&]() -> Result<Migration> {
        (void)make(tx);
        throw std::runtime_error("killed");
      });
    }),
                 std::runtime_error);
  }
  EXPECT_EQ(things(), 0);
  EXPECT_TRUE(order("k1"));
  EXPECT_EQ(things(), 1);
}

TEST_F(Once, AnAnswerThatShowsASecretIsNotKeptAndItsThingIsNamed) {
  const auto first = secret_order("k1").value();
  const auto again = secret_order("k1");
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, Code::already_exists);
  EXPECT_EQ(again.error().reason, "ALREADY_MADE");
  EXPECT_THAT(again.error().message, HasSubstr("thing/" + first.migration_id()));
  EXPECT_EQ(things(), 1);
  EXPECT_EQ(pool->transact([](pg::Tx& tx) { return tx.one("select length(answer) as n from answered_call").integer("n"); }), 0);
}

TEST_F(Once, NothingOfAskingAndAnsweringStandsInClear) {
  request.set_reason("canary of the request");
  order("k1").value();
  const auto row = pool->transact(
      [](pg::Tx& tx) { return tx.one("select request || encode(answer, 'escape') as text from answered_call").text("text"); });
  for (const auto* canary : {"canary", "Heron"}) EXPECT_THAT(row, Not(HasSubstr(canary)));
  EXPECT_THAT(row, Not(HasSubstr(ids::sha256_hex(std::string(kMethod) + "\n" + request.SerializeAsString()))))
      << "who has the table cannot try out passwords";
}

TEST_F(Once, CallsWithTheSameKeyWaitForEachOther) {
  constexpr int kCalls = 6;
  std::vector<std::string> made(kCalls);
  std::vector<std::jthread> callers;
  for (int i = 0; i < kCalls; ++i) callers.emplace_back([&, i] { made[static_cast<std::size_t>(i)] = order("k1").value().migration_id(); });
  callers.clear();
  EXPECT_EQ(std::set<std::string>(made.begin(), made.end()).size(), 1U);
  EXPECT_EQ(things(), 1);
}

TEST_F(Once, WorkOfSeveralTransactionsIsAnsweredOnceItIsDone) {
  const Answering call(kMethod, tenant, "k1", request);
  const auto ask = [&] { return answered_after(*pool, [&] { return pool->transact([&](pg::Tx& tx) { return make(tx); }); }); };
  const auto failed = answered_after(*pool, []() -> Result<Migration> { return fail(Code::unavailable, "not now", "AWAY"); });
  EXPECT_EQ(failed.error().reason, "AWAY");
  const auto first = ask().value();
  EXPECT_EQ(ask().value().migration_id(), first.migration_id());
  EXPECT_EQ(things(), 1);
}

TEST_F(Once, KeysAreForgottenAfterThirtyDays) {
  const auto first = order("k1").value();
  const auto age = [&](const char* days) {
    pool->transact([&](pg::Tx& tx) { tx.exec(std::string("update answered_call set created_at = now() - interval '") + days + "'"); });
    return pool->transact([](pg::Tx& tx) { return sweep(tx); });
  };
  EXPECT_EQ(age("29 days"), 0U);
  EXPECT_EQ(order("k1").value().migration_id(), first.migration_id());
  EXPECT_EQ(age("31 days"), 1U);
  EXPECT_NE(order("k1").value().migration_id(), first.migration_id());
}

TEST_F(Once, PostgresShowsATenantItsOwnKeysOnly) {
  EXPECT_THAT(q2o::testing::isolation_complaints(options), IsEmpty());
}

}  // namespace
}  // namespace q2o::once
