#pragma once

#include "services/validator/adapters/store.h"
#include "services/validator/app/prover.h"

namespace q2o::validator {

/// Takes one waiting proof at a time: read, compare, store. Transient trouble is tried again for some minutes; then a person is told.
class Worker {
 public:
  Worker(Store& store, Prover& prover) : store_(store), prover_(prover) {}
  /// False when nothing was waiting.
  bool run_one(std::stop_token stop);

 private:
  void settle(const Job& job, const Result<Proof>& proof, const LinesOnShelf& lines);
  Store& store_;
  Prover& prover_;
};

}  // namespace q2o::validator
