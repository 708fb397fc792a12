#include "sandbox/odoo/store/database.h"

#include "sandbox/odoo/errors.h"

namespace q2o::sandbox::odoo {

Database::Database(const Schema& schema) : schema_(&schema) {
  for (const auto& [name, model] : schema.models()) tables_.emplace(name, std::make_unique<Table>(*model));
}

Table& Database::table(std::string_view model) {
  const auto found = tables_.find(model);
  if (found == tables_.end()) throw user_error("Object " + std::string(model) + " doesn't exist");
  return *found->second;
}

Id Database::create(Table& table) {
  const Id id = table.append();
  log_.push_back({Change::Kind::created, &table, id, 0, {}, nullptr});
  return id;
}

void Database::set(Table& table, Id id, const Field& field, Value value) {
  log_.push_back({Change::Kind::changed, &table, id, field.column, table.get(id, field.column), nullptr});
  table.set(id, field.column, std::move(value));
}

void Database::remove(Table& table, Id id) {
  log_.push_back({Change::Kind::removed, &table, id, 0, {}, table.remove(id)});
}

void Database::rollback_to(Savepoint savepoint) {
  while (log_.size() > savepoint) {
    Change change = std::move(log_.back());
    log_.pop_back();
    switch (change.kind) {
      case Change::Kind::created:
        change.table->drop_last(change.id);
        break;
      case Change::Kind::changed:
        change.table->set(change.id, change.column, std::move(change.before));
        break;
      case Change::Kind::removed:
        change.table->restore(change.id, std::move(change.row));
        break;
    }
  }
}

void Database::commit() {
  log_.clear();
}

}  // namespace q2o::sandbox::odoo
