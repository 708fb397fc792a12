#include "services/mapper/adapters/mapping_store.h"

#include <fmt/format.h>

namespace q2o::mapper {

MappingStore::Stored MappingStore::store(const std::string& platform, const std::string& text, MakeCurrent current) {
  auto check = Mapping::compile(text);
  if (!check.mapping) return {"", std::move(check.complaints)};
  if (check.mapping->platform() != platform) return {"", {{"/platform", fmt::format("must be {}", platform)}}};
  const std::string version = check.mapping->version();
  pool_.transact([&](pg::Tx& tx) {
    const auto rows = tx.exec("INSERT INTO mapping (version, platform, body) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING", {version, platform, text});
    if (current == MakeCurrent::when_new && rows.affected() == 0) return;
    tx.exec("INSERT INTO current_mapping (platform, version) VALUES ($1, $2) ON CONFLICT (platform) DO UPDATE SET version = excluded.version "
            "WHERE current_mapping.version <> excluded.version",
            {platform, version});
  });
  const std::scoped_lock lock(mutex_);
  compiled_.try_emplace(version, std::move(check.mapping));
  return {version, {}};
}

std::optional<std::string> MappingStore::current(pg::Tx& tx, const std::string& platform) {
  const auto rows = tx.exec("SELECT version FROM current_mapping WHERE platform = $1", {platform});
  if (rows.empty()) return std::nullopt;
  return rows[0].text("version");
}

std::shared_ptr<const Mapping> MappingStore::find(pg::Tx& tx, const std::string& version) {
  {
    const std::scoped_lock lock(mutex_);
    const auto found = compiled_.find(version);
    if (found != compiled_.end()) return found->second;
  }
  const auto rows = tx.exec("SELECT body FROM mapping WHERE version = $1", {version});
  if (rows.empty()) return nullptr;
  auto check = Mapping::compile(rows[0].text("body"));
  if (!check.mapping) return nullptr;
  const std::scoped_lock lock(mutex_);
  return compiled_.try_emplace(version, std::move(check.mapping)).first->second;
}

}  // namespace q2o::mapper
