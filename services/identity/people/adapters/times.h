#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "common/calendar/calendar.h"
#include "common/pg/utc.h"

namespace q2o::identity::people {

/// Tests put their own in.
using Clock = std::function<std::chrono::system_clock::time_point()>;

/// For a timestamptz parameter and for answers.
inline std::string text_of(std::chrono::system_clock::time_point at) {
  return calendar::rfc3339_milliseconds(at);
}
using pg::utc;
/// What selects a timestamptz as milliseconds since 1970.
inline std::string millis(const std::string& column, const std::string& as) {
  return "(extract(epoch from " + column + ") * 1000)::bigint as " + as;
}
inline std::chrono::system_clock::time_point from_millis(std::int64_t value) {
  return std::chrono::system_clock::time_point(std::chrono::milliseconds(value));
}

}  // namespace q2o::identity::people
