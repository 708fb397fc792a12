#pragma once

#include <functional>
#include <stop_token>

#include "common/result/result.h"
#include "services/connector/domain/query.h"

namespace q2o::connector {

/// The records of an earlier run as they lie in the replay log.
class RecordedRun {
 public:
  virtual ~RecordedRun() = default;
  /// Every record of the entity, in the order in which they were sent; one that was sent twice comes twice. Error data_loss
  /// (REPLAY_RANGE_LOST) where the log does not hold them any more, unavailable when the broker does not answer, cancelled on stop.
  virtual Status read(const std::string& entity, const std::function<void(Row)>& each, std::stop_token stop) = 0;
};

}  // namespace q2o::connector
