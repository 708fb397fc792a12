#include <set>

#include "sandbox/odoo/errors.h"
#include "sandbox/odoo/rules/exchange.h"
#include "sandbox/odoo/rules/money.h"
#include "sandbox/odoo/rules/payments.h"
#include "sandbox/odoo/rules/rules.h"

namespace q2o::sandbox::odoo {

namespace {

Ids partials_of(const Record& line) {
  Table& partials = line.env().database().table("account.partial.reconcile");
  Ids ids = find_by(partials, "debit_move_id", Value::of_id(line.id()));
  for (const Id id : find_by(partials, "credit_move_id", Value::of_id(line.id()))) ids.push_back(id);
  return ids;
}

/// All items connected with this one by partials, and those partials.
struct Group {
  std::set<Id> lines, partials;
};

Group group_of(Env& env, Id start) {
  Group group;
  Ids open{start};
  while (!open.empty()) {
    const Id id = open.back();
    open.pop_back();
    if (!group.lines.insert(id).second) continue;
    for (const Id partial_id : partials_of(env.record("account.move.line", id))) {
      if (!group.partials.insert(partial_id).second) continue;
      const Record partial = env.record("account.partial.reconcile", partial_id);
      open.push_back(partial.link("debit_move_id"));
      open.push_back(partial.link("credit_move_id"));
    }
  }
  return group;
}

void number_group(Env& env, Id line_id) {
  const Group group = group_of(env, line_id);
  for (const Id id : group.lines) {
    const Record line = env.record("account.move.line", id);
    const Id full = line.link("full_reconcile_id");
    const std::string number = full != 0                ? std::to_string(full)
                               : group.partials.empty() ? ""
                                                        : "P" + std::to_string(*group.partials.begin());
    env.store(line, "matching_number", number.empty() ? Value() : Value::of_text(number));
  }
}

void partial_before_create(Env& env, Dict& values) {
  const Record debit = env.record("account.move.line", values["debit_move_id"].id());
  const Record credit = env.record("account.move.line", values["credit_move_id"].id());
  if (debit && debit.exists()) values["debit_currency_id"] = Any(debit.link("currency_id"));
  if (credit && credit.exists()) values["credit_currency_id"] = Any(credit.link("currency_id"));
  values["company_id"] = Any(1);
  values["max_date"] = Any(std::max(debit.text("date"), credit.text("date")));
}

void partials_created(Env& env, const Ids& ids) {
  std::vector<Record> lines;
  for (const Id id : ids) {
    const Record partial = env.record("account.partial.reconcile", id);
    lines.push_back(partial.ref("debit_move_id"));
    lines.push_back(partial.ref("credit_move_id"));
  }
  for (const Record& line : lines) update_residual(env, line);
  residuals_changed(env, lines);
  for (const Id id : ids) number_group(env, env.record("account.partial.reconcile", id).link("debit_move_id"));
}

void partial_before_unlink(Env& env, const Record& partial) {
  const std::vector<Record> lines{partial.ref("debit_move_id"), partial.ref("credit_move_id")};
  const Record full = partial.ref("full_reconcile_id");
  if (full && full.exists()) env.unlink("account.full.reconcile", {full.id()});
  Table& table = env.database().table("account.partial.reconcile");
  Table& data = env.database().table("ir.model.data");
  for (const Id row : find_by(data, "res_id", Value::of_integer(partial.id())))
    if (env.record("ir.model.data", row).text("model") == "account.partial.reconcile") env.database().remove(data, row);
  env.database().remove(table, partial.id());
  for (const Record& line : lines) update_residual(env, line);
  residuals_changed(env, lines);
  for (const Record& line : lines) number_group(env, line.id());
}

void full_after_create(Env& env, const Record& full, const Dict&) {
  for (const Record& line : full.many("reconciled_line_ids")) env.store(line, "matching_number", Value::of_text(std::to_string(full.id())));
}

/// full.reconcile is deleted: its items and partials stay, without it. (The inverse fields are set to null by the database.)
void full_before_unlink(Env& env, const Record& full) {
  const auto lines = full.many("reconciled_line_ids");
  for (const Record& partial : full.many("partial_reconcile_ids")) env.store(partial, "full_reconcile_id", Value());
  for (const Record& line : lines) env.store(line, "full_reconcile_id", Value());
  for (const Record& line : lines) number_group(env, line.id());
}

bool due_before(const Record& a, const Record& b) {
  const auto date = [](const Record& line) { return line.text("date_maturity").empty() ? line.text("date") : line.text("date_maturity"); };
  return std::pair(date(a), a.id()) < std::pair(date(b), b.id());
}

void check_lines(const std::vector<Record>& lines) {
  std::set<Id> accounts;
  for (const Record& line : lines) {
    if (line.text("parent_state") != "posted") throw user_error("You can only reconcile posted entries.");
    accounts.insert(line.link("account_id"));
  }
  const Record account = lines.front().ref("account_id");
  if (accounts.size() > 1) throw user_error(fmt::format("Entries are not from the same account: {}", account.display_name()));
  const std::string type = account.text("account_type");
  if (!account.flag("reconcile") && type != "asset_cash" && type != "liability_credit_card")
    throw user_error(fmt::format("Account {} does not allow reconciliation. First change the configuration of this account to allow it.",
                                 account.display_name()));
}

Any partial_of(const Record& debit, const Record& credit) {
  const bool same =
      debit.link("currency_id") == credit.link("currency_id") && debit.link("currency_id") != debit.link("company_currency_id");
  const Decimal home = std::min(debit.amount("amount_residual").abs(), credit.amount("amount_residual").abs());
  const Decimal foreign = std::min(debit.amount("amount_residual_currency").abs(), credit.amount("amount_residual_currency").abs());
  Dict values;
  values["debit_move_id"] = Any(debit.id());
  values["credit_move_id"] = Any(credit.id());
  values["amount"] = Any(home);
  values["debit_amount_currency"] = Any(same ? foreign : debit.link("currency_id") == debit.link("company_currency_id") ? home : foreign);
  values["credit_amount_currency"] = Any(same                                                               ? foreign
                                         : credit.link("currency_id") == credit.link("company_currency_id") ? home
                                                                                                            : foreign);
  return Any(std::move(values));
}

bool abroad(const Record& debit, const Record& credit) {
  return debit.link("currency_id") == credit.link("currency_id") && debit.link("currency_id") != debit.link("company_currency_id") &&
         !debit.amount("amount_residual_currency").is_zero() && !credit.amount("amount_residual_currency").is_zero();
}

/// The match in the foreign currency; what the two rates leave over becomes an entry of its own.
void reconcile_abroad(Env& env, const Record& debit, const Record& credit) {
  const ForeignMatch match = match_abroad(debit, credit);
  Dict values;
  values["debit_move_id"] = Any(debit.id());
  values["credit_move_id"] = Any(credit.id());
  values["amount"] = Any(match.home);
  values["debit_amount_currency"] = values["credit_amount_currency"] = Any(match.currency);
  env.create("account.partial.reconcile", List{Any(std::move(values))});
  if (env.flag("no_exchange_difference")) return;
  std::vector<std::pair<Record, Decimal>> over;
  if (!match.debit_over.is_zero()) over.emplace_back(debit, match.debit_over);
  if (!match.credit_over.is_zero()) over.emplace_back(credit, match.credit_over);
  if (!over.empty()) book_exchange_difference(env, over, std::max(debit.text("date"), credit.text("date")));
}

bool done(const Record& line) {
  const bool home = line.link("currency_id") == line.link("company_currency_id");
  return line.amount(home ? "amount_residual" : "amount_residual_currency").is_zero();
}

std::string reconcile(Env& env, const Call& call) {
  std::vector<Record> lines;
  for (const Id id : to_ids(call.argument(0, "ids"))) {
    const Record line = env.record("account.move.line", id);
    if (!line.exists()) throw missing_error("account.move.line", id, env.user());
    lines.push_back(line);
  }
  reconcile_lines(env, std::move(lines));
  return "null";
}

std::string remove_reconcile(Env& env, const Call& call) {
  std::vector<Record> lines;
  for (const Id id : to_ids(call.argument(0, "ids"))) lines.push_back(env.record("account.move.line", id));
  unreconcile(env, lines);
  return "null";
}

}  // namespace

void residuals_changed(Env& env, const std::vector<Record>& lines) {
  std::set<Id> moves;
  for (const Record& line : lines) moves.insert(line.link("move_id"));
  for (const Id id : moves) {
    const Record move = env.record("account.move", id);
    if (is_document(move.text("move_type"))) {
      update_totals(env, move);
      update_payment_state(env, move);
    }
    if (const Record payment = move.ref("origin_payment_id")) update_payment(env, payment);
  }
}

void unreconcile(Env& env, const std::vector<Record>& lines) {
  for (const Record& line : lines)
    for (const Id id : partials_of(line))
      if (env.database().table("account.partial.reconcile").exists(id)) env.unlink("account.partial.reconcile", {id});
}

void reconcile_lines(Env& env, std::vector<Record> lines) {
  if (lines.empty()) return;
  check_lines(lines);
  std::vector<Record> debits, credits;
  for (const Record& line : lines) {
    const Decimal open = line.amount("amount_residual");
    if (open.sign() > 0) debits.push_back(line);
    if (open.sign() < 0) credits.push_back(line);
  }
  std::ranges::sort(debits, due_before);
  std::ranges::sort(credits, due_before);
  std::size_t d = 0, c = 0;
  while (d < debits.size() && c < credits.size()) {
    if (abroad(debits[d], credits[c]))
      reconcile_abroad(env, debits[d], credits[c]);
    else
      env.create("account.partial.reconcile", List{partial_of(debits[d], credits[c])});
    const bool debit_done = done(debits[d]), credit_done = done(credits[c]);
    if (!debit_done && !credit_done) throw OdooError("builtins.NotImplementedError", "reconcile() left both items open");
    if (debit_done) ++d;
    if (credit_done) ++c;
  }
  close_group(env, lines.front());
}

Id close_group(Env& env, const Record& line) {
  const Group group = group_of(env, line.id());
  if (group.partials.empty()) return 0;
  for (const Id id : group.lines)
    if (!env.record("account.move.line", id).flag("reconciled")) return 0;
  if (line.link("full_reconcile_id") != 0) return line.link("full_reconcile_id");
  Dict values;
  values["reconciled_line_ids"] = replace_with(Ids(group.lines.begin(), group.lines.end()));
  values["partial_reconcile_ids"] = replace_with(Ids(group.partials.begin(), group.partials.end()));
  return env.create_one("account.full.reconcile", std::move(values));
}

void add_reconcile_rules(Rules& rules) {
  ModelRules& partials = rules.model("account.partial.reconcile");
  partials.before_create = partial_before_create;
  partials.after_batch = partials_created;
  partials.before_unlink = partial_before_unlink;
  ModelRules& fulls = rules.model("account.full.reconcile");
  fulls.after_create = full_after_create;
  fulls.before_unlink = full_before_unlink;
  rules.add("account.move.line", "reconcile", reconcile);
  rules.add("account.move.line", "remove_move_reconcile", remove_reconcile);
}

}  // namespace q2o::sandbox::odoo
