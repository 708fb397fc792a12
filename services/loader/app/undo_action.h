#pragma once

#include "services/loader/app/action.h"
#include "services/loader/app/undo_store.h"

namespace q2o::loader {

/// A record of ours as the target lists it, in the order in which records are taken back.
struct WrittenRecord {
  std::string external_id, model;
};
/// What the target did with one record: removed, reversed, gone, theirs, or keep or refused with the reason and what it needs.
struct UndoAnswer {
  std::string external_id, outcome, reason;
  std::vector<std::string> needs;
};
struct ValueAnswer {
  bool restored = false;
  std::string reason;
};

/// The undoing action in the target (action/undo/): looks at records that bear an external id of the connection, takes them back, puts
/// values back. Every call may be repeated: what is gone is answered as gone.
class UndoAction {
 public:
  /// `values` outlives the action: references from them do not keep a record, because they are put back.
  UndoAction(Books& books, std::string connection, std::string last_write, const std::vector<ChangedValue>& values)
      : action_(books, Action::Kind::undo), books_(books), prefix_(connection + '_'), last_write_(std::move(last_write)), values_(values) {}

  Status install() { return action_.install(); }
  bool installed() const { return action_.installed(); }
  void forget() { action_.forget(); }  ///< somebody removed it there
  Status remove() { return action_.remove(); }
  /// Everything that bears an external id of the connection.
  Result<std::vector<WrittenRecord>> written();
  Result<std::vector<UndoLook>> look(std::span<const std::string> names);
  Result<std::vector<UndoAnswer>> needs(std::span<const std::string> names);
  Result<std::vector<UndoAnswer>> undo(std::span<const std::string> names, bool isolate);
  /// In the order of `values`.
  Result<std::vector<ValueAnswer>> restore(std::span<const ChangedValue> values);

 private:
  std::string request(std::string_view step, std::span<const std::string> names, bool isolate) const;
  Result<std::vector<UndoAnswer>> ask(std::string_view step, std::span<const std::string> names, bool isolate);
  Action action_;
  Books& books_;
  std::string prefix_, last_write_;
  const std::vector<ChangedValue>& values_;
};

}  // namespace q2o::loader
