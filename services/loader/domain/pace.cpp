#include "services/loader/domain/pace.h"

#include <algorithm>

namespace q2o::loader {

namespace {
constexpr std::size_t kBatchStep = 25;
constexpr int kGoodBeforeConnection = 2;
}  // namespace

Pace::Pace(Options options) : options_(options), batch_(std::min(options.batch_start, options.batch_max)) {}

void Pace::answered(std::size_t records, std::chrono::milliseconds elapsed) {
  if (elapsed > options_.slow) return troubled();
  if (records >= batch_) batch_ = std::min(batch_ + kBatchStep, options_.batch_max);
  if (++good_ % kGoodBeforeConnection == 0) connections_ = std::min(connections_ + 1, options_.connections_max);
}

void Pace::troubled() {
  good_ = 0;
  batch_ = std::max<std::size_t>(batch_ / 2, 1);
  connections_ = std::max<std::size_t>(connections_ / 2, 1);
}

void Pace::other_records() {
  batch_ = std::min(batch_, options_.batch_start);
}

std::chrono::milliseconds Pace::backoff(int failures, double jitter) {
  constexpr std::int64_t kFirst = 250, kMost = 10000;  // who waits at most ten seconds goes on within fifteen
  const std::int64_t ceiling = std::min(kFirst << std::clamp(failures - 1, 0, 8), kMost);
  return std::chrono::milliseconds(ceiling / 2 + static_cast<std::int64_t>(static_cast<double>(ceiling / 2) * jitter));
}

}  // namespace q2o::loader
