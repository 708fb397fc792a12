#pragma once

#include <chrono>

#include "services/loader/app/run_store.h"
#include "services/loader/domain/progress.h"

namespace q2o::loader {

/// Tells per entity how far a run is, now and then, and only what has changed. `run` and `hold` have to live as long. One thread.
class ProgressPublisher {
 public:
  ProgressPublisher(RunStore& store, const RunInfo& run, const Hold& hold, std::chrono::milliseconds every)
      : store_(store), run_(run), hold_(hold), every_(every) {}

  /// Counts anew what is in the store.
  void rebuild();
  /// Counts what has come to the store since.
  void refresh();
  /// What has become of an item, after it was stored.
  void take(const Fate& fate);
  void publish_sometimes();
  void publish();
  const std::map<std::string, EntityCount>& counts() const { return progress_.counts(); }

 private:
  RunStore& store_;
  const RunInfo& run_;
  const Hold& hold_;
  std::chrono::milliseconds every_;
  Progress progress_;
  std::int64_t counted_ = 0;  ///< number of the last item that is counted
  std::map<std::string, EntityCount> published_;
  std::uint64_t done_ = 0, records_ = 0, told_done_ = 0, told_records_ = 0;  ///< target records
  std::chrono::steady_clock::time_point published_at_{};
};

}  // namespace q2o::loader
