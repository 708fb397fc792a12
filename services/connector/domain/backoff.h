#pragma once

#include <algorithm>
#include <chrono>
#include <random>

namespace q2o::connector {

/// Exponential back-off with full jitter: the n-th wait (from 0) is anywhere between 0 and base * 2^n, at most `cap`.
struct Backoff {
  std::chrono::milliseconds base{500};
  std::chrono::milliseconds cap{30000};

  std::chrono::milliseconds ceiling(int attempt) const { return std::min(cap, base * (std::int64_t{1} << std::clamp(attempt, 0, 20))); }
  template <class Random>
  std::chrono::milliseconds wait(int attempt, Random& random) const {
    return std::chrono::milliseconds(std::uniform_int_distribution<std::int64_t>(0, ceiling(attempt).count())(random));
  }
};

}  // namespace q2o::connector
