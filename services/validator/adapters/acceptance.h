#pragma once

#include "q2o/validator/v1/report.pb.h"

namespace q2o::validator {

/// Puts an acceptance into a report that says DIFFERENT. Only what differed in the proof that was accepted is accepted: in a later proof
/// the same differences keep the mark, a new one leaves the verdict as it is. `accepted` may be the report itself.
void apply(v1::Report& report, const v1::Acceptance& acceptance, const v1::Report& accepted);

}  // namespace q2o::validator
