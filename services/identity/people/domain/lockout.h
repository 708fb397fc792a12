#pragma once

#include <algorithm>
#include <chrono>

namespace q2o::identity::people {

/// How long after the nth try that failed the next one is refused: nothing for the first ones, then twice as long each time. Pure.
struct Lockout {
  int free = 5;
  std::chrono::seconds first{2};
  std::chrono::seconds most{900};
  std::chrono::seconds forgets_after{3600};  ///< without a try

  std::chrono::seconds delay_after(int failures) const {
    if (failures <= free) return std::chrono::seconds(0);
    const int doublings = std::min(failures - free - 1, 20);
    return std::min(most, first * (1 << doublings));
  }
};

}  // namespace q2o::identity::people
