#include "services/connector/adapters/facts.h"

#include "common/bus/about_run.h"
#include "common/bus/topic.h"
#include "common/ids/ids.h"

namespace q2o::connector {

void store_fact(pg::Tx& tx, const v1::StatusFact& fact, const std::string& what) {
  const auto& scope = fact.scope();
  auto message = bus::about_run(topic::kConnectorStatus, fact);
  message.id = ids::uuid_v5({scope.migration_id(), std::to_string(scope.run()), "connector.status", what});
  bus::store(tx, message);
}

}  // namespace q2o::connector
