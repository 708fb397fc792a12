#pragma once

#include <functional>
#include <memory>
#include <mutex>

#include "services/loader/app/run_driver.h"
#include "services/loader/app/undo_store.h"

namespace q2o::loader {

/// One of several equal workers: takes a run whose target nobody holds, drives it, looks for the next. The lease on the target is kept
/// while it drives, however long a call takes, so two processes never write to one target.
class Worker {
 public:
  using OpenTarget = std::function<Result<std::shared_ptr<Books>>(const RunInfo&)>;
  Worker(RunStore& store, UndoStore& undo, OpenTarget open, RunDriver::Options options, metrics::Registry& metrics)
      : store_(store), undo_(undo), open_(std::move(open)), options_(std::move(options)), metrics_(metrics) {}

  void run(std::stop_token stop);
  /// Drives at most one run; false when there was nothing to do.
  bool run_one(const std::stop_token& stop);

 private:
  void drive(const RunInfo& run, const Hold& hold, const std::stop_token& stop);
  /// A worker that lost its lease may have been in the middle of a call, after its successor had cleaned up: what that call left in the
  /// target is taken away once nobody works there.
  void tidy();
  bool tidied(const RunInfo& run);
  bool tidied(const RunInfo& run, const Hold& hold);
  RunStore& store_;
  UndoStore& undo_;
  OpenTarget open_;
  RunDriver::Options options_;
  metrics::Registry& metrics_;
  std::mutex mutex_;
  std::vector<RunInfo> lost_;
};

}  // namespace q2o::loader
