#include "services/mapper/adapters/repair_store.h"

namespace q2o::mapper::repair_store {
namespace {

constexpr const char* kColumns =
    "number, tenant_id, migration_id, entity, source_id, label, kind, path, before_json, value_json, why, actor, "
    "to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"') AS moment";

Repair repair_of(pg::Tx& tx, const pg::Row& row) {
  const auto text = [&](const char* column, std::string_view where) {
    return tx.open({row.text("tenant_id"), row.text("migration_id"), where, row.text("source_id")}, row.text(column));
  };
  Repair repair;
  repair.number = row.integer("number");
  repair.kind = repair_kind(row.text("kind")).value();
  repair.entity = row.text("entity");
  repair.source_id = row.text("source_id");
  repair.label = text("label", "mapper.repair.label");
  repair.path = row.text("path");
  repair.before = text("before_json", "mapper.repair.before_json");
  repair.value = text("value_json", "mapper.repair.value_json");
  repair.why = text("why", "mapper.repair.why");
  repair.actor = row.text("actor");
  repair.at = row.text("moment");
  return repair;
}

/// Numbers become visible in their order: what a run has not seen at its start is never older than what it has seen.
void in_order(pg::Tx& tx, const std::string& migration) {
  tx.exec("SELECT pg_advisory_xact_lock(hashtextextended('repair/' || $1, 0))", {migration});
}

}  // namespace

std::vector<Repair> read(pg::Tx& tx, const std::string& tenant, const std::string& migration, std::int64_t up_to) {
  std::vector<Repair> all;
  if (up_to == 0) return all;
  for (const auto row : tx.exec(
           std::string("SELECT ") + kColumns + " FROM repair WHERE tenant_id = $1 AND migration_id = $2 AND number <= $3 ORDER BY number",
           {tenant, migration, up_to}))
    all.push_back(repair_of(tx, row));
  settle_repairs(all);
  return all;
}

std::int64_t last(pg::Tx& tx, const std::string& tenant, const std::string& migration) {
  in_order(tx, migration);
  return tx.one("SELECT coalesce(max(number), 0) AS last FROM repair WHERE tenant_id = $1 AND migration_id = $2", {tenant, migration})
      .integer("last");
}

void add(pg::Tx& tx, const std::string& tenant, const std::string& migration, Repair& repair) {
  in_order(tx, migration);
  const auto seal = [&](const std::string& text, std::string_view where) {
    return tx.seal_text({tenant, migration, where, repair.source_id}, text);
  };
  repair =
      repair_of(tx, tx.one(std::string("INSERT INTO repair (tenant_id, migration_id, entity, source_id, label, kind, path, before_json, "
                                       "value_json, why, actor) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) RETURNING ") +
                               kColumns,
                           {tenant, migration, repair.entity, repair.source_id, seal(repair.label, "mapper.repair.label"),
                            word_of(repair.kind), repair.path, seal(repair.before, "mapper.repair.before_json"),
                            seal(repair.value, "mapper.repair.value_json"), seal(repair.why, "mapper.repair.why"), repair.actor}));
}

}  // namespace q2o::mapper::repair_store
