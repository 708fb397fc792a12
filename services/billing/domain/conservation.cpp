#include "services/billing/domain/conservation.h"

#include <fmt/format.h>

namespace q2o::billing {

ConservationResult conservation(const std::map<std::string, StageCounts>& entities) {
  ConservationResult out;
  const auto note = [&](Conservation verdict, std::string text) {
    if (out.verdict != Conservation::broken) out.verdict = verdict;
    out.notes.push_back(std::move(text));
  };
  for (const auto& [entity, counts] : entities) {
    // The ledger itself, and what is made of it: proven one by one.
    if (entity == "GeneralLedger" || entity == "LedgerTransaction" || entity == "OpeningBalance") continue;
    if (!counts.extracted) {
      note(Conservation::unknown, fmt::format("{}: the extraction has not told its count", entity));
      continue;
    }
    if (!counts.mapped) {
      if (*counts.extracted > 0) note(Conservation::unknown, fmt::format("{}: the mapper has not told its counts", entity));
      continue;
    }
    const auto& mapped = *counts.mapped;
    const auto taken = mapped.mapped + mapped.merged + mapped.rejected + mapped.excluded;
    if (taken != *counts.extracted) {
      note(Conservation::broken, fmt::format("{}: {} extracted, but {} mapped + {} merged + {} rejected + {} left out", entity,
                                             *counts.extracted, mapped.mapped, mapped.merged, mapped.rejected, mapped.excluded));
      continue;
    }
    const auto loaded = counts.loaded.value_or(StageCounts::Loaded{});
    if (loaded.loaded + loaded.rejected + loaded.parked != mapped.mapped) {
      note(Conservation::broken, fmt::format("{}: {} mapped, but {} loaded + {} rejected + {} waiting", entity, mapped.mapped,
                                             loaded.loaded, loaded.rejected, loaded.parked));
    }
  }
  return out;
}

}  // namespace q2o::billing
