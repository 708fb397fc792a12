#pragma once

#include <optional>
#include <set>

#include "services/connector/app/run_context.h"

namespace q2o::connector {

/// What the source says has changed in an entity.
struct Overlay {
  std::vector<Row> rows;          ///< new ones, and changed ones as they are now
  std::set<std::string> deleted;  ///< as far as it tells
};

/// Publishes one entity as the earlier run recorded it, with what the source says has changed since. Before anything is sent, what comes
/// out is counted against the source's own count; where the two do not agree (or the source cannot tell), the entity is read in full.
class OverlayExtractor {
 public:
  OverlayExtractor(RunContext& run, const EntityRule& rule, RecordedRun& recorded) : run_(run), rule_(rule), recorded_(recorded) {}
  Step run();

 private:
  /// Nothing: the entity is to be read in full, and `why_full_` says why.
  Stepped<std::optional<Overlay>> overlay(EntityState& state);
  Stepped<std::optional<Overlay>> from_feed();
  Stepped<std::optional<Overlay>> from_times();
  Step publish(EntityState& state, Overlay overlay);
  Step send(EntityState& state, std::vector<Row> rows);
  RunContext& run_;
  const EntityRule& rule_;
  RecordedRun& recorded_;
  std::set<std::string> sent_;
  std::string why_full_, how_;
};

}  // namespace q2o::connector
