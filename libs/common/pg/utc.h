#pragma once

#include <string>

namespace q2o::pg {

/// What selects a timestamptz as RFC 3339 UTC by the second, as answers carry it; empty for null.
inline std::string utc(const std::string& column, const std::string& as) {
  return "coalesce(to_char(" + column + " at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'), '') as " + as;
}

}  // namespace q2o::pg
