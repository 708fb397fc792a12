#include <gmock/gmock.h>

#include <atomic>
#include <fstream>
#include <mutex>
#include <thread>

#include "common/bus/bus.h"
#include "common/bus/cluster.h"
#include "common/testing/testing.h"

namespace q2o::bus {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;

class Bus : public ::testing::Test {
 protected:
  Options options{testing::Kafka::instance().brokers(), "test"};
  std::string topic = testing::Kafka::instance().fresh_topic();
  Producer producer{options};

  Outgoing message(const std::string& value) const {
    Outgoing out;
    out.topic = topic;
    out.key = "migration-1";
    out.value = value;
    out.id = "id-" + value.substr(0, 20);
    out.type = "q2o.test.v1.Thing";
    out.tenant = "tenant-1";
    out.migration = "migration-1";
    out.run = 3;
    out.entity = "Invoice";
    out.sequence = 7;
    return out;
  }
  std::vector<Position> send(const std::vector<std::string>& values) {
    std::vector<Outgoing> messages;
    for (const auto& value : values) messages.push_back(message(value));
    auto sent = producer.publish(messages, 20s);
    if (!sent) throw std::runtime_error(sent.error().message);
    return *sent;
  }
};

/// A consumer on its own thread that remembers what it was given.
class Running {
 public:
  Running(
      const Options& options, const std::string& group, const std::string& topic, Consumer::Handler also = [](auto) {})
      : consumer_(options, group, {topic}, [this, also](std::span<const Incoming> batch) {
          const std::lock_guard lock(mutex_);
          for (const auto& message : batch) seen_.push_back(message.value);
          also(batch);
        }) {
    thread_ = std::jthread([this](const std::stop_token& stop) {
      try {
        consumer_.run(stop);
      } catch (const std::exception& problem) {
        const std::lock_guard lock(mutex_);
        problem_ = problem.what();
      }
    });
  }
  std::vector<std::string> seen() {
    const std::lock_guard lock(mutex_);
    return seen_;
  }
  std::string problem() {
    const std::lock_guard lock(mutex_);
    return problem_;
  }
  bool assigned() const { return consumer_.assigned(); }
  bool saw(std::size_t count) {
    return testing::eventually([&] { return seen().size() >= count; });
  }

 private:
  std::mutex mutex_;
  std::vector<std::string> seen_;
  std::string problem_;
  Consumer consumer_;
  std::jthread thread_;  // last: stops before what it uses goes away
};

TEST_F(Bus, CarriesHeadersKeyAndPosition) {
  const auto positions = send({"a", "b"});
  ASSERT_EQ(positions.size(), 2u);
  EXPECT_EQ(positions[1].offset, positions[0].offset + 1);
  std::vector<Incoming> got;
  ASSERT_TRUE(read_range(options, {topic, 0, 0, 1}, [&](const Incoming& one) { got.push_back(one); }, {}));
  ASSERT_EQ(got.size(), 2u);
  EXPECT_EQ(got[0].id(), "id-a");
  EXPECT_EQ(got[0].key, "migration-1");
  EXPECT_EQ(got[0].header("ce_type"), "q2o.test.v1.Thing");
  EXPECT_EQ(got[0].header("ce_source"), "test");
  EXPECT_EQ(got[0].header("q2o-run"), "3");
  EXPECT_EQ(got[0].header("q2o-entity"), "Invoice");
  EXPECT_EQ(got[0].header("q2o-seq"), "7");
  EXPECT_EQ(got[0].header("absent"), "");
}

TEST_F(Bus, CarriesARecordOfSixteenMebibytes) {
  const std::string large(16u << 20, 'x');
  ASSERT_EQ(send({large}).size(), 1u);
  std::size_t size = 0;
  ASSERT_TRUE(read_range(options, {topic, 0, 0, 0}, [&](const Incoming& one) { size = one.value.size(); }, {}));
  EXPECT_EQ(size, large.size());
}

TEST_F(Bus, SaysThatATopicIsNotDeclared) {
  topic = "q2o.nobody.declared.v1";
  const std::vector<Outgoing> one{message("a")};
  const auto sent = producer.publish(one, 20s);
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error().reason, "UNKNOWN_TOPIC");
}

TEST_F(Bus, ShowsTheLagOfAGroupUntilItHasHandledEverything) {
  send({"1", "2", "3"});
  metrics::Registry registry;
  std::atomic<bool> broken = true;
  Consumer consumer(options, "lagging-" + topic, {topic}, [&](auto) {
    if (broken) throw std::runtime_error("not yet");
  });
  consumer.measure(registry);
  const auto shows = [&](const std::string& lag) {
    return testing::eventually(
        [&] { return registry.text().find("q2o_bus_lag_messages{group=\"lagging-" + topic + "\"} " + lag + "\n") != std::string::npos; });
  };
  std::jthread thread([&](const std::stop_token& stop) { consumer.run(stop); });
  EXPECT_TRUE(shows("3"));
  broken = false;
  EXPECT_TRUE(shows("0"));
}

TEST_F(Bus, SaysThatItIsStuckAndGoesOnWithoutLossWhenItCan) {
  send({"1"});
  metrics::Registry registry;
  std::atomic<bool> broken = true;
  std::atomic<int> handled = 0;
  Consumer consumer(options, "stuck-" + topic, {topic}, [&](auto batch) {
    if (broken) throw std::runtime_error("always");
    handled += static_cast<int>(batch.size());
  });
  consumer.measure(registry);
  const auto shows = [&](const std::string& value) {
    return registry.text().find("q2o_bus_stuck{group=\"stuck-" + topic + "\"} " + value + "\n") != std::string::npos;
  };
  std::jthread thread([&](const std::stop_token& stop) { consumer.run(stop); });
  ASSERT_TRUE(testing::eventually([&] { return shows("1"); }, 60s));
  EXPECT_FALSE(consumer.assigned()) << "not ready";
  broken = false;
  EXPECT_TRUE(testing::eventually([&] { return consumer.assigned() && shows("0"); }));
  EXPECT_EQ(handled, 1);
}

TEST_F(Bus, ANewGroupStartsAtTheBeginningAndGoesOnWhereItStopped) {
  send({"1", "2"});
  {
    Running first(options, topic + ".group", topic);
    ASSERT_TRUE(first.saw(2));
  }
  send({"3"});
  Running second(options, topic + ".group", topic);
  ASSERT_TRUE(second.saw(1));
  EXPECT_THAT(second.seen(), ElementsAre("3"));
}

TEST_F(Bus, DeliversTheBatchAgainWhenTheHandlerThrows) {
  send({"1", "2", "3"});
  std::atomic<int> calls = 0;
  Running consumer(options, topic + ".group", topic, [&](auto) {
    if (++calls <= 2) throw std::runtime_error("database is away");
  });
  // Two failed deliveries and a good one, each from the first message on.
  ASSERT_TRUE(testing::eventually([&] {
    const auto seen = consumer.seen();
    return calls >= 3 && seen.size() >= 3 && seen.back() == "3";
  }));
  EXPECT_EQ(consumer.seen().front(), "1");
  EXPECT_GT(consumer.seen().size(), 3u);
}

TEST_F(Bus, DoesNotCommitWhatWasNotHandled) {
  send({"1"});
  {
    Running broken(options, topic + ".group", topic, [](auto) { throw std::runtime_error("never"); });
    ASSERT_TRUE(broken.saw(2));
  }
  Running whole(options, topic + ".group", topic);
  ASSERT_TRUE(whole.saw(1));
  EXPECT_THAT(whole.seen(), ElementsAre("1"));
}

TEST_F(Bus, StopsLoudlyWhenMessagesItNeverSawAreGone) {
  send({"1", "2"});
  const std::string group = topic + ".group";
  {
    Running first(options, group, topic);
    ASSERT_TRUE(first.saw(2));
  }
  // The log starts anew below the committed offset: what lay between is lost.
  testing::Kafka::instance().set_committed(group, topic, 0, 1000);
  Running second(options, group, topic);
  EXPECT_TRUE(testing::eventually([&] { return second.problem().find("lost its place") != std::string::npos; })) << second.problem();
}

TEST_F(Bus, ReadsExactlyARangeAndSaysWhenItIsGone) {
  send({"0", "1", "2", "3", "4"});
  std::vector<std::string> got;
  ASSERT_TRUE(read_range(options, {topic, 0, 1, 3}, [&](const Incoming& one) { got.push_back(one.value); }, {}));
  EXPECT_THAT(got, ElementsAre("1", "2", "3"));
  EXPECT_TRUE(read_range(options, {topic, 0, 4, 3}, [](const Incoming&) { FAIL(); }, {})) << "an empty range";
  const auto beyond = read_range(options, {topic, 0, 3, 9}, [](const Incoming&) {}, {});
  ASSERT_FALSE(beyond);
  EXPECT_EQ(beyond.error().code, Code::data_loss);
  std::stop_source stop;
  stop.request_stop();
  EXPECT_EQ(read_range(options, {topic, 0, 0, 4}, [](const Incoming&) {}, stop.get_token()).error().code, Code::cancelled);
}

TEST_F(Bus, GoesOnAfterTheBrokerWasKilled) {
  Running consumer(options, topic + ".group", topic);
  send({"before"});
  ASSERT_TRUE(consumer.saw(1));
  testing::Kafka::instance().kill_hard();
  const std::vector<Outgoing> one{message("during")};
  EXPECT_EQ(producer.publish(one, 500ms).error().effect, Effect::unknown);
  testing::Kafka::instance().start();
  ASSERT_TRUE(testing::eventually([&] { return producer.publish(one, 5s).has_value(); }, 40s));
  EXPECT_TRUE(testing::eventually([&] { return consumer.seen().back() == "during"; }, 40s));
}

TEST_F(Bus, CreatesDeclaredTopicsOnceAndComplainsAboutOtherSettings) {
  const auto declare = [&](const std::string& settings) {
    const std::string file = ::testing::TempDir() + "/topics.toml";
    std::ofstream(file) << "[defaults]\npartitions = 2\n[[topic]]\nname = \"declared." << topic << "\"\n" << settings;
    return declare_topics(options, file);
  };
  EXPECT_TRUE(declare("retention_days = 3\n"));
  EXPECT_TRUE(testing::eventually([&] { return declare("retention_days = 3\n").has_value(); }));
  const auto different = declare("retention_days = 4\npartitions = 6\n");
  ASSERT_FALSE(different);
  EXPECT_NE(different.error().message.find("has 2 partitions, declared are 6"), std::string::npos) << different.error().message;
  EXPECT_NE(different.error().message.find("retention.ms"), std::string::npos);
}

TEST_F(Bus, TheBrokerTellsItsTopicsAndHowFarEveryGroupIs) {
  send({"one", "two", "three"});
  const std::string group = "group-of-" + topic;
  const auto lag = [&]() -> std::int64_t {
    const auto cluster = look_at_cluster(options, topic, 10s);
    if (!cluster) throw std::runtime_error(cluster.error().message);
    for (const auto& one : cluster->groups)
      if (one.group == group) return one.lag;
    return -1;
  };
  EXPECT_EQ(lag(), -1) << "nobody reads it";
  testing::Kafka::instance().set_committed(group, topic, 0, 1);
  EXPECT_EQ(lag(), 2);
  testing::Kafka::instance().set_committed(group, topic, 0, 3);
  EXPECT_EQ(lag(), 0);
  const auto cluster = look_at_cluster(options, topic, 10s);
  ASSERT_EQ(cluster->topics.size(), 1u) << "only those with the prefix";
  EXPECT_EQ(cluster->topics[0].partitions, 1);
  EXPECT_FALSE(cluster->topics[0].settings.at("retention.ms").empty());
  EXPECT_EQ(cluster->brokers.size(), 1u);
}

TEST_F(Bus, ABrokerThatIsAwayIsSaidSoWithinTheTime) {
  const auto cluster = look_at_cluster({"127.0.0.1:" + std::to_string(testing::free_port()), "test"}, "q2o.", 500ms);
  ASSERT_FALSE(cluster);
  EXPECT_EQ(cluster.error().reason, "BROKER");
}

TEST_F(Bus, TheProjectsOwnTopicsCanBeDeclared) {
  const std::string file = std::string(Q2O_SOURCE_DIR) + "/config/topics.toml";
  const auto done = declare_topics(options, file);
  EXPECT_TRUE(done) << done.error().message;
}

class Outbox : public Bus {
 protected:
  pg::Pool pool{testing::Postgres::instance().fresh_schema()};
  void SetUp() override { pg::migrate(pool, {}); }
  std::vector<Incoming> published(std::int64_t last) {
    std::vector<Incoming> out;
    if (const auto done = read_range(options, {topic, 0, 0, last}, [&](const Incoming& one) { out.push_back(one); }, {}); !done)
      throw std::runtime_error(done.error().message);
    return out;
  }
  std::int64_t waiting() {
    return pool.transact([](pg::Tx& tx) { return tx.one("select count(*) as n from outbox").integer("n"); });
  }
};

TEST_F(Outbox, PublishesWhatWasCommittedInOrderAndNothingElse) {
  std::jthread relay([&](const std::stop_token& stop) { OutboxRelay(pool, producer).run(stop); });
  for (const std::string value : {"1", "2", "3"}) {
    pool.transact([&](pg::Tx& tx) { store(tx, message(value)); });
    EXPECT_THROW(pool.transact([&](pg::Tx& tx) {
      store(tx, message("rolled back"));
      throw std::runtime_error("no");
    }),
                 std::runtime_error);
  }
  ASSERT_TRUE(testing::eventually([&] { return waiting() == 0; }));
  const auto got = published(2);
  ASSERT_EQ(got.size(), 3u);
  EXPECT_EQ(got[0].value + got[1].value + got[2].value, "123");
  EXPECT_EQ(got[2].id(), "id-3");
}

TEST_F(Outbox, KeepsTheOrderOfCommitsPerKey) {
  std::atomic<bool> stored = false;
  std::thread late;
  pool.transact([&](pg::Tx& tx) {
    store(tx, message("first"));
    late = std::thread([&] {
      pool.transact([&](pg::Tx& second) {
        store(second, message("second"));
        stored = true;
      });
    });
    const auto blocked = [&] {
      return pool.transact([](pg::Tx& look) { return look.one("select count(*) as n from pg_locks where not granted").integer("n") > 0; });
    };
    EXPECT_TRUE(testing::eventually(blocked)) << "the second must wait for the first's commit";
    EXPECT_FALSE(stored);
  });
  late.join();
  OutboxRelay relay(pool, producer);
  EXPECT_EQ(relay.publish_some(), 2u);
  EXPECT_EQ(published(1)[0].value, "first");
}

TEST_F(Outbox, KeepsRowsThatTheBrokerDidNotTake) {
  pool.transact([&](pg::Tx& tx) {
    auto lost = message("a");
    lost.topic = "q2o.nobody.declared.v1";
    store(tx, lost);
  });
  OutboxRelay relay(pool, producer);
  EXPECT_THROW(relay.publish_some(), std::runtime_error);
  EXPECT_EQ(waiting(), 1);
}

TEST_F(Outbox, DeadLettersKeepBytesAndHeaders) {
  Incoming broken;
  broken.topic = "q2o.connector.raw.v1";
  broken.partition = 4;
  broken.offset = 17;
  broken.key = "migration-1";
  broken.value = std::string("\x00\xff\xfe", 3);
  broken.headers = {{"ce_id", "id-1"}, {"strange", std::string("\xff\x00", 2)}};
  pool.transact(
      [&](pg::Tx& tx) { dead_letter(tx, "test", broken, Error{Code::invalid_argument, "not a protobuf", {}, {}, "UNDECODABLE", {}, {}}); });
  pool.transact([&](pg::Tx& tx) { tx.exec("update outbox set topic = $1 where topic = 'q2o.test.dlq.v1'", {topic}); });
  OutboxRelay(pool, producer).publish_some();
  const auto got = published(0);
  ASSERT_EQ(got.size(), 1u);
  EXPECT_EQ(got[0].value, broken.value);
  EXPECT_EQ(got[0].header("strange"), broken.headers["strange"]);
  EXPECT_EQ(got[0].header("q2o-error-reason"), "UNDECODABLE");
  EXPECT_EQ(got[0].header("q2o-error-offset"), "17");
}

TEST_F(Outbox, DeadLettersOfStrangersMayHaveAnyBytesAsKeyIdAndTenant) {
  Incoming strange;
  strange.topic = "q2o.connector.raw.v1";
  strange.key = std::string("k\0\xff", 3);
  strange.headers = {{"ce_id", std::string("\0\xff", 2)}, {"q2o-tenant", "\xff"}};
  EXPECT_EQ(strange.id(), "q2o.connector.raw.v1/0/0") << "an id that is no text is none";
  pool.transact([&](pg::Tx& tx) {
    EXPECT_TRUE(pg::Inbox::insert(tx, "test", strange.id()));
    dead_letter(tx, "test", strange, Error{Code::invalid_argument, "not a protobuf", {}, {}, "UNDECODABLE", {}, {}});
    tx.exec("update outbox set topic = $1 where topic = 'q2o.test.dlq.v1'", {topic});
  });
  OutboxRelay(pool, producer).publish_some();
  const auto got = published(0);
  ASSERT_EQ(got.size(), 1u);
  EXPECT_EQ(got[0].header("q2o-error-key"), strange.key);
  EXPECT_EQ(got[0].header("ce_id"), strange.headers["ce_id"]);
}

}  // namespace
}  // namespace q2o::bus
