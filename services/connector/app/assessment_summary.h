#pragma once

#include "q2o/connector/v1/assessment.pb.h"
#include "services/connector/domain/calendar.h"
#include "services/connector/domain/manifest.h"

namespace q2o::connector {

/// Adds to what is known of the entities the sums over years, in the manifest's order, and what reading it all takes. `span`: of the
/// dated documents.
void sum_up(const Manifest& manifest, const std::optional<Period>& span, v1::Assessment& assessment);

/// Requests of a run that reads the whole company: counts before and after, pages, the ledger by month, reports.
std::uint64_t requests_of_a_run(const Manifest& manifest, const std::optional<Period>& span, const v1::Assessment& assessment);

}  // namespace q2o::connector
