#include <fmt/format.h>

#include "sandbox/odoo/errors.h"
#include "sandbox/odoo/rules/rules.h"

// Products, orders, projects, employees: mostly the records that Odoo makes beside them.
namespace q2o::sandbox::odoo {

namespace {

/// Fields of product.product that live on its template go there.
void product_before_create(Env& env, Dict& values) {
  const Model& model = env.database().table("product.product").model();
  if (values["product_tmpl_id"].truthy()) return;
  if (const Any* barcode = values.find("barcode"); barcode && barcode->truthy())
    if (!find_by(env.database().table("product.product"), "barcode", Value::of_text(barcode->text())).empty())
      throw validation_error("Barcode(s) already assigned:\n\n- Barcode \"" + barcode->text() +
                             "\" already assigned to product(s): " + values["name"].text());
  Dict product;
  product["name"] = values["name"];
  for (const auto& [name, value] : values.members()) {
    const Field* field = model.find(name);
    if (!field) throw value_error(fmt::format("Invalid field '{}' on model 'product.product'", name));
    if (field->path.size() == 2 && field->path.front() == "product_tmpl_id") product[field->path.back()] = value;
  }
  if (!product.has("taxes_id") && env.company().link("account_sale_tax_id") != 0)
    product["taxes_id"] = replace_with({env.company().link("account_sale_tax_id")});
  if (!product.has("supplier_taxes_id") && env.company().link("account_purchase_tax_id") != 0)
    product["supplier_taxes_id"] = replace_with({env.company().link("account_purchase_tax_id")});
  if (!product.has("categ_id")) product["categ_id"] = Any(1);
  for (const char* unit : {"uom_id", "uom_po_id"})
    if (!product[unit].truthy()) product[unit] = Any(1);
  for (const auto& member : product.members()) {
    const Field* field = model.find(member.first);
    if (field && !field->path.empty()) values.erase(member.first);
  }
  values["product_tmpl_id"] = Any(env.create_one("product.template", std::move(product)));
}

void template_before_create(Env&, Dict& values) {
  for (const char* unit : {"uom_id", "uom_po_id"})
    if (!values[unit].truthy()) values[unit] = Any(1);
  if (!values.has("categ_id")) values["categ_id"] = Any(1);
}

/// Archiving a template archives its variants.
void template_after_write(Env& env, const Record& product, const Dict& values) {
  const Any* active = values.find("active");
  if (!active) return;
  Table& variants = env.database().table("product.product");
  for (const Id id : find_by(variants, "product_tmpl_id", Value::of_id(product.id())))
    env.store(Record(env, variants, id), "active", Value::of_bool(active->truthy()));
}

void category_before_unlink(Env& env, const Record& category) {
  if (category.id() == 1) throw user_error("You cannot delete this product category, it is the default generic category.");
  (void)env;
}

/// Gross of one order line, for the order's totals.
void total_line(Env& env, const Record& line, const char* quantity, const char* taxes) {
  if (!line.text("display_type").empty()) return;
  const Decimal net = Decimal::divide(line.amount(quantity) * line.amount("price_unit") * (Decimal(100) - line.amount("discount")),
                                      Decimal(100), 2, Rounding::half_up);
  Decimal tax;
  for (const Record& one : line.many(taxes)) tax += Decimal::divide(net * one.amount("amount"), Decimal(100), 6, Rounding::half_up);
  env.store(line, "price_subtotal", Value::of_decimal(net));
  env.store(line, "price_tax", Value::of_decimal(tax));
  env.store(line, "price_total", Value::of_decimal((net + tax).rounded(2, Rounding::half_up)));
}

void total_order(Env& env, const Record& order) {
  Decimal net, tax;
  for (const Record& line : order.many("order_line")) {
    net += line.amount("price_subtotal");
    tax += line.amount("price_tax");
  }
  tax = tax.rounded(2, Rounding::half_up);
  env.store(order, "amount_untaxed", Value::of_decimal(net));
  env.store(order, "amount_tax", Value::of_decimal(tax));
  env.store(order, "amount_total", Value::of_decimal(net + tax));
}

template <bool kSale>
void order_before_create(Env& env, Dict& values) {
  if (!values["currency_id"].truthy()) values["currency_id"] = Any(env.company().link("currency_id"));
  values["company_id"] = Any(1);
  if (!values["date_order"].truthy()) values["date_order"] = Any(env.now.substr(0, 19));
  if (!values["name"].truthy())
    values["name"] =
        Any(fmt::format("{}{:05}", kSale ? "S" : "P", env.database().table(kSale ? "sale.order" : "purchase.order").next_id()));
  if constexpr (kSale) {
    for (const char* address : {"partner_invoice_id", "partner_shipping_id"})
      if (!values[address].truthy()) values[address] = values["partner_id"];
    if (values["state"].empty()) values["state"] = Any("draft");
  }
}

/// Odoo computes both addresses from the partner again.
void sale_order_before_write(Env&, const Record&, Dict& values) {
  if (!values.has("partner_id")) return;
  const Any partner = values["partner_id"];
  for (const char* address : {"partner_invoice_id", "partner_shipping_id"})
    if (!values.has(address)) values[address] = partner;
}

void order_after_create(Env& env, const Record& order, const Dict&) {
  total_order(env, order);
}

template <bool kSale>
void order_line_before_create(Env& env, Dict& values) {
  const Record product = env.record("product.product", values["product_id"].id());
  if (!values["name"].truthy()) values["name"] = Any(product ? product.display_name() : std::string());
  const bool text_line = values["display_type"].truthy();
  if (const char* unit = "product_uom"; product && !values[unit].truthy()) values[unit] = Any(product.link("uom_id"));
  if (const char* taxes = kSale ? "tax_id" : "taxes_id"; product && !values.has(taxes))
    values[taxes] = replace_with(product.ids(kSale ? "taxes_id" : "supplier_taxes_id"));
  if (!kSale && !text_line && !values["date_planned"].truthy()) values["date_planned"] = Any(env.now.substr(0, 19));
}

void sale_line_after(Env& env, const Record& line, const Dict&) {
  total_line(env, line, "product_uom_qty", "tax_id");
}
void purchase_line_after(Env& env, const Record& line, const Dict&) {
  total_line(env, line, "product_qty", "taxes_id");
}

template <bool kSale>
std::string confirm(Env& env, const Call& call) {
  for (const Id id : to_ids(call.argument(0, "ids"))) {
    const Record order = env.record(kSale ? "sale.order" : "purchase.order", id);
    env.store(order, "state", Value::of_text(kSale ? "sale" : "purchase"));
    env.store(order, kSale ? "date_order" : "date_approve", Value::of_text(env.now.substr(0, 19)));
  }
  return "true";
}

void sale_before_unlink(Env&, const Record& order) {
  if (order.text("state") != "draft" && order.text("state") != "cancel")
    throw user_error("You can not delete a sent quotation or a confirmed sales order. You must first cancel it.");
}

void purchase_before_unlink(Env&, const Record& order) {
  if (order.text("state") != "cancel") throw user_error("In order to delete a purchase order, you must cancel it first.");
}

/// The last variant takes its template with it.
void product_before_unlink(Env& env, const Record& product) {
  const Id owner = product.link("product_tmpl_id");
  Table& variants = env.database().table("product.product");
  if (find_by(variants, "product_tmpl_id", Value::of_id(owner)).size() > 1) return;
  env.release_links("product.product", product.id());
  env.database().remove(variants, product.id());
  env.unlink("product.template", {owner});
}

void employee_before_unlink(Env& env, const Record& employee) {
  const Id resource = employee.link("resource_id");
  env.release_links("hr.employee", employee.id());
  env.database().remove(employee.table(), employee.id());
  env.unlink("resource.resource", {resource});
}

void must_have_no_hours(Env& env, const char* field, Id id, const std::string& what) {
  if (!find_by(env.database().table("account.analytic.line"), field, Value::of_id(id)).empty())
    throw OdooError("odoo.exceptions.RedirectWarning",
                    fmt::format("This {0} has some timesheet entries referencing it. Before removing this {0}, you have to remove these "
                                "timesheet entries.",
                                what));
}

/// A project takes its analytic account with it while that is empty.
void project_before_unlink(Env& env, const Record& project) {
  for (const Id task : project.ids("task_ids")) must_have_no_hours(env, "task_id", task, "task");
  must_have_no_hours(env, "project_id", project.id(), "project");
  const Record account = project.ref("account_id");
  env.unlink("project.task", project.ids("task_ids"));
  env.release_links("project.project", project.id());
  env.database().remove(project.table(), project.id());
  if (account && account.exists() && account.ids("line_ids").empty()) env.unlink("account.analytic.account", {account.id()});
}

void employee_before_create(Env& env, Dict& values) {
  if (!values["name"].truthy()) throw key_error("name");
  Dict contact;
  contact["name"] = values["name"];
  contact["email"] = values["work_email"];
  contact["phone"] = values["work_phone"];
  if (!values["work_contact_id"].truthy()) values["work_contact_id"] = Any(env.create_one("res.partner", std::move(contact)));
  Dict resource;
  resource["name"] = values["name"];
  values["resource_id"] = Any(env.create_one("resource.resource", std::move(resource)));
  values["company_id"] = Any(1);
}

void project_before_create(Env& env, Dict& values) {
  values["company_id"] = values["company_id"];
  if (!values.has("allow_timesheets")) values["allow_timesheets"] = Any(true);
  if (!values["allow_timesheets"].truthy() || values["account_id"].truthy()) return;
  const Ids plans = env.search("account.analytic.plan", Any(List{}), "id", 1);
  Dict account;
  account["name"] = values["name"];
  account["plan_id"] = Any(plans.front());
  account["partner_id"] = values["partner_id"];
  values["account_id"] = Any(env.create_one("account.analytic.account", std::move(account)));
}

void analytic_before_create(Env& env, Dict& values) {
  values["company_id"] = Any(1);
  if (!values["date"].truthy()) values["date"] = Any(env.today);
  values["currency_id"] = Any(env.company().link("currency_id"));
  const Record project = env.record("project.project", values["project_id"].id());
  if (!project) return;
  if (!project.exists()) throw missing_error("project.project", values["project_id"].id(), env.user());
  if (!values["employee_id"].truthy()) values["employee_id"] = Any(1);
  const Record employee = env.record("hr.employee", values["employee_id"].id());
  const Any* active_test = env.context.find("active_test");
  const bool finds_archived = active_test && !active_test->truthy();
  if (!employee.flag("active") && !finds_archived)
    throw validation_error("Timesheets must be created with an active employee in the selected companies.");
  if (!values["name"].truthy()) values["name"] = Any("/");
  values["account_id"] = Any(project.link("account_id"));
  if (!values["partner_id"].truthy()) values["partner_id"] = Any(project.link("partner_id"));
  values["amount"] = Any((-(values["unit_amount"].number() * employee.amount("hourly_cost"))).rounded(2, Rounding::half_up));
}

/// Hours that move to another project move to its analytic account and its customer too.
void analytic_before_write(Env& env, const Record& line, Dict& values) {
  if (!values.has("project_id")) return;
  const Record project = env.record("project.project", values["project_id"].id());
  if (!project || !project.exists() || project.id() == line.link("project_id")) return;
  values["account_id"] = Any(project.link("account_id"));
  if (!values.has("partner_id")) values["partner_id"] = Any(project.link("partner_id"));
}

void analytic_account_before_create(Env& env, Dict& values) {
  Record plan = env.record("account.analytic.plan", values["plan_id"].id());
  while (plan && plan.link("parent_id") != 0) plan = plan.ref("parent_id");
  if (plan) values["root_plan_id"] = Any(plan.id());
}

}  // namespace

void add_trade_rules(Rules& rules) {
  rules.model("product.product").before_create = product_before_create;
  rules.model("product.template").before_create = template_before_create;
  rules.model("product.template").after_write = template_after_write;
  rules.model("product.category").before_unlink = category_before_unlink;
  rules.model("sale.order").before_create = order_before_create<true>;
  rules.model("sale.order").before_write = sale_order_before_write;
  rules.model("sale.order").after_create = order_after_create;
  rules.model("sale.order").after_write = order_after_create;
  rules.model("purchase.order").before_create = order_before_create<false>;
  rules.model("purchase.order").after_create = order_after_create;
  rules.model("purchase.order").after_write = order_after_create;
  rules.model("sale.order.line").before_create = order_line_before_create<true>;
  rules.model("sale.order.line").after_create = sale_line_after;
  rules.model("sale.order.line").after_write = sale_line_after;
  rules.model("purchase.order.line").before_create = order_line_before_create<false>;
  rules.model("purchase.order.line").after_create = purchase_line_after;
  rules.model("purchase.order.line").after_write = purchase_line_after;
  rules.model("sale.order").before_unlink = sale_before_unlink;
  rules.model("purchase.order").before_unlink = purchase_before_unlink;
  rules.model("product.product").before_unlink = product_before_unlink;
  rules.model("project.project").before_unlink = project_before_unlink;
  rules.model("hr.employee").before_unlink = employee_before_unlink;
  rules.add("sale.order", "action_confirm", confirm<true>);
  rules.add("purchase.order", "button_confirm", confirm<false>);
  rules.model("hr.employee").before_create = employee_before_create;
  rules.model("project.project").before_create = project_before_create;
  rules.model("account.analytic.line").before_create = analytic_before_create;
  rules.model("account.analytic.line").before_write = analytic_before_write;
  rules.model("account.analytic.account").before_create = analytic_account_before_create;
}

}  // namespace q2o::sandbox::odoo
