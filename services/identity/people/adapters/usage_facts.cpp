#include "services/identity/people/adapters/usage_facts.h"

#include "common/bus/topic.h"
#include "common/ids/ids.h"
#include "common/pg/acting.h"
#include "q2o/billing/v1/migration.pb.h"
#include "q2o/loader/v1/status.pb.h"

namespace q2o::identity::people {
namespace {

Status undecodable() {
  return fail(Code::invalid_argument, "the message does not decode", "UNDECODABLE");
}

Status note_migration(pg::Tx& tx, const bus::Incoming& message) {
  billing::v1::Migration migration;
  if (!migration.ParseFromString(message.value) || !ids::is_uuid(migration.tenant_id()) || !ids::is_uuid(migration.migration_id()))
    return undecodable();
  if (migration.created_at().empty()) return undecodable();
  pg::act_for(tx, acting::tenant(migration.tenant_id()));
  tx.exec("insert into usage_migration (tenant_id, migration_id, key_id, created_at) values ($1, $2, $3, $4) on conflict do nothing",
          {migration.tenant_id(), migration.migration_id(), migration.created_by_key(), migration.created_at()});
  return {};
}

Status note_run(pg::Tx& tx, const bus::Incoming& message) {
  loader::v1::StatusFact fact;
  if (!fact.ParseFromString(message.value)) return undecodable();
  if (!fact.has_run_loaded()) return {};
  const auto& scope = fact.scope();
  if (!ids::is_uuid(scope.tenant_id()) || !ids::is_uuid(scope.migration_id())) return undecodable();
  std::uint64_t records = 0;
  for (const auto& entity : fact.run_loaded().entities()) records += entity.loaded();
  pg::act_for(tx, acting::tenant(scope.tenant_id()));
  tx.exec(
      "insert into usage_run (tenant_id, migration_id, run, records, loaded_at) values ($1, $2, $3, $4, coalesce(nullif($5, "
      "'')::timestamptz, now())) on conflict do nothing",
      {scope.tenant_id(), scope.migration_id(), scope.run(), records, message.header("ce_time")});
  return {};
}

}  // namespace

std::vector<std::string> usage_topics() {
  return {topic::kMigration, topic::kLoaderStatus};
}

void note_usage(pg::Pool& pool, std::span<const bus::Incoming> messages) {
  pool.transact([&](pg::Tx& tx) {
    for (const auto& message : messages) {
      const auto done = message.topic == topic::kMigration ? note_migration(tx, message) : note_run(tx, message);
      if (!done) bus::dead_letter(tx, "identity", message, done.error());
    }
  });
}

}  // namespace q2o::identity::people
