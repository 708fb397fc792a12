#include "services/loader/app/worker.h"

#include "common/liveness/lease_keeper.h"
#include "common/log/log.h"
#include "services/loader/app/facts.h"
#include "services/loader/app/target_settings.h"
#include "services/loader/app/undo_driver.h"

namespace q2o::loader {

void Worker::run(std::stop_token stop) {
  while (!stop.stop_requested())
    if (!run_one(stop)) options_.await_arrivals(std::chrono::milliseconds(500), stop);
}

bool Worker::run_one(const std::stop_token& stop) {
  tidy();
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
    {
      const liveness::LeaseKeeper keeper(run.key.migration_id, store_.keep_every(), [&] { return store_.keep(hold); });
      const auto books = open_(run);
      if (!books) {
        store_.end(run, hold, "failed", failed_fact(run, books.error()));
      } else if (run.undo) {
        UndoDriver(store_, undo_, **books, run, hold, options_).drive(stop);
      } else {
        auto options = options_;
        options.departures = &undo_;
        RunDriver(store_, **books, run, hold, std::move(options), metrics_).drive(stop);
      }
    }
    store_.release(hold);
  } catch (const LeaseLost&) {
    log::warn("another worker took the target over", {{"migration", run.key.migration_id}});
    const std::lock_guard lock(mutex_);
    lost_.push_back(run);
  }
}

void Worker::tidy() {
  std::unique_lock lock(mutex_);
  auto lost = std::exchange(lost_, {});
  lock.unlock();
  std::erase_if(lost, [this](const RunInfo& run) { return tidied(run); });
  lock.lock();
  lost_.insert(lost_.end(), lost.begin(), lost.end());
}

bool Worker::tidied(const RunInfo& run) {
  const auto hold = store_.hold(run.target_id);
  if (!hold) return false;
  const bool done = tidied(run, *hold);
  store_.release(*hold);
  return done;
}

bool Worker::tidied(const RunInfo& run, const Hold& hold) {
  const auto runs = store_.runnable();
  // A run that goes on there cleans up at its own end.
  if (std::ranges::find(runs, run.target_id, &RunInfo::target_id) != runs.end()) return true;
  const liveness::LeaseKeeper keeper(run.key.migration_id, store_.keep_every(), [&] { return store_.keep(hold); });
  const auto books = open_(run);
  return !books || (Action(**books).remove() && TargetSettings(**books, store_, run, hold).restore_again());
}

}  // namespace q2o::loader
