#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>

#include "common/pg/pg.h"

namespace q2o::notifier {

/// One connection and one thread listen for all watchers: a change of any migration wakes them, each looks for itself.
class Changes {
 public:
  explicit Changes(const pg::Options& options);
  /// Grows with every change heard.
  std::uint64_t heard() const;
  /// True when something was heard after `seen`; false after the time-out.
  bool wait(std::uint64_t seen, std::chrono::milliseconds at_most) const;

 private:
  void listen(const std::stop_token& stop);
  pg::Listener listener_;
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::uint64_t heard_ = 0;
  std::jthread thread_;  // last: stops before what it uses goes away
};

}  // namespace q2o::notifier
