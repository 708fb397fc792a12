#pragma once

#include <functional>

#include "common/bus/bus.h"
#include "q2o/mapper/v1/mapped.pb.h"
#include "q2o/mapper/v1/mapper.pb.h"

namespace q2o::mapper {

/// Compares what two runs have mapped, by the log. Each range is read once for content hashes and sums (about 150 bytes of memory per
/// record), then again for the payloads of those that differ, a bounded number at a time. Nothing is stored.
class RunDiffer {
 public:
  RunDiffer(pg::Pool& pool, bus::Options bus, std::string mapped_topic)
      : pool_(pool), bus_(std::move(bus)), mapped_topic_(std::move(mapped_topic)) {}

  /// Gives the summary, then accounts, then records; `give` false: nobody wants more. Errors not_found, failed_precondition
  /// (RUN_NOT_MAPPED), data_loss (DIFF_RANGE_LOST).
  using Give = std::function<bool(const v1::DiffRunsResponse& part)>;
  Status diff(const std::string& tenant, const v1::DiffRunsRequest& request, std::stop_token stop, const Give& give) const;

 private:
  pg::Pool& pool_;
  const bus::Options bus_;
  const std::string mapped_topic_;
};

}  // namespace q2o::mapper
