#include "common/bus/cluster.h"

#include "common/bus/admin.h"

namespace q2o::bus {

Result<Cluster> look_at_cluster(const Options& options, const std::string& topic_prefix, std::chrono::milliseconds patience) {
  try {
    // The answer says that a broker is away; the client need not say so in the log.
    const Admin admin(options, patience, {{"log_level", "0"}});
    Cluster out;
    out.brokers = admin.brokers();
    auto topics = admin.partitions();
    std::erase_if(topics, [&](const auto& topic) { return !topic.first.starts_with(topic_prefix); });
    std::vector<std::string> names;
    for (const auto& [name, partitions] : topics) names.push_back(name);
    auto settings = admin.settings(names);
    for (const auto& [name, partitions] : topics) out.topics.push_back({name, partitions, std::move(settings[name])});
    if (topics.empty()) return out;
    for (const auto& group : admin.groups()) {
      const auto lag = admin.lag(group, topics);
      if (lag.empty()) continue;
      GroupState state{group, 0};
      for (const auto& [topic, messages] : lag) state.lag += messages;
      out.groups.push_back(std::move(state));
    }
    return out;
  } catch (const std::exception& problem) {
    return fail(Error{Code::unavailable,
                      options.brokers + ": " + problem.what(),
                      Retry::after_backoff,
                      Effect::none,
                      "BROKER",
                      "Is Kafka running? `make status`, `make logs SERVICE=kafka`.",
                      {}});
  }
}

}  // namespace q2o::bus
