#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "common/bus/bus.h"
#include "common/pg/pg.h"

/// Real servers for tests, started once per test binary and stopped at exit. Tests wait for conditions, they never sleep.
namespace q2o::testing {

/// A private Postgres cluster in a temporary directory (initdb, fsync off, unix socket). Runs as user postgres when we are root.
class Postgres {
 public:
  static Postgres& instance();
  /// A fresh empty schema for one test, with its own options.
  pg::Options fresh_schema();
  /// As after a crash: connections are cut, committed data is there again.
  void restart_immediately();
};

/// A private single-node Kafka (KRaft) from the jars in .run/kafka (Q2O_KAFKA_HOME overrides), on a free port.
class Kafka {
 public:
  static Kafka& instance();
  std::string brokers();
  /// A topic with a unique name, one partition unless said otherwise.
  std::string fresh_topic(int partitions = 1);
  /// Writes a group's offset, to test what happens when it points where no log is.
  void set_committed(const std::string& group, const std::string& topic, int partition, std::int64_t offset);
  void kill_hard();  ///< kill -9
  void start();      ///< again, on the same data and port
};

/// Polls until `condition` is true or the deadline passed; false on deadline. 20 ms between polls.
bool eventually(const std::function<bool()>& condition, std::chrono::milliseconds deadline = std::chrono::seconds(20));

/// ../shared beside the checkout, or Q2O_SHARED; empty string when it is not there (then GTEST_SKIP with that reason).
std::string shared_folder();

/// A port on 127.0.0.1 that nobody listens on and that no other test process on this machine is given, nor any client. Thread-safe.
int free_port();

}  // namespace q2o::testing
