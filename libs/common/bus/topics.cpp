#include <toml++/toml.h>

#include <optional>

#include "common/bus/client.h"
#include "common/log/log.h"

namespace q2o::bus {
namespace {

constexpr int kBrokerMilliseconds = 20000;

using NewTopic = Handle<rd_kafka_NewTopic_t, rd_kafka_NewTopic_destroy>;
using ConfigResource = Handle<rd_kafka_ConfigResource_t, rd_kafka_ConfigResource_destroy>;
using Settled = std::map<std::string, std::string>;

/// The settings of a topic as Kafka names them.
Settled settings(const Topic& topic) {
  Settled out{{"cleanup.policy", topic.compact ? "compact" : "delete"}, {"max.message.bytes", std::to_string(topic.max_message_bytes)}};
  if (!topic.compact) out["retention.ms"] = std::to_string(std::int64_t{topic.retention_days} * 24 * 3600 * 1000);
  return out;
}

std::map<std::string, int> existing(rd_kafka_t* client) {
  const rd_kafka_metadata_t* metadata = nullptr;
  if (const auto problem = rd_kafka_metadata(client, 1, nullptr, &metadata, kBrokerMilliseconds))
    throw std::runtime_error(rd_kafka_err2str(problem));
  std::map<std::string, int> out;
  for (int i = 0; i < metadata->topic_cnt; ++i) out[metadata->topics[i].topic] = metadata->topics[i].partition_cnt;
  rd_kafka_metadata_destroy(metadata);
  return out;
}

Event wait_event(rd_kafka_queue_t* queue) {
  Event event(rd_kafka_queue_poll(queue, kBrokerMilliseconds));
  if (!event) throw std::runtime_error("broker did not answer in time");
  if (const auto problem = rd_kafka_event_error(event.get())) throw std::runtime_error(rd_kafka_err2str(problem));
  return event;
}

void create(rd_kafka_t* client, const Topic& topic) {
  char problem[256];
  const NewTopic fresh(rd_kafka_NewTopic_new(topic.name.c_str(), topic.partitions, topic.replication, problem, sizeof problem));
  if (!fresh) throw std::runtime_error(problem);
  for (const auto& [name, value] : settings(topic)) rd_kafka_NewTopic_set_config(fresh.get(), name.c_str(), value.c_str());
  const Queue queue(rd_kafka_queue_new(client));
  auto* raw = fresh.get();
  rd_kafka_CreateTopics(client, &raw, 1, nullptr, queue.get());
  const auto event = wait_event(queue.get());
  std::size_t count = 0;
  const auto* results = rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event.get()), &count);
  for (std::size_t i = 0; i < count; ++i) {
    const auto code = rd_kafka_topic_result_error(results[i]);
    // Replicas may declare at the same time.
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR || code == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS) continue;
    const char* text = rd_kafka_topic_result_error_string(results[i]);
    throw std::runtime_error(text != nullptr ? text : rd_kafka_err2str(code));
  }
  log::info("topic created", {{"topic", topic.name}, {"partitions", topic.partitions}});
}

Settled described(rd_kafka_t* client, const std::string& topic) {
  const ConfigResource resource(rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic.c_str()));
  const Queue queue(rd_kafka_queue_new(client));
  auto* raw = resource.get();
  rd_kafka_DescribeConfigs(client, &raw, 1, nullptr, queue.get());
  const auto event = wait_event(queue.get());
  std::size_t resources = 0;
  const auto* all = rd_kafka_DescribeConfigs_result_resources(rd_kafka_event_DescribeConfigs_result(event.get()), &resources);
  Settled out;
  for (std::size_t i = 0; i < resources; ++i) {
    std::size_t count = 0;
    const auto* entries = rd_kafka_ConfigResource_configs(all[i], &count);
    for (std::size_t j = 0; j < count; ++j) {
      const char* value = rd_kafka_ConfigEntry_value(entries[j]);
      out[rd_kafka_ConfigEntry_name(entries[j])] = value != nullptr ? value : "";
    }
  }
  return out;
}

void compare(rd_kafka_t* client, const Topic& topic, int partitions, std::vector<std::string>& complaints) {
  if (partitions != topic.partitions) {
    complaints.push_back(topic.name + ": has " + std::to_string(partitions) + " partitions, declared are " +
                         std::to_string(topic.partitions));
  }
  const auto there = described(client, topic.name);
  for (const auto& [name, wanted] : settings(topic)) {
    const auto found = there.find(name);
    const std::string is = found == there.end() ? "" : found->second;
    if (is != wanted) complaints.push_back(topic.name + ": " + name + " is " + is + ", declared is " + wanted);
  }
}

}  // namespace

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
    const auto client = make_client(RD_KAFKA_PRODUCER, make_conf(options, {}));
    const auto there = existing(client.get());
    for (const auto& topic : *topics) {
      try {
        const auto found = there.find(topic.name);
        found == there.end() ? create(client.get(), topic) : compare(client.get(), topic, found->second, complaints);
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
