#pragma once

#include "common/bus/bus.h"

/// What the broker itself says: for a person who wants to know whether it works.
namespace q2o::bus {

struct TopicState {
  std::string name;
  int partitions = 0;
  std::map<std::string, std::string> settings;  ///< by Kafka's names: "retention.ms", "cleanup.policy", …
};
struct GroupState {
  std::string group;
  std::int64_t lag = 0;  ///< messages that it has not handled yet
};
struct Cluster {
  std::vector<std::string> brokers;  ///< host:port
  std::vector<TopicState> topics;    ///< those whose names begin with the prefix, by name
  std::vector<GroupState> groups;    ///< those that read such topics
};
/// Error unavailable when the broker does not answer each question within `patience`.
Result<Cluster> look_at_cluster(const Options& options, const std::string& topic_prefix, std::chrono::milliseconds patience);

/// How a topic differs from its declaration, in words; empty: not at all.
std::vector<std::string> differences(const Topic& declared, const TopicState& there);

}  // namespace q2o::bus
