#pragma once

#include "common/bus/bus.h"

namespace q2o::bus {

/// A message of the project (one with a Scope), complete but for its id, entity and sequence. What is told of a migration has one key,
/// so that it stays in order; what belongs to none has its tenant's.
template <class Message>
Outgoing about_run(const std::string& topic, const Message& message) {
  const auto& scope = message.scope();
  Outgoing out;
  out.topic = topic;
  out.key = scope.migration_id().empty() ? scope.tenant_id() : scope.migration_id();
  out.value = message.SerializeAsString();
  out.type = message.GetTypeName();
  out.tenant = scope.tenant_id();
  out.migration = scope.migration_id();
  out.run = scope.run();
  return out;
}

}  // namespace q2o::bus
