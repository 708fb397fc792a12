#pragma once

#include <map>
#include <mutex>

#include "services/identity/people/app/tools.h"
#include "services/identity/people/domain/token_bucket.h"

namespace q2o::identity::people {

/// Calls a minute, over all replicas: the free ones lie in table rate_bucket, each replica takes a few at a time and gives them out from
/// memory. What one took and does not use within seconds is lost to the others, never given out twice. Thread-safe.
class Allowance {
 public:
  using Steady = std::function<std::chrono::steady_clock::time_point()>;
  explicit Allowance(pg::Pool& pool, Steady now = [] { return std::chrono::steady_clock::now(); }) : pool_(pool), now_(std::move(now)) {}
  /// Error resource_exhausted RATE_LIMITED with retry_after. Where the database cannot be asked: unavailable.
  Status take(const std::string& bucket, std::uint32_t per_minute);
  /// Rows that are full again.
  std::size_t sweep();

 private:
  struct Local {
    int left = 0;
    std::chrono::steady_clock::time_point until{};  ///< of what is left, or of "none"
    std::chrono::milliseconds wait{0};              ///< more than 0: there are none until then
  };
  Local fetch(const std::string& bucket, std::uint32_t per_minute);
  pg::Pool& pool_;
  const Steady now_;
  std::mutex mutex_;
  std::map<std::string, Local> local_;
};

}  // namespace q2o::identity::people
