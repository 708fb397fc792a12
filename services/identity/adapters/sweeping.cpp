#include "services/identity/adapters/sweeping.h"

#include "common/liveness/pause.h"
#include "common/log/log.h"

namespace q2o::identity {

void sweep_until(const std::function<std::size_t()>& sweep, std::chrono::milliseconds every, const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    try {
      const auto rows = sweep();
      if (rows > 0) log::info("expired sessions, links and counts deleted", {{"rows", rows}});
    } catch (const std::exception& problem) {
      log::warn("what has expired was not deleted; the next round follows", {{"error", problem.what()}});
    }
    liveness::pause(every, stop);
  }
}

}  // namespace q2o::identity
