#include "sandbox/quickbooks/budget.h"

#include <algorithm>

namespace q2o::sandbox::quickbooks {

Budget::Ticket Budget::enter() {
  const std::lock_guard lock(mutex_);
  const auto now = clock_();
  while (!granted_.empty() && now - granted_.front() >= std::chrono::minutes(1)) granted_.pop_front();
  const auto second = std::count_if(granted_.begin(), granted_.end(), [&](Moment at) { return now - at < std::chrono::seconds(1); });
  const bool full =
      granted_.size() >= limits_.per_minute || static_cast<std::size_t>(second) >= limits_.per_second || in_work_ >= limits_.at_once;
  if (limits_.enforced && full) {
    ++refused_;
    return Ticket(this, false);
  }
  granted_.push_back(now);
  ++in_work_;
  return Ticket(this, true);
}

Budget::Ticket::~Ticket() {
  if (!granted_) return;
  const std::lock_guard lock(budget_->mutex_);
  --budget_->in_work_;
}

std::size_t Budget::refused() const {
  const std::lock_guard lock(mutex_);
  return refused_;
}

}  // namespace q2o::sandbox::quickbooks
