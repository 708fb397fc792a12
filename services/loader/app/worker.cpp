#include "services/loader/app/worker.h"

#include "common/log/log.h"
#include "services/loader/app/facts.h"

namespace q2o::loader {

void Worker::run(std::stop_token stop) {
  while (!stop.stop_requested())
    if (!run_one(stop)) options_.await_arrivals(std::chrono::milliseconds(500), stop);
}

bool Worker::run_one(const std::stop_token& stop) {
  for (const auto& run : store_.runnable()) {
    const auto hold = store_.hold(run.target_id);
    if (!hold) continue;
    // The list was made before we held the target: another worker may have brought the run to its end meanwhile.
    const auto now = store_.runnable();
    if (std::ranges::find(now, run.key, &RunInfo::key) == now.end()) {
      store_.release(*hold);
      continue;
    }
    drive(run, *hold, stop);
    return true;
  }
  return false;
}

void Worker::drive(const RunInfo& run, const Hold& hold, const std::stop_token& stop) {
  try {
    const auto books = open_(run);
    if (!books) {
      store_.end(run, hold, "failed", failed_fact(run, books.error()));
    } else {
      RunDriver(store_, **books, run, hold, options_, metrics_).drive(stop);
    }
    store_.release(hold);
  } catch (const LeaseLost&) {
    log::warn("another worker took the target over", {{"migration", run.key.migration_id}});
  }
}

}  // namespace q2o::loader
