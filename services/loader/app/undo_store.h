#pragma once

#include <set>
#include <span>
#include <string>
#include <vector>

#include "services/loader/app/run_store.h"
#include "services/loader/domain/undo_plan.h"

namespace q2o::loader {

/// A record that the undo has still to take back.
struct UndoRow {
  std::string external_id, model;
  bool reverse = false;
  bool adopted = false;    ///< was there before: only loses our external id
  bool postponed = false;  ///< Odoo did not let it go while others were there
};
/// What became of it.
struct UndoFate {
  std::string external_id;
  std::string state;  ///< removed, reversed, kept, theirs
  std::string reason;
};
struct ValueFate {
  ChangedValue value;
  bool restored = false;
  std::string reason;
};

/// The loader's memory of undo runs. Writes take the hold as in RunStore. Called from one thread per run.
class UndoStore {
 public:
  virtual ~UndoStore() = default;
  /// External ids in the run's target that another migration wrote last.
  virtual std::set<std::string> names_of_others(const RunInfo& run) = 0;
  /// The target's clock after the migration's last write there; empty: not known.
  virtual std::string last_write(const RunInfo& run) = 0;

  virtual bool planned(const RunKey& key) = 0;
  /// The whole plan at once; from then on planned() is true.
  virtual void store_plan(const RunInfo& run, const Hold& hold, std::span<const UndoLook> records) = 0;
  /// The next records to take back, in order.
  virtual std::vector<UndoRow> next_rows(const RunKey& key, std::size_t most) = 0;
  virtual void settle(const RunInfo& run, const Hold& hold, std::span<const UndoFate> fates) = 0;
  /// They come once more, after all others.
  virtual void postpone(const RunInfo& run, const Hold& hold, const std::vector<std::string>& names) = 0;
  /// Those of `names` that were still to be taken back and are kept now.
  virtual std::vector<std::string> keep(const RunInfo& run, const Hold& hold, const std::vector<std::string>& names,
                                        const std::string& reason) = 0;

  /// Values of the target's own records that are not put back, in the order in which they were written first.
  virtual std::vector<ChangedValue> changed_values(const RunInfo& run) = 0;
  virtual void settle_values(const RunInfo& run, const Hold& hold, std::span<const ValueFate> fates) = 0;
  /// The record ledger forgets what is gone, so that another run makes it anew.
  virtual void forget_undone(const RunInfo& run, const Hold& hold) = 0;

  /// An earlier run of the migration has written to the target, and this one holds what the source has now.
  virtual bool follows_another(const RunInfo& run) = 0;
  /// External ids of this migration in the target whose source records, or parts of them, are not there any more: of entities that came
  /// completely, but for records that were rejected.
  virtual std::set<std::string> departed(const RunInfo& run) = 0;
  /// The first wave in which the run matches anything; nothing when there is none.
  virtual std::optional<std::uint32_t> first_matches(const RunKey& key) = 0;
  /// The record ledger forgets what has gone with its source record; what was kept, and what had to be reversed, is among the rejects.
  virtual void settle_departures(const RunInfo& run, const Hold& hold) = 0;

  virtual v1::RunUndone summary(const RunInfo& run) = 0;
  virtual v1::UndoProgress progress(const RunKey& key) = 0;
};

}  // namespace q2o::loader
