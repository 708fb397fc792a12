#include "services/connector/adapters/inbound.h"

#include "common/bus/topic.h"
#include "common/migrations/migrations.h"
#include "q2o/loader/v1/status.pb.h"
#include "services/connector/adapters/postgres_queue.h"

namespace q2o::connector {

void Inbound::migration(pg::Tx& tx, const bus::Incoming& message) {
  const auto migration = migrations::decode(message);
  if (!migration) return bus::dead_letter(tx, "connector", message, migration.error());
  if (migrations::apply(tx, *migration)) tx.notify(kJobsChannel);
}

void Inbound::loader(pg::Tx& tx, const bus::Incoming& message) {
  loader::v1::StatusFact fact;
  if (!fact.ParseFromString(message.value))
    return bus::dead_letter(
        tx, "connector", message,
        Error{Code::invalid_argument, "not a q2o.loader.v1.StatusFact", Retry::never, Effect::none, "BAD_MESSAGE", "", {}});
  if (fact.released().raw_sequence() == 0) return;
  tx.exec(
      "INSERT INTO loader_released (migration_id, run, tenant_id, sequence) VALUES ($1, $2, $3, $4) ON CONFLICT (migration_id, run) DO "
      "UPDATE SET sequence ="
      " greatest(loader_released.sequence, excluded.sequence)",
      {fact.scope().migration_id(), fact.scope().run(), fact.scope().tenant_id(), fact.released().raw_sequence()});
}

/// Each effect is idempotent by itself (newer version wins, greatest sequence wins), so no inbox is needed.
void Inbound::handle(std::span<const bus::Incoming> messages) {
  pool_.transact([&](pg::Tx& tx) {
    for (const auto& message : messages) {
      if (message.topic == topic::kLoaderStatus)
        loader(tx, message);
      else
        migration(tx, message);
    }
  });
}

}  // namespace q2o::connector
