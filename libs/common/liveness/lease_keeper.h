#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>

namespace q2o::liveness {

/// Renews a lease on a thread of its own, from its construction to its end: however long a step of the holder takes, nobody else gets
/// what he holds.
class LeaseKeeper {
 public:
  /// `renew` is called every so often on the keeper's thread. False: the lease is lost, and `renew` is not called again. An exception (the
  /// database is away) is logged with `whose`, and tried again: the fence says later whether the lease was lost meanwhile.
  LeaseKeeper(std::string whose, std::chrono::milliseconds every, std::function<bool()> renew);
  /// Stopped when the lease is lost.
  std::stop_token lost() const { return lost_.get_token(); }

 private:
  void keep(const std::stop_token& stop);
  const std::string whose_;
  const std::chrono::milliseconds every_;
  const std::function<bool()> renew_;
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::stop_source lost_;
  std::jthread thread_;  // last: ends before what it uses
};

}  // namespace q2o::liveness
