#include "common/bus/client.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <stdexcept>

#include "common/calendar/calendar.h"
#include "common/log/log.h"

namespace q2o::bus {
namespace {

/// librdkafka's syslog levels: 0-3 errors, 4 warning. A broker that is away is expected trouble and told by the callers too.
void forward_log(const rd_kafka_t*, int level, const char* facility, const char* text) {
  log::event(level <= 2 ? log::Level::error : log::Level::warn, "kafka client", {{"facility", facility}, {"text", text}});
}

std::string text_of(const void* bytes, std::size_t size) {
  return bytes == nullptr ? std::string() : std::string(static_cast<const char*>(bytes), size);
}

}  // namespace

Conf make_conf(const Options& options, Settings settings) {
  Conf conf(rd_kafka_conf_new());
  const auto set = [&](const char* name, const std::string& value) {
    char problem[256];
    if (rd_kafka_conf_set(conf.get(), name, value.c_str(), problem, sizeof problem) != RD_KAFKA_CONF_OK)
      throw std::invalid_argument(problem);
  };
  set("bootstrap.servers", options.brokers);
  set("client.id", "q2o-" + options.service);
  set("log_level", "4");
  set("log.connection.close", "false");
  set("topic.metadata.refresh.interval.ms", "10000");
  set("reconnect.backoff.max.ms", "2000");
  for (const auto& [name, value] : settings) set(name, value);
  rd_kafka_conf_set_log_cb(conf.get(), forward_log);
  return conf;
}

Client make_client(rd_kafka_type_t type, Conf conf) {
  char problem[256];
  Client client(rd_kafka_new(type, conf.get(), problem, sizeof problem));
  if (!client) throw std::invalid_argument(problem);
  static_cast<void>(conf.release());  // rd_kafka_new() took it
  return client;
}

Incoming to_incoming(const rd_kafka_message_t& message) {
  Incoming out;
  out.topic = rd_kafka_topic_name(message.rkt);
  out.partition = message.partition;
  out.offset = message.offset;
  out.key = text_of(message.key, message.key_len);
  out.value = text_of(message.payload, message.len);
  rd_kafka_headers_t* headers = nullptr;
  if (rd_kafka_message_headers(&message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR) return out;
  const char* name = nullptr;
  const void* value = nullptr;
  std::size_t size = 0;
  for (std::size_t i = 0; rd_kafka_header_get_all(headers, i, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR; ++i) {
    out.headers[name] = text_of(value, size);
  }
  return out;
}

bool is_plain_text(std::string_view text) {
  constexpr std::size_t kBytesMost = 256;
  return text.size() <= kBytesMost && std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

/// A message without our header still gets a stable id: where it stands in the log.
std::string Incoming::id() const {
  auto id = header("ce_id");
  return id.empty() || !is_plain_text(id) ? topic + "/" + std::to_string(partition) + "/" + std::to_string(offset) : id;
}

std::string Incoming::header(std::string_view name) const {
  const auto found = headers.find(std::string(name));
  return found == headers.end() ? std::string() : found->second;
}

Headers headers_of(const Outgoing& message, const std::string& source) {
  Headers out{{"ce_id", message.id},
              {"ce_type", message.type},
              {"ce_source", source},
              {"ce_specversion", "1.0"},
              {"ce_time", calendar::rfc3339_milliseconds(std::chrono::system_clock::now())},
              {"q2o-tenant", message.tenant},
              {"q2o-migration", message.migration},
              {"q2o-run", std::to_string(message.run)},
              {"q2o-seq", std::to_string(message.sequence)}};
  if (!message.entity.empty()) out["q2o-entity"] = message.entity;
  if (!message.traceparent.empty()) out["traceparent"] = message.traceparent;
  for (const auto& [name, value] : message.extra) out[name] = value;
  return out;
}

PartitionList partition_list(int size) {
  return PartitionList(rd_kafka_topic_partition_list_new(size));
}

Options read_options(config::Reader& reader, std::string service) {
  return {reader.text("kafka.brokers"), std::move(service)};
}

}  // namespace q2o::bus
