#include <toml++/toml.h>

#include "common/bus/admin.h"
#include "common/bus/cluster.h"
#include "common/log/log.h"

namespace q2o::bus {
namespace {

constexpr std::chrono::milliseconds kPatience{20000};

/// The settings of a topic as Kafka names them.
TopicSettings settings(const Topic& topic) {
  TopicSettings out{{"cleanup.policy", topic.compact ? "compact" : "delete"},
                    {"max.message.bytes", std::to_string(topic.max_message_bytes)}};
  if (!topic.compact) out["retention.ms"] = std::to_string(std::int64_t{topic.retention_days} * 24 * 3600 * 1000);
  return out;
}

void create(const Admin& admin, const Topic& topic) {
  // Replicas may declare at the same time.
  if (admin.create(topic.name, topic.partitions, topic.replication, settings(topic)))
    log::info("topic created", {{"topic", topic.name}, {"partitions", topic.partitions}});
}

}  // namespace

std::vector<std::string> differences(const Topic& declared, const TopicState& there) {
  std::vector<std::string> out;
  if (there.partitions != declared.partitions) {
    out.push_back(declared.name + ": has " + std::to_string(there.partitions) + " partitions, declared are " +
                  std::to_string(declared.partitions));
  }
  for (const auto& [name, wanted] : settings(declared)) {
    const auto found = there.settings.find(name);
    const std::string is = found == there.settings.end() ? "" : found->second;
    if (is != wanted) out.push_back(declared.name + ": " + name + " is " + is + ", declared is " + wanted);
  }
  return out;
}

Result<std::vector<Topic>> read_topics(const std::string& topics_file) {
  try {
    const auto file = toml::parse_file(topics_file);
    const auto defaults = file["defaults"];
    std::vector<Topic> out;
    const auto* list = file["topic"].as_array();
    if (list == nullptr) return fail(Code::invalid_argument, topics_file + " declares no [[topic]]", "CONFIG_SYNTAX");
    for (const auto& entry : *list) {
      if (!entry.is_table()) return fail(Code::invalid_argument, topics_file + ": every topic is a [[topic]] table", "CONFIG_SYNTAX");
      const auto& table = *entry.as_table();
      const auto integer = [&](const char* name, std::int64_t fallback) { return table[name].value_or(defaults[name].value_or(fallback)); };
      Topic topic;
      topic.name = table["name"].value_or("");
      topic.partitions = static_cast<int>(integer("partitions", 1));
      topic.replication = static_cast<int>(integer("replication", 1));
      topic.retention_days = static_cast<int>(integer("retention_days", 30));
      topic.max_message_bytes = integer("max_message_bytes", kMessageBytesMax);
      topic.compact = table["compact"].value_or(defaults["compact"].value_or(false));
      if (topic.name.empty()) return fail(Code::invalid_argument, topics_file + ": a topic without a name", "CONFIG_SYNTAX");
      out.push_back(topic);
    }
    return out;
  } catch (const toml::parse_error& problem) {
    return fail(Code::invalid_argument,
                topics_file + ":" + std::to_string(problem.source().begin.line) + ": " + std::string(problem.description()),
                "CONFIG_SYNTAX");
  }
}

Status declare_topics(const Options& options, const std::string& topics_file) {
  const auto topics = read_topics(topics_file);
  if (!topics) return fail(topics.error());
  std::vector<std::string> complaints;
  try {
    const Admin admin(options, kPatience);
    const auto there = admin.partitions();
    for (const auto& topic : *topics) {
      try {
        const auto found = there.find(topic.name);
        if (found == there.end()) {
          create(admin, topic);
          continue;
        }
        const TopicState state{topic.name, found->second, admin.settings({topic.name})[topic.name]};
        for (auto& complaint : differences(topic, state)) complaints.push_back(std::move(complaint));
      } catch (const std::exception& problem) {
        complaints.push_back(topic.name + ": " + problem.what());
      }
    }
  } catch (const std::exception& problem) {
    return fail(Error{Code::unavailable,
                      "topics cannot be declared: " + std::string(problem.what()),
                      Retry::after_backoff,
                      Effect::unknown,
                      "BROKER",
                      {},
                      {}});
  }
  if (complaints.empty()) return {};
  std::string text = "topics differ from " + topics_file + ":";
  for (const auto& complaint : complaints) text += "\n  " + complaint;
  return fail(Code::failed_precondition, text, "TOPICS_DIFFER");
}

}  // namespace q2o::bus
