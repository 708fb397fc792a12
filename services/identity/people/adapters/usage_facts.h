#pragma once

#include <span>
#include <string>
#include <vector>

#include "common/bus/bus.h"

namespace q2o::identity::people {

/// Where it is told what companies begin and move.
std::vector<std::string> usage_topics();

/// Notes migrations that were made and records that runs have loaded, for GetUsage. A message that comes again changes nothing. What does
/// not decode goes to the dead letters.
void note_usage(pg::Pool& pool, std::span<const bus::Incoming> messages);

}  // namespace q2o::identity::people
