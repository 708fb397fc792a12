#include "sandbox/odoo/errors.h"
#include "sandbox/odoo/rules/rules.h"

namespace q2o::sandbox::odoo {

namespace {

void tax_before_create(Env& env, Dict& values) {
  if (!values["type_tax_use"].truthy()) values["type_tax_use"] = Any("sale");
  values["company_id"] = Any(1);
  if (!values["country_id"].truthy()) values["country_id"] = Any(env.company().link("country_id"));
  if (!values["tax_group_id"].truthy()) {
    const Ids groups = env.search("account.tax.group", Any(List{}), "sequence,id", 1);
    if (!groups.empty()) values["tax_group_id"] = Any(groups.front());
  }
  for (const Id id : find_by(env.database().table("account.tax"), "name", Value::of_text(values["name"].text()))) {
    const Record other = env.record("account.tax", id);
    if (other.text("type_tax_use") == values["type_tax_use"].text() && other.text("tax_scope") == values["tax_scope"].text())
      throw validation_error("Tax names must be unique!\n- " + other.text("name") + " in My Company");
  }
  // Without repartition lines Odoo makes them, with no account.
  const auto plain = [] {
    Dict base, tax;
    base["repartition_type"] = Any("base");
    tax["repartition_type"] = Any("tax");
    return Any(List{Any(List{Any(0), Any(0), Any(base)}), Any(List{Any(0), Any(0), Any(tax)})});
  };
  if (values["amount_type"].text() == "group") return;
  for (const char* name : {"invoice_repartition_line_ids", "refund_repartition_line_ids"})
    if (!values[name].truthy()) values[name] = plain();
}

void repartition_before_create(Env&, Dict& values) {
  if (!values["document_type"].truthy()) values["document_type"] = Any("invoice");
  if (!values.has("factor_percent")) values["factor_percent"] = Any(100);
}

void check_percent(const Record& term) {
  Decimal sum;
  bool any = false;
  for (const Record& line : term.many("line_ids")) {
    if (line.text("value") != "percent") continue;
    sum += line.amount("value_amount");
    any = true;
  }
  if (any && sum != Decimal(100))
    throw validation_error("The Payment Term must have at least one percent line and the sum of the percent must be 100%.");
}

void term_before_create(Env&, Dict& values) {
  if (values["line_ids"].truthy()) return;
  Dict line;
  line["value"] = Any("percent");
  line["value_amount"] = Any(100);
  line["nb_days"] = Any(0);
  values["line_ids"] = Any(List{Any(List{Any(0), Any(0), Any(line)})});
}

void term_after_create(Env&, const Record& term, const Dict&) {
  check_percent(term);
}

}  // namespace

void add_tax_rules(Rules& rules) {
  rules.model("account.tax").before_create = tax_before_create;
  rules.model("account.tax.repartition.line").before_create = repartition_before_create;
  ModelRules& terms = rules.model("account.payment.term");
  terms.before_create = term_before_create;
  terms.after_create = term_after_create;
  terms.after_write = term_after_create;
  rules.model("account.tax.group").before_create = [](Env& env, Dict& values) {
    values["company_id"] = Any(1);
    if (!values["country_id"].truthy()) values["country_id"] = Any(env.company().link("country_id"));
  };
}

}  // namespace q2o::sandbox::odoo
