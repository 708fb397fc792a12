#include "sandbox/odoo/rules/money.h"

namespace q2o::sandbox::odoo {

int currency_digits(const Record& currency) {
  return currency ? static_cast<int>(currency.link("decimal_places")) : 2;
}

Decimal rounded_to(const Record& currency, const Decimal& amount) {
  return amount.rounded(currency_digits(currency), Rounding::half_up);
}

namespace {

Decimal rate_on(Env& env, const Record& currency, const std::string& date) {
  Table& rates = env.database().table("res.currency.rate");
  Decimal rate(1);
  std::string best, first;
  for (const Id id : find_by(rates, "currency_id", Value::of_id(currency.id()))) {
    const Record row(env, rates, id);
    const std::string day = row.text("name");
    // As Odoo: the last rate on or before the day, else the first one there is.
    if (day <= date ? day >= best : best.empty() && (first.empty() || day < first)) {
      (day <= date ? best : first) = day;
      rate = row.amount("rate");
    }
  }
  return rate;
}

}  // namespace

Decimal to_company(Env& env, const Record& currency, const Decimal& amount, const std::string& date) {
  const Record home = env.company().ref("currency_id");
  if (!currency || currency.id() == home.id()) return amount;
  return Decimal::divide(amount, rate_on(env, currency, date), currency_digits(home), Rounding::half_up);
}

Decimal from_company(Env& env, const Record& currency, const Decimal& amount, const std::string& date) {
  const Record home = env.company().ref("currency_id");
  if (!currency || currency.id() == home.id()) return amount;
  return rounded_to(currency, amount * rate_on(env, currency, date));
}

bool is_sale(std::string_view type) {
  return type == "out_invoice" || type == "out_refund" || type == "out_receipt";
}
bool is_purchase(std::string_view type) {
  return type == "in_invoice" || type == "in_refund" || type == "in_receipt";
}
bool is_document(std::string_view type) {
  return is_sale(type) || is_purchase(type);
}

int direction_sign(std::string_view type) {
  return type == "entry" || type == "in_invoice" || type == "out_refund" || type == "in_receipt" ? 1 : -1;
}

Record commercial_partner(const Record& partner) {
  Record at = partner;
  while (at && !at.flag("is_company") && at.link("parent_id") != 0) at = at.ref("parent_id");
  return at;
}

Record first_account(Env& env, bool receivable) {
  const Any wanted(receivable ? "asset_receivable" : "liability_payable");
  const Ids found = env.search(
      "account.account", Any(List{Any(List{Any("account_type"), Any("="), wanted}), Any(List{Any("deprecated"), Any("="), Any(false)})}),
      "code", 1);
  return found.empty() ? Record() : env.record("account.account", found.front());
}

Record partner_account(Env& env, const Record& partner, bool receivable) {
  const char* field = receivable ? "property_account_receivable_id" : "property_account_payable_id";
  const Record owner = commercial_partner(partner);
  if (owner && owner.link(field) != 0) return owner.ref(field);
  const Id fallback = property_default(env, "res.partner", field);
  if (fallback != 0) return env.record("account.account", fallback);
  return first_account(env, receivable);
}

Id property_default(Env& env, std::string_view model, std::string_view field) {
  Table& fields = env.database().table("ir.model.fields");
  for (const Id id : find_by(fields, "name", Value::of_text(std::string(field)))) {
    if (Record(env, fields, id).text("model") != model) continue;
    Table& defaults = env.database().table("ir.default");
    for (Id row = 1; row < defaults.next_id(); ++row)
      if (defaults.exists(row) && Record(env, defaults, row).link("field_id") == id)
        return Any(Record(env, defaults, row).text("json_value")).id();
  }
  return 0;
}

}  // namespace q2o::sandbox::odoo
