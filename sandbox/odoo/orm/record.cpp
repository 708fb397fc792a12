#include "sandbox/odoo/orm/record.h"

#include "sandbox/odoo/errors.h"
#include "sandbox/odoo/orm/env.h"
#include "sandbox/odoo/rules/money.h"

namespace q2o::sandbox::odoo {

const Field& Record::field_of(std::string_view name) const {
  const Field* field = table_->model().find(name);
  if (!field) throw value_error(fmt::format("Invalid field '{}' on model '{}'", name, model()));
  return *field;
}

Value Record::get(std::string_view field) const {
  return id_ == 0 ? Value() : get(field_of(field));
}

Value Record::get(const Field& field) const {
  if (id_ == 0 || !table_->exists(id_)) return {};
  if (field.compute) return field.compute(*this);
  if (field.name == "id") return Value::of_integer(id_);
  if (field.name == "display_name") return Value::of_text(display_name());
  if (!field.path.empty()) {
    Record at = *this;
    for (std::size_t i = 0; i + 1 < field.path.size(); ++i) at = at.ref(field.path[i]);
    return at.get(field.path.back());
  }
  if (field.type == Type::one2many && field.column < 0) return members(field);
  const Value& stored = table_->get(id_, field.column);
  // Company-dependent accounts without an own value show the company's default, as Odoo's property fields do.
  if (stored.is_null() && field.name.starts_with("property_account_")) return Value::of_id(property_default(*env_, model(), field.name));
  return stored;
}

Record Record::ref(std::string_view field) const {
  if (id_ == 0) return {};
  const Field& link = field_of(field);
  return env_->record(link.relation, get(link).integer());
}

Value Record::members(const Field& field) const {
  Table& other = env_->database().table(field.relation);
  Ids found = find_by(other, field.inverse, Value::of_id(id_));
  const Field* active = other.model().find("active");
  if (active && active->column >= 0) std::erase_if(found, [&](Id id) { return !other.get(id, active->column).truthy(); });
  const bool invoice = field.name == "invoice_repartition_line_ids";
  if (invoice || field.name == "refund_repartition_line_ids") {
    const int column = other.model().find("document_type")->column;
    std::erase_if(found, [&](Id id) { return other.get(id, column).text() != (invoice ? "invoice" : "refund"); });
  }
  if (field.name == "invoice_line_ids") {
    const int column = other.model().find("display_type")->column;
    std::erase_if(found, [&](Id id) {
      const std::string& type = other.get(id, column).text();
      return type != "product" && !type.starts_with("line_");
    });
  }
  return Value::of_ids(std::move(found));
}

Ids Record::ids(std::string_view field) const {
  return get(field).ids();
}

std::vector<Record> Record::many(std::string_view field) const {
  std::vector<Record> records;
  if (id_ == 0) return records;
  const Field& link = field_of(field);
  Table& other = env_->database().table(link.relation);
  const Value ids = get(link);
  for (const Id id : ids.ids())
    if (other.exists(id)) records.emplace_back(*env_, other, id);
  return records;
}

std::string Record::display_name() const {
  const std::string& name = model();
  if (name == "account.account") return text("code") + " " + text("name");
  if (name == "res.partner" && link("parent_id") != 0 && !flag("is_company")) return ref("parent_id").text("name") + ", " + text("name");
  if (name == "account.move") return text("name").empty() ? fmt::format("Draft Entry (* {})", id_) : text("name");
  if (name == "account.move.line") return text("move_name") + (text("name").empty() ? "" : " " + text("name"));
  if (name == "account.bank.statement.line") return text("name");
  if (name == "product.product" && !text("default_code").empty()) return fmt::format("[{}] {}", text("default_code"), text("name"));
  if (name == "product.category" && link("parent_id") != 0) return ref("parent_id").display_name() + " / " + text("name");
  if (name == "res.country.state") return fmt::format("{} ({})", text("name"), ref("country_id").text("code"));
  const Field* field = table_->model().find("name");
  if (!field || field->type == Type::many2one) return fmt::format("{},{}", name, id_);
  return get(*field).text();
}

Ids find_by(const Table& table, std::string_view field_name, const Value& value) {
  const Field* field = table.model().find(field_name);
  Ids found;
  if (!field || value.is_null()) return found;
  for (const Id id : table.candidates(*field, value))
    if (table.get(id, field->column) == value) found.push_back(id);
  return found;
}

}  // namespace q2o::sandbox::odoo
