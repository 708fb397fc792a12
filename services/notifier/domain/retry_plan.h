#pragma once

#include <algorithm>
#include <chrono>
#include <optional>
#include <vector>

namespace q2o::notifier {

/// How often something is tried, and for how long. Pure.
struct RetryPlan {
  std::vector<std::chrono::seconds> pauses;  ///< after the first, second … attempt; the last one goes on
  std::chrono::seconds give_up_after;        ///< of the first attempt's due time

  /// The pause after attempt number `attempts` (from 1), with `dice` from 0 to 1 for ±20 %; nothing: given up. `age`: since it was due
  /// first.
  std::optional<std::chrono::milliseconds> pause(int attempts, std::chrono::seconds age, double dice) const {
    if (pauses.empty() || attempts < 1) return std::nullopt;
    const auto base = pauses[std::min(static_cast<std::size_t>(attempts) - 1, pauses.size() - 1)];
    if (age + base > give_up_after) return std::nullopt;
    return std::chrono::milliseconds(static_cast<std::int64_t>(static_cast<double>(base.count()) * 1000 * (0.8 + 0.4 * dice)));
  }
};

/// E-mail (RFC 5321, 4.5.4.1, in our words): for two days.
inline RetryPlan mail_plan() {
  using namespace std::chrono_literals;
  return {{1min, 5min, 15min, 1h, 3h, 6h, 12h, 24h}, 48h};
}
/// Webhooks: for a day.
inline RetryPlan webhook_plan() {
  using namespace std::chrono_literals;
  return {{5s, 1min, 5min, 30min, 2h, 5h, 8h}, 24h};
}

}  // namespace q2o::notifier
