#include "common/bus/admin.h"

#include <stdexcept>

namespace q2o::bus {
namespace {

using NewTopic = Handle<rd_kafka_NewTopic_t, rd_kafka_NewTopic_destroy>;
using ConfigResource = Handle<rd_kafka_ConfigResource_t, rd_kafka_ConfigResource_destroy>;
using GroupOffsets = Handle<rd_kafka_ListConsumerGroupOffsets_t, rd_kafka_ListConsumerGroupOffsets_destroy>;

void must(rd_kafka_resp_err_t problem) {
  if (problem != RD_KAFKA_RESP_ERR_NO_ERROR) throw std::runtime_error(rd_kafka_err2str(problem));
}

TopicSettings settings_of(const rd_kafka_ConfigResource_t* resource) {
  TopicSettings out;
  std::size_t count = 0;
  const auto* entries = rd_kafka_ConfigResource_configs(resource, &count);
  for (std::size_t i = 0; i < count; ++i) {
    const char* value = rd_kafka_ConfigEntry_value(entries[i]);
    out[rd_kafka_ConfigEntry_name(entries[i])] = value != nullptr ? value : "";
  }
  return out;
}

}  // namespace

struct Admin::Metadata {
  explicit Metadata(const Admin& admin) { must(rd_kafka_metadata(admin.client_.get(), 1, nullptr, &raw, admin.milliseconds())); }
  Metadata(const Metadata&) = delete;
  Metadata& operator=(const Metadata&) = delete;
  ~Metadata() { rd_kafka_metadata_destroy(raw); }
  const rd_kafka_metadata_t* raw = nullptr;
};

Admin::Admin(const Options& options, std::chrono::milliseconds patience, Settings more)
    : patience_(patience), client_(make_client(RD_KAFKA_PRODUCER, make_conf(options, more))) {}

Event Admin::wait(rd_kafka_queue_t* queue) const {
  Event event(rd_kafka_queue_poll(queue, milliseconds()));
  if (!event) throw std::runtime_error("broker did not answer in time");
  must(rd_kafka_event_error(event.get()));
  return event;
}

std::vector<std::string> Admin::brokers() const {
  const Metadata metadata(*this);
  std::vector<std::string> out;
  for (int i = 0; i < metadata.raw->broker_cnt; ++i)
    out.push_back(metadata.raw->brokers[i].host + std::string(":") + std::to_string(metadata.raw->brokers[i].port));
  return out;
}

std::map<std::string, int> Admin::partitions() const {
  const Metadata metadata(*this);
  std::map<std::string, int> out;
  for (int i = 0; i < metadata.raw->topic_cnt; ++i) out[metadata.raw->topics[i].topic] = metadata.raw->topics[i].partition_cnt;
  return out;
}

bool Admin::create(const std::string& topic, int partitions, int replication, const TopicSettings& settings) const {
  char problem[256];
  const NewTopic fresh(rd_kafka_NewTopic_new(topic.c_str(), partitions, replication, problem, sizeof problem));
  if (!fresh) throw std::runtime_error(problem);
  for (const auto& [name, value] : settings) rd_kafka_NewTopic_set_config(fresh.get(), name.c_str(), value.c_str());
  const Queue queue(rd_kafka_queue_new(client_.get()));
  auto* raw = fresh.get();
  rd_kafka_CreateTopics(client_.get(), &raw, 1, nullptr, queue.get());
  const auto event = wait(queue.get());
  std::size_t count = 0;
  const auto* results = rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event.get()), &count);
  for (std::size_t i = 0; i < count; ++i) {
    const auto code = rd_kafka_topic_result_error(results[i]);
    if (code == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS) return false;
    const char* text = rd_kafka_topic_result_error_string(results[i]);
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR) throw std::runtime_error(text != nullptr ? text : rd_kafka_err2str(code));
  }
  return true;
}

std::map<std::string, TopicSettings> Admin::settings(const std::vector<std::string>& topics) const {
  if (topics.empty()) return {};
  std::vector<ConfigResource> resources;
  std::vector<rd_kafka_ConfigResource_t*> raw;
  for (const auto& topic : topics) {
    resources.emplace_back(rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic.c_str()));
    raw.push_back(resources.back().get());
  }
  const Queue queue(rd_kafka_queue_new(client_.get()));
  rd_kafka_DescribeConfigs(client_.get(), raw.data(), raw.size(), nullptr, queue.get());
  const auto event = wait(queue.get());
  std::size_t count = 0;
  const auto* all = rd_kafka_DescribeConfigs_result_resources(rd_kafka_event_DescribeConfigs_result(event.get()), &count);
  std::map<std::string, TopicSettings> out;
  for (std::size_t i = 0; i < count; ++i) {
    must(rd_kafka_ConfigResource_error(all[i]));
    out[rd_kafka_ConfigResource_name(all[i])] = settings_of(all[i]);
  }
  return out;
}

std::vector<std::string> Admin::groups() const {
  const Queue queue(rd_kafka_queue_new(client_.get()));
  rd_kafka_ListConsumerGroups(client_.get(), nullptr, queue.get());
  const auto event = wait(queue.get());
  const auto* result = rd_kafka_event_ListConsumerGroups_result(event.get());
  std::size_t count = 0;
  const auto* valid = rd_kafka_ListConsumerGroups_result_valid(result, &count);
  std::vector<std::string> out;
  for (std::size_t i = 0; i < count; ++i) out.emplace_back(rd_kafka_ConsumerGroupListing_group_id(valid[i]));
  return out;
}

std::map<std::string, std::int64_t> Admin::lag(const std::string& group, const std::map<std::string, int>& topics) const {
  const auto wanted = partition_list(16);
  for (const auto& [topic, partitions] : topics)
    for (int i = 0; i < partitions; ++i) rd_kafka_topic_partition_list_add(wanted.get(), topic.c_str(), i);
  const GroupOffsets question(rd_kafka_ListConsumerGroupOffsets_new(group.c_str(), wanted.get()));
  const Queue queue(rd_kafka_queue_new(client_.get()));
  auto* raw = question.get();
  rd_kafka_ListConsumerGroupOffsets(client_.get(), &raw, 1, nullptr, queue.get());
  const auto event = wait(queue.get());
  std::size_t count = 0;
  const auto* all = rd_kafka_ListConsumerGroupOffsets_result_groups(rd_kafka_event_ListConsumerGroupOffsets_result(event.get()), &count);
  std::map<std::string, std::int64_t> out;
  for (std::size_t i = 0; i < count; ++i) {
    if (const auto* error = rd_kafka_group_result_error(all[i])) throw std::runtime_error(rd_kafka_error_string(error));
    const auto* list = rd_kafka_group_result_partitions(all[i]);
    for (int j = 0; j < list->cnt; ++j) {
      const auto& place = list->elems[j];
      if (place.offset < 0) continue;  // never committed
      std::int64_t low = 0, high = 0;
      must(rd_kafka_query_watermark_offsets(client_.get(), place.topic, place.partition, &low, &high, milliseconds()));
      out[place.topic] += std::max<std::int64_t>(0, high - place.offset);
    }
  }
  return out;
}

}  // namespace q2o::bus
