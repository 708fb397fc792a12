#include "sandbox/odoo/errors.h"
#include "sandbox/odoo/rules/money.h"
#include "sandbox/odoo/rules/rules.h"

// Journal items: how a client's values become balance, currency and account, and what an item may not be.
namespace q2o::sandbox::odoo {

namespace {

bool is_text_line(std::string_view display_type) {
  return display_type == "line_section" || display_type == "line_note";
}

Record product_account(Env& env, const Record& move, Id product_id) {
  const bool sale = is_sale(move.text("move_type"));
  const Record product = env.record("product.product", product_id);
  if (product) {
    const Record own = product.ref(sale ? "property_account_income_id" : "property_account_expense_id");
    if (own) return own;
    const Record category = product.ref("categ_id").ref(sale ? "property_account_income_categ_id" : "property_account_expense_categ_id");
    if (category) return category;
  }
  return move.ref("journal_id").ref("default_account_id");
}

void set_account(Env& env, const Record& move, Dict& values) {
  const Any* given = values.find("account_id");
  if (given && !given->empty()) return;
  const std::string type = values["display_type"].text();
  const bool document = is_document(move.text("move_type"));
  Record account;
  if (document && type == "payment_term")
    account = partner_account(env, move.ref("partner_id"), is_sale(move.text("move_type")));
  else if (document)
    account = product_account(env, move, values["product_id"].id());
  if (!account && document) account = move.ref("journal_id").ref("default_account_id");
  if (account) values["account_id"] = Any(account.id());
}

void set_kind(Env& env, const Record& move, Dict& values) {
  const Any* kind = values.find("display_type");
  if (kind && !kind->empty()) return;
  const std::string account_type = env.record("account.account", values["account_id"].id()).text("account_type");
  const bool open_item = account_type == "asset_receivable" || account_type == "liability_payable";
  values["display_type"] = values["tax_repartition_line_id"].truthy()          ? Any("tax")
                           : open_item && !is_document(move.text("move_type")) ? Any("payment_term")
                                                                               : Any("product");
}

void set_product_taxes(Env& env, const Record& move, Dict& values) {
  if (!is_document(move.text("move_type")) || values["display_type"].text() != "product" || values.has("tax_ids")) return;
  const Record product = env.record("product.product", values["product_id"].id());
  if (product) values["tax_ids"] = replace_with(product.ids(is_sale(move.text("move_type")) ? "taxes_id" : "supplier_taxes_id"));
}

Decimal printed_subtotal(const Record& currency, const Dict& values) {
  const auto number = [&](const char* name, Decimal otherwise) {
    const Any* value = values.find(name);
    return value && !value->empty() ? value->number() : otherwise;
  };
  const Decimal hundred(100);
  const Decimal full = number("price_unit", {}) * number("quantity", Decimal(1)) * (hundred - number("discount", {}));
  return Decimal::divide(full, hundred, currency_digits(currency), Rounding::half_up);
}

/// Balance and amount in currency, from whichever of them the client gave.
void set_amounts(Env& env, const Record& move, Dict& values) {
  const Record home = env.company().ref("currency_id");
  const bool document = is_document(move.text("move_type"));
  if (!values["currency_id"].truthy()) values["currency_id"] = Any(document ? move.link("currency_id") : home.id());
  const Record currency = env.record("res.currency", values["currency_id"].id());
  const bool foreign = currency.id() != home.id();
  const Any* given_currency = values.find("amount_currency");
  const bool has_currency = given_currency && !given_currency->empty();
  const Decimal in_currency = has_currency ? rounded_to(currency, given_currency->number()) : Decimal();
  const Any* given = values.find("balance");
  Decimal balance;
  if (given && !given->empty())
    balance = given->number();
  else if (values.has("debit") || values.has("credit"))
    balance = values["debit"].number() - values["credit"].number();
  else if (has_currency)
    balance = foreign ? to_company(env, currency, in_currency, move.text("date")) : in_currency;
  else if (document && !env.skips_invoice_sync() && values["display_type"].text() == "product") {
    const Decimal subtotal = printed_subtotal(currency, values);
    const Decimal signed_subtotal = direction_sign(move.text("move_type")) < 0 ? -subtotal : subtotal;
    values["amount_currency"] = Any(signed_subtotal);
    values["balance"] = Any(rounded_to(home, to_company(env, currency, signed_subtotal, move.text("date"))));
    return;
  }
  balance = rounded_to(home, balance);
  values["balance"] = Any(balance);
  values["amount_currency"] = Any(has_currency ? in_currency : foreign ? from_company(env, currency, balance, move.text("date")) : balance);
}

void complete(Env& env, Dict& values) {
  const Record move = env.record("account.move", values["move_id"].id());
  if (!move || !move.exists()) throw missing_error("account.move", values["move_id"].id(), env.user());
  if (move.text("state") == "posted") throw user_error("You cannot modify the following readonly fields on a posted move: line_ids");
  set_kind(env, move, values);
  if (!is_text_line(values["display_type"].text())) {
    set_account(env, move, values);
    set_product_taxes(env, move, values);
    set_amounts(env, move, values);
    if (values["display_type"].text() == "product" && !values.has("quantity")) values["quantity"] = Any(1);
    if (!values.has("partner_id")) values["partner_id"] = Any(commercial_partner(move.ref("partner_id")).id());
    if (is_document(move.text("move_type")) && values["display_type"].text() == "product")
      values["price_subtotal"] = Any(printed_subtotal(env.record("res.currency", values["currency_id"].id()), values));
  } else if (!values["currency_id"].truthy()) {
    values["currency_id"] = Any(move.link("currency_id"));
  }
  values.erase("debit");
  values.erase("credit");
  if (!values.has("sequence")) {
    const std::string kind = values["display_type"].text();
    values["sequence"] = Any(kind == "tax" ? 10000 : kind == "payment_term" ? 12000 : 100);
  }
}

void check_amount_rules(const Record& line) {
  const bool text_line = is_text_line(line.text("display_type"));
  const Decimal balance = line.amount("balance"), in_currency = line.amount("amount_currency");
  if (text_line && (line.link("account_id") != 0 || !balance.is_zero() || !in_currency.is_zero()))
    throw constraint_error("Forbidden balance or account on non-accountable line");
  if (!text_line && line.link("account_id") == 0) throw constraint_error("Missing required account on accountable line.");
  if (balance.sign() * in_currency.sign() < 0)
    throw constraint_error(
        "The amount expressed in the secondary currency must be positive when account is debited and negative when account is credited. If "
        "the "
        "currency is the same as the one from the company, this amount must strictly be equal to the balance.");
}

void check_account(Env& env, const Record& line, const Record& account) {
  if (account.flag("deprecated") && !env.flag("skip_account_deprecation_check"))
    throw user_error(fmt::format("The account {} ({}) is deprecated.", account.text("name"), account.text("code")));
  const Id forced = account.link("currency_id");
  if (forced != 0 && forced != line.link("company_currency_id") && forced != line.link("currency_id"))
    throw user_error(
        "The account selected on your journal entry forces to provide a secondary currency. You should remove the secondary currency on "
        "the account.");
  const std::string type = account.text("account_type"), move_type = line.text("move_type");
  const bool due = line.text("display_type") == "payment_term";
  if (is_sale(move_type)) {
    if (type == "liability_payable")
      throw user_error(fmt::format("Account {} is of payable type, but is used in a sale operation.", account.text("code")));
    if (due != (type == "asset_receivable"))
      throw user_error("Any journal item on a receivable account must have a due date and vice versa.");
  }
  if (is_purchase(move_type)) {
    if (type == "asset_receivable")
      throw user_error(fmt::format("Account {} is of receivable type, but is used in a purchase operation.", account.text("code")));
    if (due != (type == "liability_payable"))
      throw user_error("Any journal item on a payable account must have a due date and vice versa.");
  }
}

void created(Env& env, const Record& line, const Dict&) {
  check_amount_rules(line);
  const Record account = line.ref("account_id");
  if (account) check_account(env, line, account);
  update_residual(env, line);
}

void batch_created(Env& env, const Ids& ids) {
  if (env.building > 0) return;
  Ids moves;
  for (const Id id : ids) moves.push_back(env.record("account.move.line", id).link("move_id"));
  std::ranges::sort(moves);
  moves.erase(std::ranges::unique(moves).begin(), moves.end());
  for (const Id id : moves) update_totals(env, env.record("account.move", id));
  check_balanced(env, moves);
}

constexpr std::array<std::string_view, 7> kFixedWhenPosted{"account_id",      "balance",     "debit",  "credit",
                                                           "amount_currency", "currency_id", "move_id"};

void before_write(Env& env, const Record& line, Dict& values) {
  const bool posted = line.text("parent_state") == "posted";
  for (const auto& name : kFixedWhenPosted) {
    if (!values.has(name)) continue;
    if (posted && !env.flag("q2o_recompute"))
      throw user_error("You cannot do this modification on a posted journal entry, you can just change some non legal fields.");
  }
  const Record home = env.company().ref("currency_id");
  if (values.has("debit") || values.has("credit")) {
    values["balance"] = Any(values["debit"].number() - values["credit"].number());
    values.erase("debit");
    values.erase("credit");
  }
  const bool same = line.link("currency_id") == home.id();
  if (same && values.has("amount_currency") && !values.has("balance")) values["balance"] = values["amount_currency"];
  if (same && values.has("balance") && !values.has("amount_currency")) values["amount_currency"] = values["balance"];
}

void after_write(Env& env, const Record& line, const Dict& values) {
  if (!values.has("balance") && !values.has("amount_currency") && !values.has("account_id")) return;
  check_amount_rules(line);
  update_residual(env, line);
  if (env.building > 0) return;
  update_totals(env, line.ref("move_id"));
  check_balanced(env, {line.link("move_id")});
}

void before_unlink(Env&, const Record& line) {
  if (line.text("parent_state") == "posted")
    throw user_error(
        "You can't delete a posted journal item. Don’t play games with your accounting records; reset the journal entry to draft before "
        "deleting it.");
}

}  // namespace

void add_line_rules(Rules& rules) {
  ModelRules& lines = rules.model("account.move.line");
  lines.before_create = complete;
  lines.after_create = created;
  lines.after_batch = batch_created;
  lines.before_write = before_write;
  lines.after_write = after_write;
  lines.before_unlink = before_unlink;
}

}  // namespace q2o::sandbox::odoo
