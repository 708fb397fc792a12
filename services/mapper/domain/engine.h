#pragma once

#include "services/mapper/domain/mapping.h"

/// Applies a compiled mapping to source records.
namespace q2o::mapper {

/// On the first pass a record may refer to one that comes later in the stream; on the last nothing more will come.
enum class Pass { first, last };

class Engine {
 public:
  explicit Engine(const Mapping& mapping) : mapping_(mapping) {}

  /// Never throws for what a record holds: what cannot be taken over becomes a reject.
  Outcome map(const Source& source, const RunContext& run, Lookups& lookups, Pass pass) const;
  /// Keeps of the record what later ones need. A reject when its key cannot be read.
  std::optional<Reject> remember(const Source& source, const RunContext& run, Lookups& lookups) const;
  /// Settings of the run's plan, from what was remembered.
  Result<std::string> settings(const RunContext& run, const Lookups& lookups) const;

 private:
  const Mapping& mapping_;
};

}  // namespace q2o::mapper
