#include <set>
#include <toml++/toml.h>

#include "common/bus/bus.h"
#include "common/bus/handles.h"

namespace q2o::bus {
namespace {

constexpr int kCallMs = 30000;
using NewTopic = std::unique_ptr<rd_kafka_NewTopic_t, Deleter<rd_kafka_NewTopic_destroy>>;

struct Topic {
  std::string name;
  std::int64_t partitions = 0, replication = 0, retention_days = 0, max_message_bytes = 0;
  bool compact = false;
};

std::vector<Topic> read_topics(const std::string& file) {
  const toml::table all = toml::parse_file(file);
  const auto& defaults = all["defaults"];
  std::vector<Topic> topics;
  const toml::array* list = all["topic"].as_array();
  if (!list) throw std::runtime_error(file + " declares no topic");
  for (const auto& node : *list) {
    const toml::table& one = *node.as_table();
    const auto number = [&](const char* key) { return one[key].value<std::int64_t>().value_or(defaults[key].value_or<std::int64_t>(0)); };
    Topic topic{one["name"].value_or<std::string>(""), number("partitions"), number("replication"), number("retention_days"), number("max_message_bytes"),
                one["compact"].value<bool>().value_or(defaults["compact"].value_or(false))};
    if (topic.name.empty() || topic.partitions < 1 || topic.replication < 1) throw std::runtime_error(file + ": a topic needs name, partitions and replication");
    topics.push_back(std::move(topic));
  }
  return topics;
}

NewTopic describe(const Topic& topic) {
  char message[256];
  NewTopic made(rd_kafka_NewTopic_new(topic.name.c_str(), static_cast<int>(topic.partitions), static_cast<int>(topic.replication), message, sizeof message));
  if (!made) throw std::runtime_error(topic.name + ": " + message);
  const auto set = [&](const char* key, const std::string& value) { rd_kafka_NewTopic_set_config(made.get(), key, value.c_str()); };
  set("cleanup.policy", topic.compact ? "compact" : "delete");
  if (!topic.compact) set("retention.ms", std::to_string(topic.retention_days * 24 * 3600 * 1000));
  set("max.message.bytes", std::to_string(topic.max_message_bytes));
  return made;
}

/// Topic name -> number of partitions, as the cluster has it.
std::map<std::string, int> existing_topics(rd_kafka_t* kafka) {
  const rd_kafka_metadata_t* metadata = nullptr;
  if (const auto error = rd_kafka_metadata(kafka, 1, nullptr, &metadata, kCallMs); error) throw std::runtime_error(rd_kafka_err2str(error));
  std::map<std::string, int> topics;
  for (int i = 0; i < metadata->topic_cnt; ++i) topics[metadata->topics[i].topic] = metadata->topics[i].partition_cnt;
  rd_kafka_metadata_destroy(metadata);
  return topics;
}

void create(rd_kafka_t* kafka, const std::vector<Topic>& missing, std::vector<std::string>& complaints) {
  std::vector<NewTopic> owned;
  std::vector<rd_kafka_NewTopic_t*> raw;
  for (const auto& topic : missing) {
    owned.push_back(describe(topic));
    raw.push_back(owned.back().get());
  }
  const KafkaQueue queue(rd_kafka_queue_new(kafka));
  rd_kafka_CreateTopics(kafka, raw.data(), raw.size(), nullptr, queue.get());
  const KafkaEvent event(rd_kafka_queue_poll(queue.get(), kCallMs));
  if (!event || rd_kafka_event_error(event.get())) throw std::runtime_error(event ? rd_kafka_event_error_string(event.get()) : "no answer in 30 s");
  std::size_t count = 0;
  const auto* results = rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event.get()), &count);
  for (std::size_t i = 0; i < count; ++i) {
    const auto error = rd_kafka_topic_result_error(results[i]);
    if (error && error != RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS) {
      complaints.push_back(std::string(rd_kafka_topic_result_name(results[i])) + ": " + rd_kafka_topic_result_error_string(results[i]));
    }
  }
}

}  // namespace

Status declare_topics(const Options& options, const std::string& topics_file) {
  std::vector<std::string> complaints;
  try {
    const auto wanted = read_topics(topics_file);
    const Kafka kafka = open(RD_KAFKA_PRODUCER, {{"bootstrap.servers", options.brokers}, {"client.id", options.service}});
    const auto known = existing_topics(kafka.get());
    std::vector<Topic> missing;
    for (const auto& topic : wanted) {
      const auto at = known.find(topic.name);
      if (at == known.end()) {
        missing.push_back(topic);
      } else if (at->second != topic.partitions) {
        complaints.push_back(topic.name + " has " + std::to_string(at->second) + " partitions, " + std::to_string(topic.partitions) + " are declared");
      }
    }
    if (!missing.empty()) create(kafka.get(), missing, complaints);
  } catch (const toml::parse_error& error) {
    complaints.push_back(topics_file + ": " + std::string(error.description()));
  } catch (const std::exception& error) {
    complaints.push_back(error.what());
  }
  if (complaints.empty()) return {};
  std::string text;
  for (const auto& complaint : complaints) text += (text.empty() ? "" : "; ") + complaint;
  return fail(Code::failed_precondition, "topics: " + text, "TOPICS", "A topic's partitions are never changed: keys would move. Declare a new major version instead.");
}

}  // namespace q2o::bus
