#include "services/mapper/adapters/mapping_store.h"

#include <fmt/format.h>

#include "common/acting/acting.h"

namespace q2o::mapper {
namespace {

constexpr std::size_t kCompiledMost = 256;

}  // namespace

MappingStore::Stored MappingStore::store(const std::string& tenant, const std::string& platform, const std::string& text,
                                         MakeCurrent current) {
  auto check = Mapping::compile(text);
  if (!check.mapping) return {"", std::move(check.complaints)};
  if (check.mapping->platform() != platform) return {"", {{"/platform", fmt::format("must be {}", platform)}}};
  const std::string version = check.mapping->version();
  acting::about("mapping", version);
  pool_.transact([&](pg::Tx& tx) {
    const auto rows = tx.exec("INSERT INTO mapping (tenant_id, version, platform, body) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
                              {tenant, version, platform, text});
    if (current == MakeCurrent::when_new && rows.affected() == 0) return;
    tx.exec(
        "INSERT INTO current_mapping (tenant_id, platform, version) VALUES ($1, $2, $3) ON CONFLICT (tenant_id, platform) DO UPDATE SET "
        "version = excluded.version "
        "WHERE current_mapping.version <> excluded.version",
        {tenant, platform, version});
  });
  remember(tenant, version, std::move(check.mapping));
  return {version, {}};
}

std::optional<std::string> MappingStore::current(pg::Tx& tx, const std::string& tenant, const std::string& platform) {
  const auto rows =
      tx.exec("SELECT version FROM current_mapping WHERE platform = $1 AND tenant_id IN ($2, $3) ORDER BY tenant_id = $3 LIMIT 1",
              {platform, tenant, kShippedOwner});
  if (rows.empty()) return std::nullopt;
  return rows[0].text("version");
}

std::optional<std::string> MappingStore::named(pg::Tx& tx, const std::string& tenant, const std::string& platform,
                                               const std::string& beginning) {
  constexpr std::size_t kDigitsLeast = 6;
  if (beginning.size() < kDigitsLeast) return std::nullopt;
  const auto rows =
      tx.exec("SELECT DISTINCT version FROM mapping WHERE platform = $1 AND tenant_id IN ($2, $3) AND starts_with(version, $4)",
              {platform, tenant, kShippedOwner, beginning});
  if (rows.size() != 1) return std::nullopt;
  return rows[0].text("version");
}

std::shared_ptr<const Mapping> MappingStore::find(pg::Tx& tx, const std::string& tenant, const std::string& version) {
  {
    const std::scoped_lock lock(mutex_);
    const auto found = compiled_.find({tenant, version});
    if (found != compiled_.end()) return found->second;
  }
  const auto rows =
      tx.exec("SELECT body FROM mapping WHERE version = $1 AND tenant_id IN ($2, $3) LIMIT 1", {version, tenant, kShippedOwner});
  if (rows.empty()) return nullptr;
  auto check = Mapping::compile(rows[0].text("body"));
  if (!check.mapping) return nullptr;
  return remember(tenant, version, std::move(check.mapping));
}

std::shared_ptr<const Mapping> MappingStore::remember(const std::string& tenant, const std::string& version,
                                                      std::shared_ptr<const Mapping> mapping) {
  const std::scoped_lock lock(mutex_);
  if (compiled_.size() >= kCompiledMost) compiled_.clear();
  return compiled_.try_emplace({tenant, version}, std::move(mapping)).first->second;
}

}  // namespace q2o::mapper
