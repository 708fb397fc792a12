#include "services/validator/app/prover.h"

namespace q2o::validator {

Result<Proof> Prover::prove(const Run& run, std::stop_token stop) {
  auto source = source_.read(run, stop);
  if (!source) return fail(source.error());
  const auto target = target_.read(run, days_needed(*source), stop);
  if (!target) return fail(target.error());
  return q2o::validator::prove(std::move(*source), *target, notes_.read(run));
}

}  // namespace q2o::validator
