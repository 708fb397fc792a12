#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

/// Nothing vanishes: per entity, what was extracted is loaded, merged, rejected or left out.
namespace q2o::billing {

/// What the three stages say about one entity in one run. Absent: the stage has not finished (or has nothing to say).
struct StageCounts {
  std::optional<std::uint64_t> extracted;
  struct Mapped {
    std::uint64_t mapped = 0, merged = 0, rejected = 0, excluded = 0;
  };
  std::optional<Mapped> mapped;
  struct Loaded {
    std::uint64_t loaded = 0, rejected = 0, parked = 0;  ///< parked at the end counts as rejected
  };
  std::optional<Loaded> loaded;
};

enum class Conservation { holds, unknown, broken };

struct ConservationResult {
  Conservation verdict = Conservation::holds;
  std::vector<std::string> notes;  ///< one sentence per entity that is broken or not known
};

/// `unknown` as long as a stage has not told its final counts (facts travel on several topics).
ConservationResult conservation(const std::map<std::string, StageCounts>& entities);

}  // namespace q2o::billing
