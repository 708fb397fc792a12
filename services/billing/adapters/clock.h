#pragma once

#include <string>

namespace q2o::billing {

/// "2026-04-01T12:00:00.123Z"
std::string now_rfc3339();

}  // namespace q2o::billing
