#pragma once

#include <string>
#include <vector>

#include "common/pg/pg.h"
#include "q2o/notifier/v1/live.pb.h"

namespace q2o::notifier {

/// What went wrong lately; texts are sealed. `migration` may be empty.
void add_problem(pg::Tx& tx, const std::string& tenant, const std::string& migration, const std::string& kind, const std::string& message,
                 const std::string& hint);
/// Newest first, those before number `before` (0: from the newest). Fills `next` with the place to go on, 0 at the end.
std::vector<v1::Problem> problems(pg::Tx& tx, const std::string& tenant, const std::string& migration, std::int64_t before,
                                  std::uint32_t most, std::int64_t& next);

}  // namespace q2o::notifier
