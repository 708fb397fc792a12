#include "sandbox/odoo/orm/env.h"

#include "sandbox/odoo/errors.h"
#include "sandbox/odoo/orm/search.h"

namespace q2o::sandbox::odoo {

bool Env::flag(std::string_view key) const {
  const Any* value = context.find(key);
  return value && value->truthy();
}

Record Env::record(std::string_view model, Id id) {
  if (id == 0) return {};
  return {*this, database_->table(model), id};
}

Record Env::company() {
  return record("res.company", 1);
}

Record Env::by_xmlid(std::string_view xmlid) {
  const auto dot = xmlid.find('.');
  if (dot == std::string_view::npos) return {};
  Table& data = database_->table("ir.model.data");
  for (const Id id : find_by(data, "name", Value::of_text(std::string(xmlid.substr(dot + 1))))) {
    const Record row(*this, data, id);
    if (row.text("module") == xmlid.substr(0, dot)) return record(row.text("model"), row.link("res_id"));
  }
  return {};
}

Ids Env::search(std::string_view model, const Any& domain, std::string_view order, std::size_t limit) {
  Search search;
  search.order = order;
  search.limit = limit;
  search.active_test = false;
  return q2o::sandbox::odoo::search(*this, model, domain, search);
}

bool Env::user_has_group(std::string_view xmlid) {
  if (sudo) return true;
  const Record group = by_xmlid(xmlid);
  if (!group) return false;
  const Ids groups = record("res.users", user_).ids("groups_id");
  return std::ranges::find(groups, group.id()) != groups.end();
}

void Env::store(const Record& record, std::string_view name, Value value) {
  const Field* field = record.table().model().find(name);
  if (!field || field->column < 0) throw value_error(fmt::format("Invalid field '{}' on model '{}'", name, record.model()));
  if (record.table().get(record.id(), field->column) == value) return;
  database_->set(record.table(), record.id(), *field, std::move(value));
}

}  // namespace q2o::sandbox::odoo
