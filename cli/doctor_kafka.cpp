#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdlib>

#include "cli/doctor.h"
#include "cli/terminal.h"
#include "common/bus/cluster.h"

namespace q2o::cli {
namespace {

/// A run in progress is some hundred messages behind; thousands mean that somebody does not work.
constexpr std::int64_t kLagMost = 5000;
constexpr std::int64_t kDay = 24LL * 3600 * 1000;

/// "30 days", "for ever (compacted)".
std::string kept(const bus::TopicState& topic) {
  const auto setting = [&](const char* name) {
    const auto found = topic.settings.find(name);
    return found == topic.settings.end() ? std::string() : found->second;
  };
  if (setting("cleanup.policy") == "compact") return "for ever (the newest per key)";
  const auto retention = setting("retention.ms");
  const std::int64_t milliseconds = retention.empty() ? 0 : std::atoll(retention.c_str());
  if (milliseconds < 0) return "for ever";
  return milliseconds < kDay ? fmt::format("{} minutes", milliseconds / 60000) : fmt::format("{} days", milliseconds / kDay);
}

void check_topic(const bus::TopicState& topic, const std::vector<bus::Topic>& declared, Findings& findings) {
  const auto found = std::ranges::find(declared, topic.name, &bus::Topic::name);
  const auto wrong = found == declared.end() ? std::vector<std::string>{} : bus::differences(*found, topic);
  findings.push_back({"topic", wrong.empty() ? "there" : "differs",
                      wrong.empty() ? fmt::format("{}: {} partitions, kept {}", topic.name, topic.partitions, kept(topic))
                                    : fmt::format("{}", fmt::join(wrong, "; ")),
                      wrong.empty() ? "" : "change the topic in Kafka (kafka-configs, kafka-topics), or config/topics.toml"});
}

void check_topics(const bus::Cluster& cluster, Findings& findings) {
  std::vector<bus::Topic> declared;
  if (const char* file = std::getenv("Q2O_TOPICS")) {
    auto read = bus::read_topics(file);
    if (read)
      declared = std::move(*read);
    else
      findings.push_back({"topics", "unknown", read.error().message, "start q2o by ./q2o in the project's folder"});
  }
  for (const auto& topic : cluster.topics) check_topic(topic, declared, findings);
  for (const auto& topic : declared)
    if (std::ranges::find(cluster.topics, topic.name, &bus::TopicState::name) == cluster.topics.end())
      findings.push_back({"topic", "missing", topic.name, "`make up` declares it"});
  if (cluster.topics.empty() && declared.empty())
    findings.push_back({"topics", "missing", "none of q2o's is there", "`make up` declares them"});
}

}  // namespace

void check_kafka(Findings& findings) {
  const char* port = std::getenv("Q2O_PORT_KAFKA");
  if (port == nullptr) {
    findings.push_back({"kafka", "unknown", "Q2O_PORT_KAFKA is not set", "start q2o by ./q2o in the project's folder"});
    return;
  }
  const bus::Options options{std::string("127.0.0.1:") + port, "q2o"};
  const auto cluster = bus::look_at_cluster(options, "q2o.", std::chrono::milliseconds(kPatienceMilliseconds));
  if (!cluster) {
    findings.push_back({"kafka", "down", cluster.error().message, "start it with `make up`, " + logs_of("kafka")});
    return;
  }
  findings.push_back({"kafka", "answers",
                      fmt::format("{}, {} topics, version not known (a broker does not tell it)", fmt::join(cluster->brokers, ", "),
                                  cluster->topics.size()),
                      ""});
  check_topics(*cluster, findings);
  for (const auto& group : cluster->groups) {
    const bool good = group.lag <= kLagMost;
    findings.push_back({"lag", good ? "keeps up" : "behind",
                        fmt::format("{}: {} messages not handled yet", group.group, grouped(static_cast<std::uint64_t>(group.lag))),
                        good ? "" : "wait a minute and ask again; when it grows, look at the logs of the service of that name"});
  }
}

}  // namespace q2o::cli
