#include "services/connector/adapters/facts.h"

#include "common/bus/topic.h"
#include "common/ids/ids.h"

namespace q2o::connector {

void store_fact(pg::Tx& tx, const v1::StatusFact& fact, const std::string& what) {
  const auto& scope = fact.scope();
  bus::Outgoing message;
  message.topic = topic::kConnectorStatus;
  message.key = scope.migration_id().empty() ? scope.tenant_id() : scope.migration_id();
  message.value = fact.SerializeAsString();
  message.id = ids::uuid_v5({scope.migration_id(), std::to_string(scope.run()), "connector.status", what});
  message.type = fact.GetDescriptor()->full_name();
  message.tenant = scope.tenant_id();
  message.migration = scope.migration_id();
  message.run = scope.run();
  bus::store(tx, message);
}

}  // namespace q2o::connector
