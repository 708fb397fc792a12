#include "common/acting/acting.h"
#include "common/ids/ids.h"
#include "common/log/log.h"
#include "common/pg/pg.h"
#include "embedded/pg_schema.h"

namespace q2o::pg {
namespace {

void lock(Tx& tx, const std::string& schema) {
  tx.exec("select pg_advisory_xact_lock(hashtextextended('q2o.migrate.' || $1, 0))", {schema});
}

void create_schema(Tx& tx, const std::string& schema) {
  lock(tx, schema);
  // A role that owns its schema may lack the right to create one, so look first.
  if (tx.exec("select 1 from pg_namespace where nspname = $1", {schema}).empty()) tx.exec("create schema " + schema);
  tx.exec(
      "create table if not exists schema_migration "
      "(name text primary key, sha256 text not null, applied_at timestamptz not null default now())");
}

/// One file, one transaction: a failure leaves the files before it applied.
void apply(Tx& tx, const std::string& schema, const Migration& migration) {
  lock(tx, schema);
  const std::string hash = ids::sha256_hex(migration.sql);
  const auto before = tx.exec("select sha256 from schema_migration where name = $1", {migration.name});
  if (!before.empty()) {
    if (before[0].text("sha256") == hash) return;
    throw std::runtime_error("schema " + schema + ": the applied migration " + migration.name +
                             " was changed afterwards; add a new file instead");
  }
  tx.exec(migration.sql + "\n;");
  tx.exec("insert into schema_migration (name, sha256) values ($1, $2)", {migration.name, hash});
  log::info("schema migration applied", {{"schema", schema}, {"name", migration.name}});
}

}  // namespace

void migrate(Pool& pool, const std::vector<Migration>& migrations) {
  const std::string& schema = pool.options().schema;
  const acting::Scope all(acting::everyone());
  pool.transact([&](Tx& tx) { create_schema(tx, schema); });
  for (const auto& file : embedded::pg_schema::kFiles) {
    pool.transact([&](Tx& tx) { apply(tx, schema, {"common/" + std::string(file.name), std::string(file.text)}); });
  }
  for (const auto& migration : migrations) pool.transact([&](Tx& tx) { apply(tx, schema, migration); });
}

}  // namespace q2o::pg
