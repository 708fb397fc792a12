#include "services/connector/domain/budget.h"

#include <algorithm>

namespace q2o::connector {
namespace {

// A request takes a while to arrive: two that left just over a second apart may arrive just under it.
constexpr Moment kSecond{1050};
constexpr Moment kMinute{60500};

}  // namespace

Moment GrantLog::next(Moment earliest) const {
  const auto limit = [&](int most, Moment window) {
    const auto size = static_cast<int>(moments_.size());
    if (most > 0 && size >= most) earliest = std::max(earliest, moments_[static_cast<std::size_t>(size - most)] + window);
  };
  limit(budget_.per_second, kSecond);
  limit(budget_.per_minute, kMinute);
  return earliest;
}

std::vector<Moment> GrantLog::grant(int count, Moment now, Moment blocked_until) {
  std::vector<Moment> granted;
  Moment earliest = std::max(now, blocked_until);
  if (!moments_.empty()) earliest = std::max(earliest, moments_.back());
  for (int i = 0; i < count; ++i) {
    earliest = next(earliest);
    moments_.push_back(earliest);
    granted.push_back(earliest);
  }
  const auto keep = static_cast<std::size_t>(std::max(budget_.per_minute, budget_.per_second));
  if (moments_.size() > keep) moments_.erase(moments_.begin(), moments_.end() - static_cast<std::ptrdiff_t>(keep));
  return granted;
}

}  // namespace q2o::connector
