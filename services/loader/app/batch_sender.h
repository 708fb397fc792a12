#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <stop_token>
#include <utility>
#include <vector>

#include "services/loader/app/action.h"
#include "services/loader/app/run_store.h"
#include "services/loader/domain/batch_planner.h"

namespace q2o::loader {

/// What came of sending a batch. `left`: not sent or not answered, with the reason; they go back to the queue.
struct Delivery {
  std::vector<Fate> fates;
  std::vector<std::string> unmatched;
  bool lost_update = false;  ///< an answer about changes was lost, and with it the names of matches that they took away
  std::vector<MovedSetting> settings;
  std::vector<ChangedValue> changes;
  std::vector<Item> left;
  std::optional<Error> stopped_by;
  bool waits_for_source = false;  ///< what stopped it is the source, which has the bytes of files, not the target
  int troubles = 0;
  std::size_t records = 0;
  std::chrono::milliseconds slowest{0};
};

class FileFetcher;

/// Sends one batch until every record has its fate: all at once; after a lost answer it looks the external ids up and sends what is
/// missing; what the target's time limit ended goes again in halves; after a permanent error each record on its own. Thread-safe.
class BatchSender {
 public:
  using Wait = std::function<void(std::chrono::milliseconds, const std::stop_token&)>;
  struct Options {
    int attempts = 6;                    ///< tries of one batch before it goes back to the queue
    Wait wait;                           ///< empty: real time
    const FileFetcher* files = nullptr;  ///< brings the bytes of files before a batch is sent; outlives the sender
    /// A call without an answer after this long was probably ended by the target's time limit: half of it may fit.
    std::chrono::milliseconds long_call{20000};
  };
  BatchSender(Books& books, Action& action, Options options);
  Delivery send(Batch batch, const std::stop_token& stop) const;

 private:
  void deliver(std::vector<Item> items, bool update, bool isolate, Delivery& out, const std::stop_token& stop) const;
  /// True when the error was dealt with here (items are halves or single now).
  void after_permanent(std::vector<Item> items, bool update, bool isolate, const Error& error, Delivery& out,
                       const std::stop_token& stop) const;
  void in_halves(std::vector<Item> items, bool update, bool isolate, Delivery& out, const std::stop_token& stop) const;
  /// What has to be known before the call: which records are there already (`before`), else a lost answer would make them "created";
  /// and after a lost answer, which are there now, and what it told.
  Status look(std::vector<Item>& items, std::optional<Known>& before, bool unknown, Delivery& out) const;
  /// Items that the lost call did store get their fate; the others stay in `items`.
  static void resolve_unknown(std::vector<Item>& items, const Known& before, const Known& found, Delivery& out);
  static void take(std::vector<Item> items, const BatchAnswer& answered, Delivery& out);
  static void leave(std::vector<Item> items, const Error& error, Delivery& out);
  Books& books_;
  Action& action_;
  Options options_;
};

/// An answer of the action as the fate of the item.
Fate fate_of(Item item, const Answer& answer);

}  // namespace q2o::loader
