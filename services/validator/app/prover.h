#pragma once

#include "services/validator/app/ports.h"
#include "services/validator/domain/proof.h"

namespace q2o::validator {

/// Reads both sides and compares them.
class Prover {
 public:
  Prover(SourceSide& source, TargetSide& target, Notes& notes) : source_(source), target_(target), notes_(notes) {}
  /// With `take` the proof's sections keep no lines.
  Result<Proof> prove(const Run& run, std::stop_token stop, const TakeLines& take = {});

 private:
  SourceSide& source_;
  TargetSide& target_;
  Notes& notes_;
};

}  // namespace q2o::validator
