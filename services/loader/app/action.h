#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "services/loader/app/books.h"
#include "services/loader/domain/item.h"

namespace q2o::loader {

/// A setting that the action moved out of the way (a chart account's code).
struct MovedSetting {
  std::string name, before, during;
};
struct BatchAnswer {
  std::vector<Answer> answers;  ///< in the order of the batch
  std::vector<MovedSetting> settings;
};

/// The server action in the target (action/): installed once per run, found again after a restart, removed at the end.
class Action {
 public:
  explicit Action(Books& books) : books_(books) {}

  Status install();
  bool installed() const { return id_ != 0; }
  void forget() { id_ = 0; }  ///< somebody removed it there
  /// Removes every action of ours, also those of older versions. Nothing installed: no call that writes.
  Status remove();
  Result<BatchAnswer> run(std::span<const Item> items, bool update, bool isolate);

 private:
  Result<std::vector<std::int64_t>> find(bool current_only);
  Books& books_;
  std::int64_t id_ = 0;
};

/// External ids of the connection that the target has (all pages).
Result<Known> known_of(Books& books, std::string_view connection);
/// Those of `names` that the target has.
Result<Known> look_up(Books& books, const std::vector<std::string>& names);

std::string batch_context(std::span<const Item> items, bool update, bool isolate);
/// Error data_loss when the answer is not what the action says for exactly these items.
Result<BatchAnswer> read_answer(const json::Value& value, std::span<const Item> items);

}  // namespace q2o::loader
