#pragma once

#include <cstdint>
#include <random>
#include <vector>

namespace q2o::sandbox::generator {

/// The same numbers on every machine: the engine is defined by the standard, the distributions of the library are not.
class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}

  int below(int limit) { return static_cast<int>(engine_() % static_cast<std::uint64_t>(limit)); }
  int between(int low, int high) { return low + below(high - low + 1); }
  bool chance(int percent) { return below(100) < percent; }
  template <class T>
  const T& pick(const std::vector<T>& list) {
    return list[static_cast<std::size_t>(below(static_cast<int>(list.size())))];
  }

 private:
  std::mt19937_64 engine_;
};

}  // namespace q2o::sandbox::generator
