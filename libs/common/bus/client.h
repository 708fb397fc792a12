#pragma once

#include <librdkafka/rdkafka.h>

#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "common/bus/bus.h"

/// Inside of the bus library: owners for librdkafka's handles.
namespace q2o::bus {

template <class T, void (*destroy)(T*)>
struct Destroy {
  void operator()(T* handle) const { destroy(handle); }
};
template <class T, void (*destroy)(T*)>
using Handle = std::unique_ptr<T, Destroy<T, destroy>>;

using Client = Handle<rd_kafka_t, rd_kafka_destroy>;
using Message = Handle<rd_kafka_message_t, rd_kafka_message_destroy>;
using PartitionList = Handle<rd_kafka_topic_partition_list_t, rd_kafka_topic_partition_list_destroy>;
using Queue = Handle<rd_kafka_queue_t, rd_kafka_queue_destroy>;
using Event = Handle<rd_kafka_event_t, rd_kafka_event_destroy>;
using Conf = Handle<rd_kafka_conf_t, rd_kafka_conf_destroy>;

/// Largest message of any topic: a record of 16 MiB travels alone, plus its envelope.
inline constexpr int kMessageBytesMax = 17 << 20;

using Settings = std::initializer_list<std::pair<const char*, std::string>>;
/// Common settings plus `settings`; throws std::invalid_argument when librdkafka refuses one. Its log lines go to ours.
Conf make_conf(const Options& options, Settings settings);
Client make_client(rd_kafka_type_t type, Conf conf);

/// Printable ASCII of a sensible length: what ids and keys of ours are, and what may stand in a text column.
bool is_plain_text(std::string_view text);

Incoming to_incoming(const rd_kafka_message_t& message);
/// The CloudEvents headers of design section 3.
Headers headers_of(const Outgoing& message, const std::string& source);

PartitionList partition_list(int size);

}  // namespace q2o::bus
