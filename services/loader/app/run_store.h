#pragma once

#include <chrono>
#include <optional>
#include <set>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "q2o/loader/v1/status.pb.h"
#include "services/loader/app/readiness.h"
#include "services/loader/domain/item.h"

namespace q2o::loader {

struct RunKey {
  std::string migration_id;
  std::uint32_t run = 0;
  auto operator<=>(const RunKey&) const = default;
};
struct Wave {
  std::uint32_t number = 0;
  std::string name;
  std::vector<std::string> entities;
  bool completed = false;
};
struct RunInfo {
  RunKey key;
  std::string tenant_id, connection, target_id, settings_json, home_currency;
  bool settings_changed = false;                       ///< the target has been changed in this run: no second readiness check
  std::vector<Module> modules;                         ///< of the target, as the mapping needs them
  bool undo = false;                                   ///< takes back what earlier runs wrote
  bool dry_run = false;                                ///< of an undo: shows what it would do
  std::vector<std::string> transaction_entities = {};  ///< whose records bear the id of a transaction of the source's ledger
  bool follows_source = false;                         ///< holds what the source has now: what is not in it has gone there
};
/// How far the mapped stream has come.
struct Arrived {
  std::vector<Wave> waves;
  std::set<std::string> ended_entities;
  bool ended = false;
};
struct Totals {
  std::uint64_t created = 0, changed = 0, unchanged = 0, rejected = 0;
  std::uint64_t removed = 0, reversed = 0, kept = 0;  ///< because the source no longer has them
};

/// What became of an item: stored together with the message about it.
struct Fate {
  enum class Kind { done, parked, rejected };
  Kind kind = Kind::done;
  Item item;
  std::int64_t odoo_id = 0;
  std::string outcome;                ///< of done
  std::string waits_for;              ///< of parked
  std::string reason, message, hint;  ///< of rejected
};
struct Setting {
  std::string name, before, during;
  std::string restore_call;  ///< JSON [model, method, args]; empty: stays and is only listed
  bool restored = false;
  std::string note;
};
/// A value of a record that the target had before: before our first write and after our last one, as JSON.
struct ChangedValue {
  std::string model;
  std::int64_t odoo_id = 0;
  std::string field, before, written;
};
/// Source record with what has become of its items.
struct SourceState {
  std::string entity, source_id;
  std::uint32_t open = 0, parked = 0;
  bool rejected = false;
  std::int64_t last = 0;      ///< the highest number of its items
  std::uint32_t records = 0;  ///< target records that it becomes
};
/// In the order in which items are to be sent: those of lower waves first.
struct Place {
  std::uint32_t wave = 0;
  std::int64_t number = 0;
  auto operator<=>(const Place&) const = default;
};
enum class Directive { go, pause, stop };

/// Somebody else holds the target now: nothing was written, leave at once.
struct LeaseLost : std::runtime_error {
  LeaseLost() : std::runtime_error("the lease on the target is lost") {}
};
struct Hold {
  std::string target_id;
  std::int64_t fence = 0;
};

/// The loader's memory of runs. Every write takes the hold on the target and throws LeaseLost when it is no longer ours.
/// Called from one thread per run; `keep` also from another one beside it.
class RunStore {
 public:
  virtual ~RunStore() = default;
  virtual std::vector<RunInfo> runnable() = 0;  ///< least recently served first
  virtual std::optional<Hold> hold(const std::string& target_id) = 0;
  virtual bool keep(const Hold& hold) = 0;
  virtual std::chrono::milliseconds keep_every() const = 0;  ///< a hold that is not kept so often may go to somebody else
  virtual void release(const Hold& hold) = 0;

  virtual Directive directive(const RunKey& key) = 0;
  virtual Arrived arrived(const RunKey& key) = 0;
  /// Of this wave and of lower ones, in their order.
  virtual std::vector<Item> waiting_items(const RunInfo& run, std::uint32_t wave, const Place& after, std::size_t most) = 0;
  /// Of the items that have come after the one with this number.
  virtual std::vector<SourceState> sources(const RunKey& key, std::int64_t after) = 0;
  virtual Totals totals(const RunKey& key) = 0;

  virtual void store(const RunInfo& run, const Hold& hold, std::span<const Fate> fates) = 0;
  /// Matches that a changed record took away: to be sent again.
  virtual void forget(const RunInfo& run, const Hold& hold, const std::vector<std::string>& external_ids) = 0;
  virtual void complete_wave(const RunInfo& run, const Hold& hold, const Wave& wave) = 0;
  /// Parked items become rejects ("waits for …"); returns how many.
  virtual std::size_t reject_parked(const RunInfo& run, const Hold& hold) = 0;
  /// done, failed or stopped, with the message that says so.
  virtual void end(const RunInfo& run, const Hold& hold, const std::string& state, const v1::StatusFact& fact) = 0;
  virtual void publish(const RunInfo& run, const Hold& hold, const v1::StatusFact& fact) = 0;

  virtual void remember_findings(const RunInfo& run, const Hold& hold, const std::vector<Finding>& findings) = 0;
  virtual void target_state(const RunInfo& run, const std::string& state, const std::string& version) = 0;
  /// The first value of a name stays until it was put back (a restart must not take the changed value for the original).
  virtual void remember_setting(const RunInfo& run, const Hold& hold, const Setting& setting) = 0;
  /// The first `before` of a value stays until an undo has put it back.
  virtual void remember_values(const RunInfo& run, const Hold& hold, std::span<const ChangedValue> values) = 0;
  /// The target's clock after the last write of the run.
  virtual void remember_time(const RunInfo& run, const Hold& hold, const std::string& target_time) = 0;
  /// With `restored`, also what earlier runs on the target left of this name.
  virtual void mark_restored(const RunInfo& run, const Hold& hold, const std::string& name, bool restored, const std::string& note) = 0;
  /// What is still to be put back in the target, by this run or by an earlier one whose end the target did not answer.
  virtual std::vector<Setting> to_restore(const RunInfo& run) = 0;
  /// All that this run changed for the time of the load only, put back or not.
  virtual std::vector<Setting> temporary(const RunInfo& run) = 0;
};

}  // namespace q2o::loader
