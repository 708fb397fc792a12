#include <set>

#include "sandbox/odoo/errors.h"
#include "sandbox/odoo/orm/env.h"

// Deleting a record: what happens to those that refer to it.
namespace q2o::sandbox::odoo {

namespace {

using Names = std::set<std::string, std::less<>>;

/// Fields whose record goes with the one they name.
const Names& cascading() {
  static const Names kFields{
      "account.tax.repartition.line.tax_id", "account.payment.term.line.payment_id",   "sale.order.line.order_id",
      "purchase.order.line.order_id",        "account.payment.method.line.journal_id", "res.currency.rate.currency_id",
      "res.partner.bank.partner_id",         "product.supplierinfo.product_tmpl_id",   "product.product.product_tmpl_id",
      "account.analytic.line.move_line_id"};
  return kFields;
}

/// Models whose links hold on to what they name.
const Names& holding() {
  static const Names kModels{"account.move.line", "sale.order.line", "purchase.order.line", "account.tax.repartition.line"};
  return kModels;
}

/// Their rules look after what belongs to them, and nothing else refers to them.
const Names& looked_after() {
  static const Names kModels{"account.move",
                             "account.move.line",
                             "account.payment",
                             "account.bank.statement.line",
                             "account.partial.reconcile",
                             "account.full.reconcile",
                             "account.analytic.line",
                             "ir.model.data",
                             "ir.attachment",
                             "mail.message",
                             "q2o.sequence"};
  return kModels;
}

Ids referring(Table& table, const Field& field, Id id) {
  if (field.indexed) return find_by(table, field.name, Value::of_id(id));
  Ids found;
  for (Id row = 1; row < table.next_id(); ++row)
    if (table.exists(row) && table.get(row, field.column).integer() == id) found.push_back(row);
  return found;
}

void release(Env& env, const Model& model, const Field& field, std::string_view name, Id id) {
  Table& table = env.database().table(model.name);
  if (field.type == Type::many2many) {
    for (Id row = 1; row < table.next_id(); ++row) {
      if (!table.exists(row)) continue;
      Ids ids = table.get(row, field.column).ids();
      if (std::erase(ids, id) > 0) env.store(Record(env, table, row), field.name, Value::of_ids(std::move(ids)));
    }
    return;
  }
  const Ids rows = referring(table, field, id);
  if (rows.empty()) return;
  if (cascading().contains(model.name + "." + field.name)) return env.unlink(model.name, rows);
  if (field.required || holding().contains(model.name))
    throw constraint_error(
        fmt::format(
            "another model requires the record being deleted. If possible, archive it instead.\n\nModel: {} ({})\nConstraint: {}_{}_fkey",
            model.name, model.name, name, field.name),
        "ForeignKeyViolation");
  for (const Id row : rows) env.store(Record(env, table, row), field.name, Value());
}

}  // namespace

void Env::release_links(std::string_view name, Id id) {
  Table& data = database_->table("ir.model.data");
  for (const Id row : find_by(data, "res_id", Value::of_integer(id)))
    if (Record(*this, data, row).text("model") == name) database_->remove(data, row);
  for (const auto& [holder, field] : {std::pair("ir.attachment", "res_model"), std::pair("mail.message", "model")}) {
    Table& table = database_->table(holder);
    for (const Id one : find_by(table, "res_id", Value::of_integer(id)))
      if (Record(*this, table, one).text(field) == name) unlink(holder, {one});
  }
  if (looked_after().contains(name)) return;
  for (const auto& [other, model] : database_->schema().models())
    for (const auto& field : model->fields)
      if (field->relation == name && field->column >= 0 && !field->compute &&
          (field->type == Type::many2one || field->type == Type::many2many))
        release(*this, *model, *field, name, id);
}

}  // namespace q2o::sandbox::odoo
