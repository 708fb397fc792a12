#include "services/validator/app/prover.h"

#include <stdexcept>

#include "services/validator/domain/cut_over.h"

namespace q2o::validator {

Result<Proof> Prover::prove(const Run& run, std::stop_token stop, const TakeLines& take) {
  try {
    auto source = source_.read(run, stop);
    if (!source) return fail(source.error());
    auto notes = notes_.read(run);
    if (!run.first_day.empty()) begin_at(*source, notes, run.first_day, run.archive);
    const auto target = target_.read(run, days_needed(*source), stop);
    if (!target) return fail(target.error());
    return q2o::validator::prove(std::move(*source), *target, std::move(notes), take);
  } catch (const std::overflow_error& problem) {
    // Once more would end the same way: a person has to look, and the proofs of others go on.
    return fail(Error{Code::invalid_argument,
                      std::string("an amount is too large to be computed exactly: ") + problem.what(),
                      Retry::never,
                      Effect::none,
                      "AMOUNT_TOO_LARGE",
                      "Look for an amount of more than 36 digits in the source's records, correct it there and migrate again.",
                      {}});
  } catch (const NoRoom& full) {
    return fail(Error{Code::resource_exhausted, full.what(), Retry::after_backoff, Effect::none, "NO_ROOM", "", {}});
  }
}

}  // namespace q2o::validator
