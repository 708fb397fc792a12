#include "services/connector/app/extraction_worker.h"

#include <limits>

#include "common/log/log.h"
#include "services/connector/app/run_extractor.h"

namespace q2o::connector {
namespace {

// A pause or stop must be felt within seconds, also while the run waits out a throttling of minutes.
constexpr milliseconds kLook{2000};

/// Keeps a lease alive while its run works; stops the run when the lease is lost or the directive changes.
class LeaseKeeper {
 public:
  LeaseKeeper(JobQueue& queue, const TakenJob& taken, milliseconds ttl, Clock& clock, std::stop_source& run)
      : thread_([&queue, &taken, ttl, &clock, &run, this](std::stop_token stop) {
          while (clock.wait(std::min(ttl / 3, kLook), stop)) {
            try {
              if (!queue.renew(taken, ttl)) reason_ = Halt::Kind::lost;
              const auto directive = reason_ == Halt::Kind::lost ? billing::v1::DIRECTIVE_GO : queue.directive(taken);
              if (directive == billing::v1::DIRECTIVE_PAUSE) reason_ = Halt::Kind::paused;
              if (directive == billing::v1::DIRECTIVE_STOP) reason_ = Halt::Kind::stopped;
              if (reason_ != Halt::Kind::shutdown) {
                run.request_stop();
                if (reason_ == Halt::Kind::lost) return;
              }
            } catch (const std::exception& error) {
              log::warn("lease not renewed, trying again", {{"migration", taken.job.migration}, {"error", error.what()}});
            }
          }
        }) {}
  /// Why the run was told to stop; `shutdown`: it was not told by us.
  Halt::Kind reason() const { return reason_; }

 private:
  std::atomic<Halt::Kind> reason_{Halt::Kind::shutdown};
  std::jthread thread_;  // last: stops before the reason goes away
};

std::string_view word(Halt::Kind kind) {
  switch (kind) {
    case Halt::Kind::paused:
      return "paused";
    case Halt::Kind::stopped:
      return "stopped";
    case Halt::Kind::shutdown:
      return "shutdown";
    case Halt::Kind::lost:
      return "lost";
    case Halt::Kind::later:
      return "later";
    case Halt::Kind::failed:
      break;
  }
  return "failed";
}

/// Tells a wait once, however many requests run into it.
class WaitTeller {
 public:
  WaitTeller(JobQueue& queue, const TakenJob& taken, Clock& clock) : queue_(queue), taken_(taken), clock_(clock) {}
  void operator()(const std::string& reason, milliseconds time) {
    std::lock_guard lock(mutex_);
    if (reason.empty()) {
      if (until_ != std::chrono::system_clock::time_point{}) queue_.waiting(taken_, "", {});
      until_ = {};
      return;
    }
    const auto until = clock_.now() + time;
    if (until < until_ + std::chrono::seconds(1)) return;
    until_ = until;
    queue_.waiting(taken_, reason, time);
  }

 private:
  JobQueue& queue_;
  const TakenJob& taken_;
  Clock& clock_;
  std::mutex mutex_;
  std::chrono::system_clock::time_point until_{};
};

}  // namespace

Step ExtractionWorker::extract(const TakenJob& taken, std::stop_token stop) {
  if (taken.refused) return tl::unexpected(Halt{Halt::Kind::failed, *taken.refused});
  const Manifest& manifest = manifests_.at(taken.platform);
  const auto connection = connections_.find(taken.job.tenant, taken.job.connection_id);
  if (!connection)
    return tl::unexpected(Halt{Halt::Kind::failed, Error{Code::not_found,
                                                         "the migration's source connection does not exist",
                                                         Retry::never,
                                                         Effect::none,
                                                         "NO_CONNECTION",
                                                         "Connect the company, then start again.",
                                                         {}}});
  WaitTeller teller(queue_, taken, clock_);
  SourceCaller caller(*connection, manifest, api_, gates_.of(connection->id, manifest.budget), tokens_, clock_, calls_, options_.call,
                      [&teller](const std::string& reason, milliseconds time) { teller(reason, time); });
  TaskPool pool(options_.fetch_threads);
  const auto journal = queue_.journal(taken);
  auto options = options_.run;
  if (taken.job.dry_run) options.window_batches = std::numeric_limits<std::uint64_t>::max();  // nobody loads it, so nothing opens a window
  RunContext run(taken.job, manifest, caller, log_, *journal, clock_, pool, options, std::move(stop));
  const auto recorded = queue_.recorded(taken);
  return extract_run(run, recorded.get());
}

void ExtractionWorker::settle(const TakenJob& taken, const Step& step) {
  const auto kind = step ? Halt::Kind::shutdown : step.error().kind;
  const std::string outcome(step ? "extracted" : word(kind));
  runs_.left(outcome);
  const Error none;
  const Error& error = step ? none : step.error().error;
  log::info("run left",
            {{"migration", taken.job.migration}, {"run", static_cast<int>(taken.job.run)}, {"outcome", outcome}, {"error", error.message}});
  if (!step && kind == Halt::Kind::later) queue_.later(taken, error);
  if (!step && kind == Halt::Kind::stopped) queue_.stopped(taken);
  if (!step && kind == Halt::Kind::failed) {
    if (error.code == Code::unauthenticated || error.code == Code::permission_denied) connections_.broken(taken.job.connection_id, error);
    queue_.failed(taken, error);
  }
  if (step || kind != Halt::Kind::lost) queue_.release(taken);
}

bool ExtractionWorker::run_one(std::stop_token stop) {
  const auto taken = queue_.take(options_.lease_ttl);
  if (!taken) return false;
  log::info("run taken", {{"migration", taken->job.migration}, {"run", static_cast<int>(taken->job.run)}});
  std::stop_source run;
  const std::stop_callback forward(stop, [&run] { run.request_stop(); });
  try {
    Step step = tl::unexpected(Halt{Halt::Kind::lost, {}});
    {
      LeaseKeeper keeper(queue_, *taken, options_.lease_ttl, clock_, run);
      step = extract(*taken, run.get_token());
      const bool told = keeper.reason() == Halt::Kind::lost || (!step && step.error().kind == Halt::Kind::shutdown);
      if (!step && told) step.error().kind = keeper.reason();
    }
    settle(*taken, step);
  } catch (const std::exception& error) {
    // The database or the like is away: the lease runs out or is released, and the run goes on from its journal.
    log::error("run interrupted", {{"migration", taken->job.migration}, {"error", error.what()}});
    runs_.left("interrupted");
    queue_.later(*taken,
                 Error{Code::unavailable, error.what(), Retry::after_backoff, Effect::none, "INTERRUPTED", "It goes on by itself.", {}});
    queue_.release(*taken);
  }
  return true;
}

}  // namespace q2o::connector
