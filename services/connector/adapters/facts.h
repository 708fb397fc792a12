#pragma once

#include "common/bus/bus.h"
#include "q2o/connector/v1/status.pb.h"

/// Facts on q2o.connector.status.v1, stored in the caller's transaction.
namespace q2o::connector {

inline constexpr const char* kRawTopic = "q2o.connector.raw.v1";
inline constexpr const char* kStatusTopic = "q2o.connector.status.v1";

/// `what` makes the id unique and repeatable: the same fact told twice has one id.
void store_fact(pg::Tx& tx, const v1::StatusFact& fact, const std::string& what, const std::string& topic = kStatusTopic);

}  // namespace q2o::connector
