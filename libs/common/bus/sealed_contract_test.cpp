#include <gtest/gtest.h>

#include <mutex>
#include <thread>

#include "common/bus/bus.h"
#include "common/ids/ids.h"
#include "common/sealing/memory_keys.h"
#include "common/testing/testing.h"

namespace q2o::bus {
namespace {

using namespace std::chrono_literals;

/// One topic on a real Kafka, and what a consumer with keys got of it.
class SealedTopic : public ::testing::Test {
 protected:
  std::shared_ptr<sealing::MemoryKeys> keys = std::make_shared<sealing::MemoryKeys>();
  Options plain{testing::Kafka::instance().brokers(), "test"};
  Options sealed{plain.brokers, "test", std::make_shared<const sealing::Seal>(keys)};
  std::string topic = testing::Kafka::instance().fresh_topic();
  std::string tenant = ids::uuid_v4(), migration = ids::uuid_v4();

  Outgoing message(const std::string& value) {
    Outgoing out;
    out.topic = topic;
    out.key = migration;
    out.value = value;
    out.id = ids::uuid_v4();
    out.tenant = tenant;
    out.migration = migration;
    return out;
  }
  void publish(const Options& options, const Outgoing& one) {
    ASSERT_TRUE(Producer(options).publish(std::span(&one, 1), 10s)) << one.value;
  }
  /// Values as somebody reads them that has these options.
  std::vector<std::string> read(const Options& options, std::int64_t last) {
    std::vector<std::string> out;
    EXPECT_TRUE(read_range(options, {topic, 0, 0, last}, [&](const Incoming& one) { out.push_back(one.value); }, {}));
    return out;
  }
};

TEST_F(SealedTopic, ShowsTheBodyOnlyToWhoHasKeys) {
  publish(plain, message("\x0a\x05older"));  // written before there were keys
  publish(sealed, message("Ann's bread"));
  EXPECT_EQ(read(sealed, 1), (std::vector<std::string>{"\x0a\x05older", "Ann's bread"}));
  const auto stranger = read(plain, 1);
  ASSERT_EQ(stranger.size(), 2U);
  EXPECT_TRUE(sealing::is_sealed(stranger[1]));
  EXPECT_EQ(stranger[1].find("Ann"), std::string::npos);
  keys->destroy({tenant, migration});
  EXPECT_EQ(read(sealed, 1), (std::vector<std::string>{"\x0a\x05older", ""})) << "it is seen to pass, without its body";
}

TEST_F(SealedTopic, WaitsForKeysThatAreAwayAndLosesNothing) {
  publish(sealed, message("one"));
  publish(sealed, message("two"));
  publish(sealed, message(""));  // a tombstone
  keys->go_away(true);
  std::mutex mutex;
  std::vector<std::string> got;
  Consumer consumer(sealed, "sealed-" + topic, {topic}, [&](std::span<const Incoming> messages) {
    const std::lock_guard lock(mutex);
    for (const auto& one : messages) got.push_back(one.value);
  });
  std::jthread running([&](std::stop_token stop) { consumer.run(stop); });
  ASSERT_TRUE(testing::eventually([&] { return consumer.assigned(); }));
  ASSERT_TRUE(testing::eventually([&] { return !consumer.assigned(); }, 60s)) << "stuck is not ready";
  EXPECT_TRUE(got.empty());
  keys->go_away(false);
  const auto count = [&] {
    const std::lock_guard lock(mutex);
    return got.size();
  };
  ASSERT_TRUE(testing::eventually([&] { return count() == 2; }, 30s));
  EXPECT_EQ(got, (std::vector<std::string>{"one", "two"}));
}

TEST_F(SealedTopic, LeavesTheOutboxAndTheDeadLettersSealed) {
  auto database = testing::Postgres::instance().fresh_schema();
  database.seal = sealed.seal;
  pg::Pool pool(database);
  pg::migrate(pool, {});
  Incoming bad;
  bad.topic = topic;
  bad.value = "Ann, no protobuf";
  bad.headers = {{"ce_id", ids::uuid_v4()}, {"q2o-tenant", tenant}, {"q2o-migration", migration}};
  pool.transact([&](pg::Tx& tx) {
    store(tx, message("Ann's bread"));
    dead_letter(tx, "test", bad, Error{});
  });
  pool.transact([&](pg::Tx& tx) {
    for (const auto row : tx.exec("select value from outbox")) {
      EXPECT_TRUE(sealing::is_sealed(row.bytes("value")));
    }
    tx.exec("delete from outbox where topic <> $1", {topic});
    const sealing::Place place{tenant, migration, "test.note.label", "1"};
    EXPECT_EQ(tx.open(place, tx.seal_text(place, "Ann")), "Ann");
    EXPECT_EQ(tx.seal_text(place, ""), "");
    keys->go_away(true);
    EXPECT_THROW(tx.seal_text(place, "Ann"), std::runtime_error) << "nothing is written in clear instead";
    keys->go_away(false);
  });
  Producer producer(sealed);
  EXPECT_EQ(OutboxRelay(pool, producer).publish_some(), 1U);
  EXPECT_EQ(read(sealed, 0), std::vector<std::string>{"Ann's bread"});
}

}  // namespace
}  // namespace q2o::bus
