#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>

namespace q2o::identity::people {

/// Calls that a key has free: `per_minute` flow in, at most `most` are kept. Pure; the row that it is kept in is locked by who reckons.
struct TokenBucket {
  double tokens = 0;
  double per_minute = 0;
  double most = 0;

  void refill(std::chrono::duration<double> passed) { tokens = std::min(most, tokens + std::max(0.0, passed.count()) * per_minute / 60); }
  /// Up to `wanted` whole ones.
  int take(int wanted) {
    const int taken = std::clamp(static_cast<int>(std::floor(tokens)), 0, wanted);
    tokens -= taken;
    return taken;
  }
  /// Until there is one again; a second at least, because Retry-After counts in seconds.
  std::chrono::milliseconds until_next() const {
    const double missing = std::max(0.0, 1 - tokens);
    const double seconds = per_minute > 0 ? missing * 60 / per_minute : 60;
    return std::max(std::chrono::milliseconds(1000), std::chrono::milliseconds(static_cast<std::int64_t>(std::ceil(seconds * 1000))));
  }
};

}  // namespace q2o::identity::people
