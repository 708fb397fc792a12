#include <set>

#include "sandbox/odoo/errors.h"
#include "sandbox/odoo/rules/money.h"

namespace q2o::sandbox::odoo {

namespace {

Value amount(const Decimal& value) {
  return Value::of_decimal(value);
}

Decimal partial_sum(const Record& line, const char* side, const char* field) {
  Table& partials = line.env().database().table("account.partial.reconcile");
  Decimal sum;
  for (const Id id : find_by(partials, side, Value::of_id(line.id()))) sum += Record(line.env(), partials, id).amount(field);
  return sum;
}

bool keeps_residual(const Record& account) {
  const std::string type = account.text("account_type");
  return account.flag("reconcile") || type == "asset_cash" || type == "liability_credit_card";
}

struct Sums {
  Decimal home, currency;
  void add(const Record& line, const char* home_field, const char* currency_field) {
    home += line.amount(home_field);
    currency += line.amount(currency_field);
  }
};

}  // namespace

void update_residual(Env& env, const Record& line) {
  Decimal residual, in_currency;
  bool done = false;
  if (keeps_residual(line.ref("account_id"))) {
    residual = line.amount("balance") - partial_sum(line, "debit_move_id", "amount") + partial_sum(line, "credit_move_id", "amount");
    in_currency = line.amount("amount_currency") - partial_sum(line, "debit_move_id", "debit_amount_currency") +
                  partial_sum(line, "credit_move_id", "credit_amount_currency");
    done = residual.is_zero() && in_currency.is_zero();
  }
  env.store(line, "amount_residual", amount(residual));
  env.store(line, "amount_residual_currency", amount(in_currency));
  env.store(line, "reconciled", Value::of_bool(done));
}

void update_totals(Env& env, const Record& move) {
  const std::string type = move.text("move_type");
  Sums untaxed, tax, residual, total;
  for (const Record& line : move.many("line_ids")) {
    const std::string kind = line.text("display_type");
    if (!is_document(type)) {
      if (line.amount("balance").sign() > 0) total.add(line, "balance", "amount_currency");
    } else if (kind == "tax" || (kind == "rounding" && line.link("tax_repartition_line_id") != 0)) {
      tax.add(line, "balance", "amount_currency");
    } else if (kind == "product" || kind == "rounding") {
      untaxed.add(line, "balance", "amount_currency");
    } else if (kind == "payment_term") {
      residual.add(line, "amount_residual", "amount_residual_currency");
    }
  }
  if (is_document(type)) total = {untaxed.home + tax.home, untaxed.currency + tax.currency};
  const bool negative = direction_sign(type) < 0;
  const auto turned = [&](const Decimal& value) { return negative ? -value : value; };
  env.store(move, "amount_untaxed", amount(turned(untaxed.currency)));
  env.store(move, "amount_tax", amount(turned(tax.currency)));
  env.store(move, "amount_total", amount(turned(total.currency)));
  env.store(move, "amount_residual", amount(-turned(residual.currency)));
  env.store(move, "amount_untaxed_signed", amount(-untaxed.home));
  env.store(move, "amount_untaxed_in_currency_signed", amount(-untaxed.currency));
  env.store(move, "amount_tax_signed", amount(-tax.home));
  env.store(move, "amount_total_signed", amount(type == "entry" ? total.home.abs() : -total.home));
  env.store(move, "amount_total_in_currency_signed", amount(type == "entry" ? total.currency.abs() : -total.currency));
  env.store(move, "amount_residual_signed", amount(residual.home));
}

namespace {

struct Settlers {
  bool any = false, money = false;
  std::set<std::string> types;
};

void look_at(const Record& line, const char* side, const char* other, Settlers& found) {
  Table& partials = line.env().database().table("account.partial.reconcile");
  for (const Id id : find_by(partials, side, Value::of_id(line.id()))) {
    const Record counterpart = Record(line.env(), partials, id).ref(other).ref("move_id");
    if (counterpart.id() == line.link("move_id")) continue;
    found.any = true;
    if (counterpart.link("origin_payment_id") != 0 || counterpart.link("statement_line_id") != 0) found.money = true;
    found.types.insert(counterpart.text("move_type"));
  }
}

std::string settled_state(std::string_view type, const Settlers& found) {
  if (found.money) return "paid";
  using Types = std::set<std::string>;
  const auto reversed_by = [&](const char* refund) { return found.types == Types{refund} || found.types == Types{refund, "entry"}; };
  if ((type == "in_invoice" || type == "in_receipt") && reversed_by("in_refund")) return "reversed";
  if ((type == "out_invoice" || type == "out_receipt") && reversed_by("out_refund")) return "reversed";
  if ((type == "out_refund" || type == "in_refund") && found.types == Types{"entry"}) return "reversed";
  return "paid";
}

}  // namespace

void update_payment_state(Env& env, const Record& move) {
  const std::string type = move.text("move_type");
  std::string state = "not_paid";
  if (move.text("state") == "posted" && is_document(type)) {
    Settlers found;
    for (const Record& line : move.many("line_ids")) {
      const std::string account_type = line.text("account_type");
      if (account_type != "asset_receivable" && account_type != "liability_payable") continue;
      look_at(line, "debit_move_id", "credit_move_id", found);
      look_at(line, "credit_move_id", "debit_move_id", found);
    }
    if (move.amount("amount_residual").is_zero())
      state = settled_state(type, found);
    else if (found.any)
      state = "partial";
  }
  env.store(move, "payment_state", Value::of_text(state));
}

void check_balanced(Env& env, const Ids& moves) {
  if (env.context.has("check_move_validity") && !env.flag("check_move_validity")) return;
  std::vector<std::string> names;
  for (const Id id : moves) {
    const Record move = env.record("account.move", id);
    Decimal sum;
    for (const Record& line : move.many("line_ids")) sum += line.amount("balance");
    if (!sum.is_zero()) names.push_back(move.display_name());
  }
  if (names.empty()) return;
  if (names.size() == 1) throw user_error("The entry is not balanced.");
  throw user_error(fmt::format("The following entries are unbalanced:\n\n{}\n", fmt::join(
                                                                                    [&] {
                                                                                      std::vector<std::string> lines;
                                                                                      for (const auto& name : names)
                                                                                        lines.push_back("    - " + name);
                                                                                      return lines;
                                                                                    }(),
                                                                                    "\n")));
}

}  // namespace q2o::sandbox::odoo
