#pragma once

#include <map>
#include <memory>
#include <string>

#include "sandbox/odoo/store/table.h"

namespace q2o::sandbox::odoo {

/// All tables and one open transaction: every change is written to an undo log, so a failing call or a savepoint leaves no trace.
/// Not thread-safe; the server runs one call at a time, as if every transaction were serial.
class Database {
 public:
  explicit Database(const Schema& schema);

  Table& table(std::string_view model);
  const Schema& schema() const { return *schema_; }

  Id create(Table& table);
  void set(Table& table, Id id, const Field& field, Value value);
  void remove(Table& table, Id id);

  using Savepoint = std::size_t;
  Savepoint savepoint() const { return log_.size(); }
  void rollback_to(Savepoint savepoint);
  void commit();

 private:
  struct Change {
    enum class Kind { created, changed, removed } kind;
    Table* table;
    Id id;
    int column;
    Value before;
    Table::Row row;
  };
  const Schema* schema_;
  std::map<std::string, std::unique_ptr<Table>, std::less<>> tables_;
  std::vector<Change> log_;
};

}  // namespace q2o::sandbox::odoo
