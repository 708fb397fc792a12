#pragma once

#include "common/bus/bus.h"
#include "q2o/connector/v1/status.pb.h"

/// Facts on q2o.connector.status.v1, stored in the caller's transaction.
namespace q2o::connector {

/// `what` makes the id unique and repeatable: the same fact told twice has one id.
void store_fact(pg::Tx& tx, const v1::StatusFact& fact, const std::string& what);

}  // namespace q2o::connector
