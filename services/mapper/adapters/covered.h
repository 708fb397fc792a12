#pragma once

#include "q2o/mapper/v1/mapper.pb.h"
#include "services/mapper/domain/mapping.h"

namespace q2o::mapper {

/// What becomes of the fields that are asked about.
v1::CheckCoverageResponse covered(const Mapping& mapping, const v1::CheckCoverageRequest& request);

}  // namespace q2o::mapper
