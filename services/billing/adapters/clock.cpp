#include "services/billing/adapters/clock.h"

#include "common/calendar/calendar.h"

namespace q2o::billing {

std::string now_rfc3339() {
  return calendar::rfc3339_milliseconds(std::chrono::system_clock::now());
}

}  // namespace q2o::billing
