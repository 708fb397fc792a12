#pragma once

#include "common/pg/pg.h"
#include "q2o/loader/v1/loader.pb.h"

namespace q2o::loader {

/// The inbox and the record ledger read backwards: source record ↔ target records, with every run's attempt.
Result<v1::FindRecordsResponse> find_records(pg::Pool& pool, const std::string& tenant_id, const v1::FindRecordsRequest& request);

}  // namespace q2o::loader
