#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/pg/pg.h"
#include "services/notifier/domain/projection.h"

/// The projection's table. All calls within the caller's transaction.
namespace q2o::notifier {

inline constexpr const char* kChangedChannel = "notifier_progress";

/// Locks the row (made when missing), so that two consumers never overwrite each other.
v1::Progress load_for_update(pg::Tx& tx, const std::string& migration_id);
/// Stores under the next version and wakes the watchers.
void save(pg::Tx& tx, const std::string& tenant_id, v1::Progress& progress);
/// With rate and ETA as of now. Not found for another tenant's id, and before the migration's own message has been read.
std::optional<v1::Progress> find(pg::Tx& tx, const std::string& tenant_id, const std::string& migration_id);

/// Jobs of a tenant as of one look, and the position to go on from.
struct ChangedJobs {
  std::vector<v1::Progress> jobs;  ///< the one that changed first comes first
  std::string position;
};
/// Those that changed at or behind `position` ("0": all).
ChangedJobs changed_since(pg::Tx& tx, const std::string& tenant_id, const std::string& position);
/// The one that changed last first.
std::vector<v1::Progress> jobs(pg::Tx& tx, const std::string& tenant_id, std::int64_t skip, std::uint32_t most);

/// The samples of a run say nothing about the next one.
void forget_samples(pg::Tx& tx, const std::string& migration_id);
/// Remembers how far the migration is now: at most one sample a second, of the last 30 s.
void sample(pg::Tx& tx, const std::string& tenant_id, const v1::Progress& progress);

}  // namespace q2o::notifier
