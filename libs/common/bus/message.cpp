#include "common/bus/message.h"

#include <ctime>

namespace q2o::bus {
namespace {

std::string now_rfc3339() {
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  gmtime_r(&now, &utc);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc);
  return text;
}

}  // namespace

Headers headers_of(const Outgoing& message, std::string_view source) {
  Headers headers{{"ce_specversion", "1.0"},
                  {"ce_id", message.id},
                  {"ce_type", message.type},
                  {"ce_source", std::string(source)},
                  {"ce_time", now_rfc3339()},
                  {"q2o-tenant", message.tenant},
                  {"q2o-migration", message.migration},
                  {"q2o-run", std::to_string(message.run)},
                  {"q2o-entity", message.entity},
                  {"q2o-seq", std::to_string(message.sequence)}};
  if (!message.traceparent.empty()) headers["traceparent"] = message.traceparent;
  for (const auto& [name, value] : message.extra) headers[name] = value;
  return headers;
}

Incoming incoming_of(const rd_kafka_message_t& message) {
  Incoming incoming;
  incoming.topic = rd_kafka_topic_name(message.rkt);
  incoming.partition = message.partition;
  incoming.offset = message.offset;
  if (message.key) incoming.key.assign(static_cast<const char*>(message.key), message.key_len);
  if (message.payload) incoming.value.assign(static_cast<const char*>(message.payload), message.len);
  rd_kafka_headers_t* headers = nullptr;
  if (rd_kafka_message_headers(&message, &headers) == RD_KAFKA_RESP_ERR_NO_ERROR) {
    const char* name = nullptr;
    const void* value = nullptr;
    std::size_t size = 0;
    for (std::size_t i = 0; rd_kafka_header_get_all(headers, i, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR; ++i) {
      incoming.headers[name] = std::string(static_cast<const char*>(value), size);
    }
  }
  return incoming;
}

std::string Incoming::header(std::string_view name) const {
  const auto at = headers.find(std::string(name));
  return at == headers.end() ? std::string() : at->second;
}

/// A message without our header still gets a stable id: where it stands in the log.
std::string Incoming::id() const {
  auto id = header("ce_id");
  return id.empty() ? topic + "/" + std::to_string(partition) + "/" + std::to_string(offset) : id;
}

Options read_options(config::Reader& reader, std::string service) { return Options{reader.text("kafka.brokers"), std::move(service)}; }

}  // namespace q2o::bus
