#include "common/liveness/lease_keeper.h"

#include "common/log/log.h"

namespace q2o::liveness {

LeaseKeeper::LeaseKeeper(std::string whose, std::chrono::milliseconds every, std::function<bool()> renew)
    : whose_(std::move(whose)), every_(every), renew_(std::move(renew)), thread_([this](const std::stop_token& stop) { keep(stop); }) {}

void LeaseKeeper::keep(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (!wake_.wait_for(lock, stop, every_, [] { return false; }) && !stop.stop_requested()) {
    try {
      if (renew_()) continue;
    } catch (const std::exception& trouble) {
      log::warn("lease not renewed, trying again", {{"of", whose_}, {"error", trouble.what()}});
      continue;
    }
    lost_.request_stop();
    return;
  }
}

}  // namespace q2o::liveness
