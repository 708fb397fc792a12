#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sandbox/odoo/store/table.h"

namespace q2o::sandbox::odoo {

class Env;

/// One record, or none (id 0). Reads resolve paths, one2many and computed fields; a field of no record is empty, as in Odoo.
class Record {
 public:
  Record() = default;
  Record(Env& env, Table& table, Id id) : env_(&env), table_(&table), id_(id) {}

  Id id() const { return id_; }
  explicit operator bool() const { return id_ != 0; }
  bool exists() const { return id_ != 0 && table_->exists(id_); }
  const std::string& model() const { return table_->model().name; }
  Table& table() const { return *table_; }
  Env& env() const { return *env_; }

  Value get(std::string_view field) const;
  Value get(const Field& field) const;
  Record ref(std::string_view field) const;  ///< the record of a many2one
  std::vector<Record> many(std::string_view field) const;
  Ids ids(std::string_view field) const;
  Decimal amount(std::string_view field) const { return get(field).decimal(); }
  std::string text(std::string_view field) const { return get(field).text(); }
  bool flag(std::string_view field) const { return get(field).truthy(); }
  Id link(std::string_view field) const { return get(field).integer(); }
  std::string display_name() const;

 private:
  Value members(const Field& field) const;  // of a one2many
  const Field& field_of(std::string_view name) const;
  Env* env_ = nullptr;
  Table* table_ = nullptr;
  Id id_ = 0;
};

/// All records whose indexed field equals `value`.
Ids find_by(const Table& table, std::string_view field, const Value& value);

}  // namespace q2o::sandbox::odoo
