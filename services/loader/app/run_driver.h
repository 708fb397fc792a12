#pragma once

#include <future>
#include <list>
#include <memory>
#include <set>
#include <stop_token>

#include "common/metrics/metrics.h"
#include "services/loader/app/action.h"
#include "services/loader/app/batch_sender.h"
#include "services/loader/app/file_fetcher.h"
#include "services/loader/app/progress_publisher.h"
#include "services/loader/app/run_store.h"
#include "services/loader/domain/ledger_entries.h"
#include "services/loader/domain/pace.h"

namespace q2o::loader {

class Departures;
class UndoStore;

/// Takes one run as far as it can go now: readiness, then wave after wave, then the end. Everything it knows is in the store and in the
/// target, so another process can go on at any point. One thread; calls to the target run beside it.
class RunDriver {
 public:
  struct Options {
    UndoStore* departures = nullptr;  ///< memory of what goes because the source no longer has it; null: everything stays
    Pace::Options pace;
    BatchSender::Options sender;
    SourceFiles* files = nullptr;  ///< needed where records hold files
    std::chrono::milliseconds progress_every{500};
    /// Blocks until something may have arrived, at most so long.
    std::function<void(std::chrono::milliseconds, const std::stop_token&)> await_arrivals;
    /// deferred: a call is made when its answer is wanted, so that one thread does everything in an order that can be repeated.
    std::launch launch = std::launch::async;
  };
  enum class Left { ended, paused, interrupted };

  RunDriver(RunStore& store, Books& books, RunInfo run, Hold hold, Options options, metrics::Registry& metrics);
  ~RunDriver();
  Left drive(const std::stop_token& stop);

 private:
  enum class Go { on, leave };
  Go look_at_directive(const std::stop_token& stop);
  Go check_target(const std::stop_token& stop);
  Go read_known(const std::stop_token& stop);
  Go await_wave(std::uint32_t number, const std::stop_token& stop);
  Go work_wave(const Wave& wave, const std::stop_token& stop);
  /// Of a run that follows another: what is not in the source any more, before anything is written.
  Go look_for_departed(const std::stop_token& stop);
  Go take_departed_away(bool last, const std::stop_token& stop);
  Go ready_to_write(const std::stop_token& stop);
  Go modules_for(const Batch& batch, const std::stop_token& stop);
  Go finish(const std::stop_token& stop);
  /// Whether there was anything to clean up.
  Result<bool> clean_up();
  Status take_told();
  void remember(const std::vector<MovedSetting>& settings, const std::vector<ChangedValue>& changes);
  Go pause_run();
  Go stop_run();
  Go fail_run(const Error& error);
  Go wait_out(const Error& error, const std::stop_token& stop, std::string_view whom = "the target");
  bool refill(const Wave& wave, std::list<Item>& queue, Place& last);
  Go launch(std::list<Item>& queue, const std::stop_token& stop);
  Go collect(std::list<Item>& queue, const std::stop_token& stop);
  /// Waits for all calls under way and remembers what they did; what they did not do comes back to the queue.
  void come_home(std::list<Item>& queue);
  void settle(std::vector<Fate> fates);
  void forget_replaced(const std::vector<Fate>& fates);
  void take(Delivery delivery, std::list<Item>& queue);
  void park(std::list<Item>& queue);

  RunStore& store_;
  Books& books_;
  RunInfo run_;
  Hold hold_;
  Options options_;
  metrics::Registry& metrics_;
  Action action_;
  FileFetcher fetcher_;
  BatchSender sender_;
  Pace pace_;
  ProgressPublisher progress_;
  Known known_;
  bool known_in_doubt_ = false;                  ///< matches may be gone: to be read again before the next wave
  std::optional<LedgerEntries> ledger_entries_;  ///< there once `known_` was read
  std::optional<std::vector<Module>> missing_;   ///< modules that the target does not have; nothing: not asked yet
  std::unique_ptr<Departures> departures_;       ///< null: nothing can have gone
  std::list<std::future<Delivery>> in_flight_;
  bool exclusive_in_flight_ = false;
  int troubles_in_a_row_ = 0;
  Left left_ = Left::interrupted;
};

}  // namespace q2o::loader
