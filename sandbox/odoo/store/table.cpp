#include "sandbox/odoo/store/table.h"

namespace q2o::sandbox::odoo {

Table::Table(const Model& model)
    : model_(&model), indexes_(static_cast<std::size_t>(model.columns)), is_indexed_(static_cast<std::size_t>(model.columns), 0) {
  for (const auto& field : model.fields)
    if (field->indexed && field->column >= 0) is_indexed_[static_cast<std::size_t>(field->column)] = 1;
}

Id Table::append() {
  rows_.push_back(std::make_unique<Value[]>(static_cast<std::size_t>(model_->columns)));
  ++alive_;
  return static_cast<Id>(rows_.size());
}

Table::Row Table::remove(Id id) {
  index_row(id, false);
  --alive_;
  return std::move(rows_[static_cast<std::size_t>(id - 1)]);
}

void Table::restore(Id id, Row row) {
  rows_[static_cast<std::size_t>(id - 1)] = std::move(row);
  ++alive_;
  index_row(id, true);
}

void Table::drop_last(Id id) {
  remove(id);
  rows_.pop_back();
}

void Table::set(Id id, int column, Value value) {
  Value& cell = rows_[static_cast<std::size_t>(id - 1)][column];
  const auto at = static_cast<std::size_t>(column);
  if (is_indexed_[at]) {
    leave(indexes_[at], cell, id);
    enter(indexes_[at], value, id);
  }
  cell = std::move(value);
}

std::span<const Id> Table::candidates(const Field& field, const Value& value) const {
  const Index& index = indexes_[static_cast<std::size_t>(field.column)];
  const auto found = index.find(value.hash());
  if (found == index.end()) return {};
  return found->second;
}

void Table::index_row(Id id, bool entering) {
  for (std::size_t column = 0; column < is_indexed_.size(); ++column) {
    if (!is_indexed_[column]) continue;
    const Value& value = get(id, static_cast<int>(column));
    entering ? enter(indexes_[column], value, id) : leave(indexes_[column], value, id);
  }
}

void Table::enter(Index& index, const Value& value, Id id) {
  if (value.is_null()) return;
  Ids& ids = index[value.hash()];
  const auto at = ids.empty() || ids.back() < id ? ids.end() : std::lower_bound(ids.begin(), ids.end(), id);
  ids.insert(at, id);
}

void Table::leave(Index& index, const Value& value, Id id) {
  if (value.is_null()) return;
  const auto found = index.find(value.hash());
  if (found == index.end()) return;
  Ids& ids = found->second;
  const auto at = std::lower_bound(ids.begin(), ids.end(), id);
  if (at != ids.end() && *at == id) ids.erase(at);
  if (ids.empty()) index.erase(found);
}

}  // namespace q2o::sandbox::odoo
