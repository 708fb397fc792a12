#pragma once

#include <string>
#include <vector>

#include "common/json/json.h"
#include "q2o/connector/v1/connector.pb.h"

namespace q2o::cli {

/// What a run that asked for changes has found: counts per entity, and what reaches into closed books with before and after.
std::vector<std::string> changes_lines(const connector::v1::ListChangesResponse& report);
/// Members of the open object: "base_run", "added", "changed", "deleted", "entities": […], "closed": […].
void add_changes(json::Writer& out, const connector::v1::ListChangesResponse& report);

}  // namespace q2o::cli
