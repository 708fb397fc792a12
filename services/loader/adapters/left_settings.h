#pragma once

#include "services/loader/adapters/targets.h"
#include "services/loader/app/run_store.h"

namespace q2o::loader {

/// A setting of a target that an ended run has changed and could not put back.
struct LeftSetting {
  Target target;
  RunKey run;
  std::string name, before, during, note;
};
struct LeftSettings {
  std::vector<LeftSetting> settings;
  std::string more;  ///< token of the next page; empty: these were the last
};

/// In the order they were changed. `migration_id` empty: of all the tenant's targets, else only of those that it has written to.
/// `of_runs_at_work`: also what they will put back by themselves.
Result<LeftSettings> left_settings(pg::Pool& pool, const std::string& tenant_id, const std::string& migration_id, const std::string& token,
                                   std::uint32_t size, bool of_runs_at_work);

}  // namespace q2o::loader
