#pragma once

#include <string>

#include "common/result/result.h"
#include "services/loader/app/run_store.h"

namespace q2o::loader {

/// The bytes of the source's files. Called from several threads at once.
class SourceFiles {
 public:
  virtual ~SourceFiles() = default;
  /// Base64, as the target takes it. Error with Retry::after_backoff: ask again, after `retry_after` where that is said; any other: the
  /// file cannot be had in this run, and why.
  virtual Result<std::string> fetch(const RunInfo& run, const Item& item) = 0;
};

}  // namespace q2o::loader
