#pragma once

#include "q2o/identity/v1/api_key.pb.h"
#include "services/identity/people/app/tools.h"

namespace q2o::identity::people {

/// Adds up table `usage` (calls through the edge, by hour) for one company: per key and endpoint, the busiest first; and what was begun and
/// moved (`usage_facts.h`). Hours are whole: the one in which `from` lies counts, the one that begins at `to` does not. Errors:
/// invalid_argument BAD_TIME.
Result<v1::GetUsageResponse> read_usage(pg::Pool& pool, const std::string& tenant, const v1::GetUsageRequest& request,
                                        std::chrono::system_clock::time_point now);

}  // namespace q2o::identity::people
