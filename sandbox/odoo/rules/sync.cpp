#include "sandbox/odoo/rules/dates.h"
#include "sandbox/odoo/rules/money.h"

// What Odoo computes by itself in a document when the caller does not say skip_invoice_sync: tax items and the due item.
namespace q2o::sandbox::odoo {

namespace {

struct TaxAmount {
  Decimal base, tax;
};

Decimal tax_of(const Record& tax, const Decimal& base, const Decimal& quantity) {
  const std::string type = tax.text("amount_type");
  if (type == "fixed") return tax.amount("amount") * quantity * Decimal(base.sign() < 0 ? -1 : 1);
  if (type == "division") return Decimal::divide(base * tax.amount("amount"), Decimal(100) - tax.amount("amount"), 6, Rounding::half_up);
  return Decimal::divide(base * tax.amount("amount"), Decimal(100), 6, Rounding::half_up);
}

std::vector<Record> leaves(const Record& tax) {
  if (tax.text("amount_type") != "group") return {tax};
  return tax.many("children_tax_ids");
}

/// Tax per repartition line, in the document's currency.
std::map<Id, TaxAmount> taxes_of(Env& env, const Record& move) {
  std::map<Id, TaxAmount> amounts;
  const Record currency = move.ref("currency_id");
  const bool per_line = env.company().text("tax_calculation_rounding_method") != "round_globally";
  const char* repartition = move.text("move_type").ends_with("refund") ? "refund_repartition_line_ids" : "invoice_repartition_line_ids";
  for (const Record& line : move.many("line_ids")) {
    if (line.text("display_type") != "product") continue;
    for (const Record& given : line.many("tax_ids")) {
      for (const Record& tax : leaves(given)) {
        Decimal amount = tax_of(tax, line.amount("amount_currency"), line.amount("quantity"));
        if (per_line) amount = rounded_to(currency, amount);
        for (const Record& part : tax.many(repartition)) {
          if (part.text("repartition_type") != "tax") continue;
          amounts[part.id()].base += line.amount("amount_currency");
          amounts[part.id()].tax += Decimal::divide(amount * part.amount("factor_percent"), Decimal(100), 6, Rounding::half_up);
        }
      }
    }
  }
  for (auto& [id, sum] : amounts) sum.tax = rounded_to(currency, sum.tax);
  return amounts;
}

Id tax_account(const Record& part, const Record& move) {
  if (part.link("account_id") != 0) return part.link("account_id");
  for (const Record& line : move.many("line_ids"))  // a tax without an account is booked where its base is
    if (line.text("display_type") == "product" && !line.ids("tax_ids").empty()) return line.link("account_id");
  return 0;
}

void set_amounts(Env& env, const Record& line, const Record& currency, const Decimal& amount, const std::string& date) {
  env.store(line, "amount_currency", Value::of_decimal(amount));
  env.store(line, "balance", Value::of_decimal(rounded_to(env.company().ref("currency_id"), to_company(env, currency, amount, date))));
  update_residual(env, line);
}

void sync_taxes(Env& env, const Record& move) {
  auto amounts = taxes_of(env, move);
  const Record currency = move.ref("currency_id");
  for (const Record& line : move.many("line_ids")) {
    if (line.text("display_type") != "tax") continue;
    const auto found = amounts.find(line.link("tax_repartition_line_id"));
    if (found == amounts.end()) {
      env.unlink("account.move.line", {line.id()});
      continue;
    }
    set_amounts(env, line, currency, found->second.tax, move.text("date"));
    amounts.erase(found);
  }
  for (const auto& [id, sum] : amounts) {
    const Record part = env.record("account.tax.repartition.line", id);
    Dict values;
    values["move_id"] = Any(move.id());
    values["display_type"] = Any("tax");
    values["name"] = Any(part.ref("tax_id").text("name"));
    values["account_id"] = Any(tax_account(part, move));
    values["tax_repartition_line_id"] = Any(id);
    values["tax_base_amount"] = Any(sum.base.abs());
    values["amount_currency"] = Any(sum.tax);
    values["tax_ids"] = replace_with({});
    env.create_one("account.move.line", std::move(values));
  }
}

void sync_due(Env& env, const Record& move) {
  Decimal home, in_currency;
  std::vector<Record> due;
  for (const Record& line : move.many("line_ids")) {
    if (line.text("display_type") == "payment_term") {
      due.push_back(line);
      continue;
    }
    home -= line.amount("balance");
    in_currency -= line.amount("amount_currency");
  }
  const std::string date = move.get("invoice_date_due").is_null() ? env.today : move.text("invoice_date_due");
  if (due.empty()) {
    if (move.ids("line_ids").empty()) return;
    Dict values;
    values["move_id"] = Any(move.id());
    values["display_type"] = Any("payment_term");
    values["date_maturity"] = Any(date);
    values["balance"] = Any(home);
    values["amount_currency"] = Any(in_currency);
    env.create_one("account.move.line", std::move(values));
    return;
  }
  for (std::size_t i = 1; i < due.size(); ++i) {
    home -= due[i].amount("balance");
    in_currency -= due[i].amount("amount_currency");
  }
  env.store(due.front(), "balance", Value::of_decimal(home));
  env.store(due.front(), "amount_currency", Value::of_decimal(in_currency));
  update_residual(env, due.front());
}

}  // namespace

void sync_document(Env& env, const Record& move, bool taxes) {
  ++env.building;
  const Record term = move.ref("invoice_payment_term_id");
  if (term && !move.get("invoice_date").is_null() && term.many("line_ids").size() == 1)
    env.store(move, "invoice_date_due",
              Value::of_text(days_after(move.text("invoice_date"), term.many("line_ids").front().link("nb_days"))));
  if (taxes) sync_taxes(env, move);
  sync_due(env, move);
  --env.building;
}

}  // namespace q2o::sandbox::odoo
