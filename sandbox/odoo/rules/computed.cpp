#include "sandbox/odoo/rules/money.h"
#include "sandbox/odoo/rules/payments.h"
#include "sandbox/odoo/rules/rules.h"

namespace q2o::sandbox::odoo {

namespace {

Value debit(const Record& line) {
  const Decimal balance = line.amount("balance");
  return Value::of_decimal(balance.sign() > 0 ? balance : Decimal());
}

Value credit(const Record& line) {
  const Decimal balance = line.amount("balance");
  return Value::of_decimal(balance.sign() < 0 ? -balance : Decimal());
}

Value internal_group(const Record& account) {
  const std::string type = account.text("account_type");
  const std::string group = type == "off_balance" ? "off" : type.substr(0, type.find('_'));
  return Value::of_text(group);
}

Value include_initial_balance(const Record& account) {
  const std::string group = internal_group(account).text();
  return Value::of_bool(group != "income" && group != "expense" && account.text("account_type") != "equity_unaffected");
}

template <bool kInbound>
Value method_lines(const Record& journal) {
  Ids ids;
  Table& lines = journal.env().database().table("account.payment.method.line");
  for (const Id id : find_by(lines, "journal_id", Value::of_id(journal.id())))
    if ((Record(journal.env(), lines, id).text("payment_type") == "inbound") == kInbound) ids.push_back(id);
  return Value::of_ids(ids);
}

Value matched(const Record& payment) {
  if (payment.link("move_id") == 0) return Value::of_bool(false);
  if (payment.amount("amount").is_zero()) return Value::of_bool(true);
  const bool home = payment.link("currency_id") == payment.link("company_currency_id");
  Decimal open;
  for (const Record& line : items_of(payment).liquidity) {
    if (line.link("account_id") == payment.ref("journal_id").link("default_account_id")) return Value::of_bool(true);
    open += line.amount(home ? "amount_residual" : "amount_residual_currency");
  }
  return Value::of_bool(open.is_zero());
}

Value payment_reconciled(const Record& payment) {
  if (payment.link("move_id") == 0) return Value::of_bool(false);
  const bool home = payment.link("currency_id") == payment.link("company_currency_id");
  const PaymentItems items = items_of(payment);
  Decimal open;
  for (const auto* lines : {&items.counterpart, &items.other})
    for (const Record& line : *lines)
      if (line.ref("account_id").flag("reconcile")) open += line.amount(home ? "amount_residual" : "amount_residual_currency");
  return Value::of_bool(open.is_zero());
}

Value line_reconciled(const Record& line) {
  const Id suspense = line.ref("journal_id").link("suspense_account_id");
  const auto items = line.ref("move_id").many("line_ids");
  return Value::of_bool(std::ranges::none_of(
      items, [&](const Record& item) { return item.link("account_id") == suspense && !item.amount("balance").is_zero(); }));
}

Value statement_balance(const Record& journal) {
  Decimal sum;
  Table& lines = journal.env().database().table("account.bank.statement.line");
  for (const Id id : find_by(lines, "journal_id", Value::of_id(journal.id()))) {
    const Record line(journal.env(), lines, id);
    if (line.text("state") == "posted") sum += line.amount("amount");
  }
  return Value::of_decimal(sum);
}

/// The journal card: what Odoo shows as the bank's balance, as text in JSON.
Value dashboard(const Record& journal) {
  const Decimal balance = statement_balance(journal).decimal();
  const std::string text = balance.to_string(2);
  json::Writer out;
  out.begin_object().field("account_balance", "$ " + text).field("last_balance", "$ " + text).field("number_to_reconcile", 0).end_object();
  return Value::of_text(out.take());
}

Value company_type(const Record& partner) {
  return Value::of_text(partner.flag("is_company") ? "company" : "person");
}
Value commercial(const Record& partner) {
  return Value::of_id(commercial_partner(partner).id());
}
Value complete_name(const Record& record) {
  return Value::of_text(record.display_name());
}
Value signed_amount(const Record& payment) {
  return Value::of_decimal(payment.text("payment_type") == "outbound" ? -payment.amount("amount") : payment.amount("amount"));
}
Value sign(const Record& move) {
  return Value::of_integer(direction_sign(move.text("move_type")));
}
Value first_variant(const Record& product) {
  const Ids ids = product.ids("product_variant_ids");
  return Value::of_id(ids.empty() ? 0 : ids.front());
}
Value data_name(const Record& data) {
  return Value::of_text(data.text("module") + "." + data.text("name"));
}

}  // namespace

void add_computed_fields(Schema& schema) {
  schema.computed("account.move.line", "debit", debit);
  schema.computed("account.move.line", "credit", credit);
  schema.computed("account.account", "internal_group", internal_group);
  schema.computed("account.account", "include_initial_balance", include_initial_balance);
  schema.computed("account.journal", "inbound_payment_method_line_ids", method_lines<true>);
  schema.computed("account.journal", "outbound_payment_method_line_ids", method_lines<false>);
  schema.computed("account.journal", "current_statement_balance", statement_balance);
  schema.computed("account.journal", "kanban_dashboard", dashboard);
  schema.computed("account.payment", "is_matched", matched);
  schema.computed("account.payment", "is_reconciled", payment_reconciled);
  schema.computed("account.payment", "amount_signed", signed_amount);
  schema.computed("account.bank.statement.line", "is_reconciled", line_reconciled);
  schema.computed("account.move", "direction_sign", sign);
  schema.computed("res.partner", "company_type", company_type);
  schema.computed("res.partner", "commercial_partner_id", commercial);
  schema.computed("res.partner", "complete_name", complete_name);
  schema.computed("product.category", "complete_name", complete_name);
  schema.computed("product.template", "product_variant_id", first_variant);
  schema.computed("ir.model.data", "complete_name", data_name);
}

}  // namespace q2o::sandbox::odoo
