#pragma once

#include <chrono>
#include <map>
#include <vector>

#include "common/bus/client.h"

namespace q2o::bus {

using TopicSettings = std::map<std::string, std::string>;  ///< by Kafka's names

/// Inside of the bus library: Kafka's admin calls, each with a deadline. Trouble is thrown as std::runtime_error in words.
class Admin {
 public:
  Admin(const Options& options, std::chrono::milliseconds patience, Settings more = {});
  std::vector<std::string> brokers() const;       ///< host:port
  std::map<std::string, int> partitions() const;  ///< of every topic that is there
  /// False when somebody else was faster.
  bool create(const std::string& topic, int partitions, int replication, const TopicSettings& settings) const;
  std::map<std::string, TopicSettings> settings(const std::vector<std::string>& topics) const;
  std::vector<std::string> groups() const;
  /// Messages behind the group's commits of these topics; nothing when it has committed nothing there.
  std::map<std::string, std::int64_t> lag(const std::string& group, const std::map<std::string, int>& topics) const;

 private:
  struct Metadata;
  Event wait(rd_kafka_queue_t* queue) const;
  int milliseconds() const { return static_cast<int>(patience_.count()); }
  std::chrono::milliseconds patience_;
  Client client_;
};

}  // namespace q2o::bus
