#include "services/billing/adapters/clock.h"

#include <fmt/chrono.h>

#include <chrono>

namespace q2o::billing {

std::string now_rfc3339() {
  const auto now = std::chrono::system_clock::now();
  const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count() % 1000;
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(std::chrono::system_clock::to_time_t(now)), milliseconds);
}

}  // namespace q2o::billing
