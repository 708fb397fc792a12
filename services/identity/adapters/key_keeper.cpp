#include "services/identity/adapters/key_keeper.h"

#include <sodium.h>

#include "common/bus/bus.h"
#include "common/bus/topic.h"
#include "common/ids/ids.h"
#include "common/log/log.h"
#include "common/pg/utc.h"

namespace q2o::identity {
namespace {

constexpr std::size_t kKeyBytes = 32;
const std::string kColumns = "select key_id, migration_id, version, master, wrapped, destroyed_at, " + pg::utc("created_at", "created") +
                             ", " + pg::utc("destroyed_at", "destroyed") + " from data_key ";

std::string context(std::string_view tenant, std::string_view migration, std::int64_t version) {
  return std::string(tenant) + "/" + std::string(migration) + "/" + std::to_string(version);
}

v1::KeyDescription describe(const pg::Row& row) {
  v1::KeyDescription out;
  out.set_key_id(row.text("key_id"));
  out.set_migration_id(row.text("migration_id"));
  out.set_version(static_cast<std::uint32_t>(row.integer("version")));
  out.set_master_version(static_cast<std::uint32_t>(row.integer("master")));
  out.set_created_at(row.text("created"));
  out.set_destroyed_at(row.text("destroyed"));
  return out;
}

/// A rotation of the master key sees only keys that are committed, and then deletes the file that the others are wrapped with. So who makes
/// or reads keys holds this lock, shared, until the end of the transaction, and a rotation holds it alone.
void using_masters(pg::Tx& tx) {
  tx.exec("select pg_advisory_xact_lock_shared(hashtextextended(current_schema() || '/master keys', 0))");
}
void changing_masters(pg::Tx& tx) {
  tx.exec("select pg_advisory_xact_lock(hashtextextended(current_schema() || '/master keys', 0))");
}

/// Caches have to ask again. It commits with the change.
void announce(pg::Tx& tx, const std::string& tenant, const std::string& migration, bool destroyed) {
  v1::KeysChanged changed;
  changed.set_tenant_id(tenant);
  changed.set_migration_id(migration);
  changed.set_destroyed(destroyed);
  bus::Outgoing message;
  message.topic = topic::kIdentityKey;
  message.key = tenant;
  message.value = changed.SerializeAsString();
  message.id = ids::uuid_v4();
  message.type = changed.GetTypeName();
  message.tenant = tenant;
  bus::store(tx, message);
}

}  // namespace

void KeyKeeper::make(pg::Tx& tx, const sealing::Owner& owner) {
  std::string bytes(kKeyBytes, '\0');
  randombytes_buf(bytes.data(), bytes.size());
  const auto version = tx.one("select coalesce(max(version), 0) + 1 as next from data_key where tenant_id = $1 and migration_id = $2",
                              {owner.tenant, owner.migration})
                           .integer("next");
  const int master = masters_.newest_there();
  const auto wrapped = masters_.wrap(master, config::Secret(std::move(bytes)), context(owner.tenant, owner.migration, version));
  tx.exec(
      "insert into data_key (tenant_id, migration_id, version, key_id, master, wrapped) values ($1, $2, $3, $4, $5, $6) "
      "on conflict (tenant_id, migration_id, version) do nothing",
      {owner.tenant, owner.migration, version, ids::uuid_v4(), master, pg::Param::bytes(wrapped)});
}

Result<v1::GetDataKeysResponse> KeyKeeper::keys(const sealing::Owner& owner) {
  return pool_.transact([&](pg::Tx& tx) -> Result<v1::GetDataKeysResponse> {
    using_masters(tx);
    const auto read = [&] {
      return tx.exec(kColumns + "where tenant_id = $1 and migration_id = $2 order by version", {owner.tenant, owner.migration});
    };
    auto rows = read();
    bool lives = false;
    for (const auto row : rows) lives = lives || !row.is_null("wrapped");
    if (!lives) {
      make(tx, owner);  // who was faster has made the same version
      rows = read();
    }
    v1::GetDataKeysResponse out;
    for (const auto row : rows) {
      if (row.is_null("wrapped")) {
        out.add_destroyed_versions(static_cast<std::uint32_t>(row.integer("version")));
        continue;
      }
      const auto key = masters_.unwrap(static_cast<int>(row.integer("master")), row.bytes("wrapped"),
                                       context(owner.tenant, owner.migration, row.integer("version")));
      if (!key) return fail(key.error());
      auto& entry = *out.add_keys();
      entry.set_version(static_cast<std::uint32_t>(row.integer("version")));
      entry.set_key(key->reveal());
    }
    return out;
  });
}

std::uint32_t KeyKeeper::rotate(const std::string& tenant) {
  return pool_.transact([&](pg::Tx& tx) {
    using_masters(tx);
    const auto owners =
        tx.exec("select distinct migration_id from data_key where tenant_id = $1 and wrapped is not null order by migration_id", {tenant});
    for (const auto row : owners) make(tx, {tenant, row.text("migration_id")});
    announce(tx, tenant, "", false);
    return static_cast<std::uint32_t>(owners.size());
  });
}

Result<std::vector<v1::KeyDescription>> KeyKeeper::destroy(const std::string& tenant, const std::string& migration) {
  const auto destroyed = pool_.transact([&](pg::Tx& tx) {
    tx.exec(
        "update data_key set wrapped = null, destroyed_at = now() where tenant_id = $1 and ($2 = '' or migration_id = $2) and wrapped is "
        "not "
        "null",
        {tenant, migration});
    announce(tx, tenant, migration, true);
    std::vector<v1::KeyDescription> out;
    for (const auto row : tx.exec(kColumns + "where tenant_id = $1 and ($2 = '' or migration_id = $2) and destroyed_at is not null "
                                             "order by migration_id, version",
                                  {tenant, migration}))
      out.push_back(describe(row));
    return out;
  });
  log::info("data keys destroyed", {{"tenant", tenant}, {"migration", migration}, {"keys", destroyed.size()}});
  if (const auto rotated = rotate_master(); !rotated) return fail(rotated.error());
  return destroyed;
}

Result<std::uint32_t> KeyKeeper::rewrap(pg::Tx& tx, int newest) {
  const auto rows =
      tx.exec("select tenant_id, migration_id, version, master, wrapped from data_key where wrapped is not null and master < $1", {newest});
  for (const auto row : rows) {
    const auto place = context(row.text("tenant_id"), row.text("migration_id"), row.integer("version"));
    const auto key = masters_.unwrap(static_cast<int>(row.integer("master")), row.bytes("wrapped"), place);
    if (!key) return fail(key.error());
    tx.exec(
        "update data_key set wrapped = $4, master = $5 where tenant_id = $1 and migration_id = $2 and version = $3 and wrapped is not null",
        {row.text("tenant_id"), row.text("migration_id"), row.integer("version"), pg::Param::bytes(masters_.wrap(newest, *key, place)),
         newest});
  }
  return static_cast<std::uint32_t>(rows.size());
}

Result<v1::RotateMasterResponse> KeyKeeper::rotate_master() {
  int newest = 0;
  const auto rewrapped = pool_.transact([&](pg::Tx& tx) -> Result<std::uint32_t> {
    changing_masters(tx);
    newest = masters_.add();
    return rewrap(tx, newest);
  });
  if (!rewrapped) return fail(rewrapped.error());
  masters_.remove_before(newest);  // not before the commit: nothing may be wrapped with what goes
  v1::RotateMasterResponse out;
  out.set_master_version(static_cast<std::uint32_t>(newest));
  out.set_rewrapped(*rewrapped);
  log::info("master key rotated", {{"version", newest}, {"rewrapped", static_cast<std::int64_t>(*rewrapped)}});
  return out;
}

std::vector<v1::KeyDescription> KeyKeeper::list(const std::string& tenant) {
  return pool_.transact([&](pg::Tx& tx) {
    std::vector<v1::KeyDescription> out;
    for (const auto row : tx.exec(kColumns + "where tenant_id = $1 order by migration_id, version", {tenant})) out.push_back(describe(row));
    return out;
  });
}

}  // namespace q2o::identity
