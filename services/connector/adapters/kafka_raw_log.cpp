#include "services/connector/adapters/kafka_raw_log.h"

#include "common/bus/about_run.h"
#include "common/bus/topic.h"
#include "common/ids/ids.h"

namespace q2o::connector {
namespace {

constexpr milliseconds kDeadline{60000};

std::string entity_of(const v1::RawMessage& message) {
  if (message.has_batch()) return message.batch().entity();
  return message.has_entity_end() ? message.entity_end().entity() : "";
}

}  // namespace

bus::Outgoing outgoing(const v1::RawMessage& message) {
  const auto& scope = message.scope();
  auto out = bus::about_run(topic::kRaw, message);
  out.entity = entity_of(message);
  out.sequence = message.sequence();
  const std::string run = std::to_string(scope.run()), sequence = std::to_string(message.sequence());
  out.id = message.has_batch() ? ids::uuid_v5({scope.migration_id(), run, "connector", out.entity, sequence,
                                               ids::sha256_hex(message.batch().SerializeAsString())})
                               : ids::uuid_v5({scope.migration_id(), run, "connector", out.entity, sequence});
  return out;
}

Result<std::vector<bus::Position>> KafkaRawLog::publish(const std::vector<v1::RawMessage>& messages) {
  std::vector<bus::Outgoing> all;
  all.reserve(messages.size());
  for (const auto& message : messages) all.push_back(outgoing(message));
  return producer_.publish(all, kDeadline);
}

}  // namespace q2o::connector
