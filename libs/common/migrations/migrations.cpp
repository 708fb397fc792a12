#include "common/migrations/migrations.h"

#include "common/ids/ids.h"
#include "embedded/migrations_schema.h"

namespace q2o::migrations {
namespace {

using billing::v1::Migration;

sealing::Place place_of(std::string_view tenant, std::string_view migration) {
  return {tenant, migration, "migration_projection.body", migration};
}

Migration read(pg::Tx& tx, const pg::Row& row) {
  Migration out;
  if (!out.ParseFromString(tx.open(place_of(row.text("tenant_id"), row.text("migration_id")), row.bytes("body"))))
    throw std::runtime_error("migration_projection holds a row that is no Migration");
  return out;
}

std::optional<Migration> only(pg::Tx& tx, const pg::Rows& rows) {
  if (rows.empty()) return std::nullopt;
  return read(tx, rows[0]);
}

}  // namespace

pg::Migration schema() {
  const auto& file = embedded::migrations_schema::kFiles[0];
  return {"common/" + std::string(file.name), std::string(file.text)};
}

Result<Migration> decode(const bus::Incoming& message) {
  Migration out;
  if (!out.ParseFromString(message.value) || !ids::is_uuid(out.migration_id()) || !ids::is_uuid(out.tenant_id())) {
    return fail(Code::invalid_argument, "value is no q2o.billing.v1.Migration", "UNDECODABLE");
  }
  return out;
}

bool apply(pg::Tx& tx, const Migration& migration) {
  return tx.exec(
               "insert into migration_projection as p (migration_id, tenant_id, version, state, body) values ($1, $2, $3, $4, $5) "
               "on conflict (migration_id) do update set version = excluded.version, state = excluded.state, body = excluded.body, "
               "changed_at = now() where p.version < excluded.version and p.tenant_id = excluded.tenant_id",
               {migration.migration_id(), migration.tenant_id(), migration.version(), static_cast<int>(migration.state()),
                pg::Param::bytes(tx.seal_bytes(place_of(migration.tenant_id(), migration.migration_id()), migration.SerializeAsString()))})
             .affected() == 1;
}

std::optional<Migration> find(pg::Tx& tx, std::string_view migration_id) {
  if (!ids::is_uuid(migration_id)) return std::nullopt;
  return only(tx, tx.exec("select tenant_id, migration_id, body from migration_projection where migration_id = $1", {migration_id}));
}

std::optional<Migration> find(pg::Tx& tx, std::string_view tenant_id, std::string_view migration_id) {
  if (!ids::is_uuid(migration_id) || !ids::is_uuid(tenant_id)) return std::nullopt;
  return only(tx, tx.exec("select tenant_id, migration_id, body from migration_projection where migration_id = $1 and tenant_id = $2",
                          {migration_id, tenant_id}));
}

std::vector<Migration> with_state(pg::Tx& tx, billing::v1::State state) {
  std::vector<Migration> out;
  for (const auto row :
       tx.exec("select tenant_id, migration_id, body from migration_projection where state = $1 order by changed_at, migration_id",
               {static_cast<int>(state)})) {
    out.push_back(read(tx, row));
  }
  return out;
}

const std::string& target_of(const Migration& migration) {
  return migration.order().target_id().empty() ? migration.target_id() : migration.order().target_id();
}

billing::v1::Directive directive(pg::Tx& tx, std::string_view migration_id, std::uint32_t run) {
  const auto migration = find(tx, migration_id);
  const bool current = migration && migration->run() == run &&
                       (migration->state() == billing::v1::STATE_RUNNING || migration->state() == billing::v1::STATE_VALIDATING);
  return current ? migration->directive() : billing::v1::DIRECTIVE_STOP;
}

}  // namespace q2o::migrations
