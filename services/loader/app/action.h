#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "services/loader/app/books.h"
#include "services/loader/app/run_store.h"
#include "services/loader/domain/item.h"

namespace q2o::loader {

/// What the action moved out of the way (a chart account's code), or could not keep (what a person had matched).
struct MovedSetting {
  std::string name, before, during;
  std::string note = {};  ///< empty: one of our accounts has this code
};
struct BatchAnswer {
  std::vector<Answer> answers;  ///< in the order of the batch
  std::vector<MovedSetting> settings;
  std::vector<ChangedValue> changes;  ///< of the target's own records
  std::string now;                    ///< the target's clock; empty: it did not say
};

/// What answers have told since the run began, as the target keeps it for the case that one is lost; oldest first.
struct Told {
  std::vector<std::int64_t> ids;  ///< under which the target keeps it
  std::vector<MovedSetting> settings;
  std::vector<ChangedValue> changes;
  std::string now;
};

/// The server action in the target (action/): installed once per run, found again after a restart, removed at the end.
class Action {
 public:
  enum class Kind { load, undo };
  /// `keep`: under which name the target keeps what answers tell, the same for every process that works on the run; empty: nowhere.
  explicit Action(Books& books, Kind kind = Kind::load, std::string keep = {}) : books_(books), kind_(kind), keep_(std::move(keep)) {}

  Status install();
  bool installed() const { return id_ != 0; }
  void forget() { id_ = 0; }  ///< somebody removed it there
  /// Removes every action of ours, also those of older versions. Nothing installed: no call that writes.
  Status remove();
  Result<BatchAnswer> run(std::span<const Item> items, bool update, bool isolate);
  /// Writes nothing but forgets `forget` (Told::ids of an earlier call).
  Result<Told> told(std::span<const std::int64_t> forget = {});
  /// `kwargs` as the action's README says; its answer as it is.
  Result<CallResult> call(const std::string& kwargs);

 private:
  Result<std::vector<std::int64_t>> find(bool current_only);
  Books& books_;
  Kind kind_;
  const std::string keep_;
  std::int64_t id_ = 0;
};

/// External ids of the connection that the target has (all pages).
Result<Known> known_of(Books& books, std::string_view connection);
/// Those of `names` that the target has.
Result<Known> look_up(Books& books, const std::vector<std::string>& names);

/// An answer that the action cannot have given; to be asked again.
Error nonsense_from_odoo(std::string_view what);
std::string batch_context(std::span<const Item> items, bool update, bool isolate, std::string_view keep = {});
/// Error data_loss when the answer is not what the action says for exactly these items.
Result<BatchAnswer> read_answer(const json::Value& value, std::span<const Item> items);

}  // namespace q2o::loader
