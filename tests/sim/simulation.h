#pragma once

#include <map>
#include <string>

#include "tests/sim/world.h"

namespace q2o::sim {

/// What a run has come to.
struct Ending {
  std::map<std::string, std::string> books;    ///< external id -> values in the target
  std::map<std::string, std::string> company;  ///< settings of the target
  std::size_t items = 0;                       ///< target records that the mapper made
  std::string complaint;                       ///< empty: everything is as it must be
  int crashes = 0;
  std::size_t zombies = 0, ahead_most = 0;
  std::uint64_t steps = 0;
};

/// One migration from its start to COMPLETED, with everything that goes wrong decided by the seed.
Ending simulate(std::uint64_t seed, const Weather& weather);

}  // namespace q2o::sim
