#pragma once

#include <chrono>
#include <vector>

#include "services/connector/domain/manifest.h"

/// How many requests a source permits, as a log of the moments that were granted: exact for any sliding window, whatever
/// kind of window the source itself uses.
namespace q2o::connector {

using Moment = std::chrono::milliseconds;  ///< since the epoch, on the database's clock

class GrantLog {
 public:
  /// `moments`: what was granted before, ascending. Kept only as far back as a minute needs.
  GrantLog(const Budget& budget, std::vector<Moment> moments) : budget_(budget), moments_(std::move(moments)) {}

  /// The next `count` moments at which a request may leave, none before `now` or `blocked_until`.
  std::vector<Moment> grant(int count, Moment now, Moment blocked_until);
  const std::vector<Moment>& moments() const { return moments_; }

 private:
  Moment next(Moment earliest) const;
  Budget budget_;
  std::vector<Moment> moments_;
};

}  // namespace q2o::connector
