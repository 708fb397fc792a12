#include "services/notifier/adapters/changes.h"

#include "services/notifier/adapters/store.h"

namespace q2o::notifier {
namespace {

constexpr auto kLook = std::chrono::seconds(1);

}  // namespace

Changes::Changes(const pg::Options& options)
    : listener_(options, kChangedChannel), thread_([this](const std::stop_token& stop) { listen(stop); }) {}

std::uint64_t Changes::heard() const {
  const std::lock_guard lock(mutex_);
  return heard_;
}

bool Changes::wait(std::uint64_t seen, std::chrono::milliseconds at_most) const {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, at_most, [&] { return heard_ > seen; });
}

void Changes::listen(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    if (!listener_.wait(kLook, stop)) continue;
    {
      const std::lock_guard lock(mutex_);
      ++heard_;
    }
    changed_.notify_all();
  }
}

}  // namespace q2o::notifier
