#pragma once

#include <string>
#include <vector>

#include "common/pg/pg.h"

namespace q2o::testing {

/// The schema of fresh_schema() as the superuser sees it, who passes every row level security.
pg::Options as_administrator(pg::Options options);

/// What is wrong with the row level security of a schema that has just been made, one sentence each; empty: every table with a tenant_id is
/// under it with FORCE, shows its rows to their tenant and to the service's own work, nothing to another tenant or to nobody, and takes no
/// row of another tenant. `options` as fresh_schema() gives them. Fills every table with rows of two tenants.
std::vector<std::string> isolation_complaints(const pg::Options& options);

}  // namespace q2o::testing
