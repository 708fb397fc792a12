#pragma once

#include <librdkafka/rdkafka.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

/// Owners of librdkafka's C handles; internal to bus.
namespace q2o::bus {

template <auto Destroy>
struct Deleter {
  template <class T>
  void operator()(T* handle) const {
    Destroy(handle);
  }
};
using Kafka = std::unique_ptr<rd_kafka_t, Deleter<rd_kafka_destroy>>;
using KafkaMessage = std::unique_ptr<rd_kafka_message_t, Deleter<rd_kafka_message_destroy>>;
using PartitionList = std::unique_ptr<rd_kafka_topic_partition_list_t, Deleter<rd_kafka_topic_partition_list_destroy>>;
using KafkaQueue = std::unique_ptr<rd_kafka_queue_t, Deleter<rd_kafka_queue_destroy>>;
using KafkaEvent = std::unique_ptr<rd_kafka_event_t, Deleter<rd_kafka_event_destroy>>;

using Settings = std::vector<std::pair<std::string, std::string>>;

/// Throws std::runtime_error with librdkafka's words on a bad setting.
inline Kafka open(rd_kafka_type_t type, const Settings& settings, void (*prepare)(rd_kafka_conf_t*, void*) = nullptr, void* opaque = nullptr) {
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  char message[512];
  for (const auto& [name, value] : settings) {
    if (rd_kafka_conf_set(conf, name.c_str(), value.c_str(), message, sizeof message) != RD_KAFKA_CONF_OK) {
      rd_kafka_conf_destroy(conf);
      throw std::runtime_error("kafka setting " + name + ": " + message);
    }
  }
  if (prepare) prepare(conf, opaque);
  Kafka kafka(rd_kafka_new(type, conf, message, sizeof message));
  if (!kafka) {
    rd_kafka_conf_destroy(conf);
    throw std::runtime_error(std::string("kafka client: ") + message);
  }
  return kafka;
}

}  // namespace q2o::bus
