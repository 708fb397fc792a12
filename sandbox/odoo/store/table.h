#pragma once

#include <span>
#include <unordered_map>
#include <vector>

#include "sandbox/odoo/schema/schema.h"

namespace q2o::sandbox::odoo {

/// The rows of one model: one array of values per row, found by id; indexed fields by hash.
/// Knows nothing of transactions: Database keeps the undo log. Not thread-safe.
class Table {
 public:
  explicit Table(const Model& model);

  const Model& model() const { return *model_; }
  bool exists(Id id) const { return id > 0 && static_cast<std::size_t>(id) <= rows_.size() && rows_[static_cast<std::size_t>(id - 1)]; }
  const Value& get(Id id, int column) const { return rows_[static_cast<std::size_t>(id - 1)][column]; }
  Id next_id() const { return static_cast<Id>(rows_.size()) + 1; }
  std::size_t size() const { return alive_; }

  using Row = std::unique_ptr<Value[]>;
  Id append();
  Row remove(Id id);
  void restore(Id id, Row row);
  void drop_last(Id id);  ///< undo of append
  void set(Id id, int column, Value value);

  /// Ids whose indexed field may hold `value`, ascending in order of entry: the caller compares (it is a hash).
  std::span<const Id> candidates(const Field& field, const Value& value) const;

 private:
  using Index = std::unordered_map<std::uint64_t, Ids>;
  void index_row(Id id, bool enter);
  void enter(Index& index, const Value& value, Id id);
  void leave(Index& index, const Value& value, Id id);

  const Model* model_;
  std::vector<Row> rows_;
  std::vector<Index> indexes_;    // one per column; empty where the field is not indexed
  std::vector<char> is_indexed_;  // by column
  std::size_t alive_ = 0;
};

}  // namespace q2o::sandbox::odoo
