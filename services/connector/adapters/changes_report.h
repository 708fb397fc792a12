#pragma once

#include "common/pg/pg.h"
#include "q2o/connector/v1/connector.pb.h"

namespace q2o::connector {

/// What the run found changed (of a replay: what the run it reads has found).
Result<v1::ListChangesResponse> changes_report(pg::Tx& tx, const std::string& tenant, const v1::ListChangesRequest& request);

}  // namespace q2o::connector
