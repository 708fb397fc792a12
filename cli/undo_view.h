#pragma once

#include <string>
#include <vector>

#include "q2o/billing/v1/migration.pb.h"
#include "q2o/loader/v1/loader.pb.h"

/// What an undo did, or would do, as text: pure functions.
namespace q2o::cli {

/// Counts per model, then what is kept with its reason, then values that were not put back; "Nothing to undo." when that is so.
std::vector<std::string> undo_lines(const loader::v1::GetUndoResponse& report);
/// {"migration_id", "run", "dry_run", "removed", "reversed", "kept", "restored", "left", "models": […], "records": […]}
std::string undo_json(const billing::v1::Migration& migration, const loader::v1::GetUndoResponse& report);

}  // namespace q2o::cli
