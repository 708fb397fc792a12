#include <set>

#include "sandbox/odoo/errors.h"
#include "sandbox/odoo/rules/money.h"
#include "sandbox/odoo/rules/rules.h"

namespace q2o::sandbox::odoo {

namespace {

void check_code(Env& env, const std::string& code, Id own) {
  if (code.empty()) throw validation_error("The code must be set for every company to which this account belongs.");
  const bool allowed = std::ranges::all_of(code, [](unsigned char c) { return std::isalnum(c) || c == '.'; });
  if (!allowed) throw validation_error("The account code can only contain alphanumeric characters and dots.");
  for (const Id id : find_by(env.database().table("account.account"), "code", Value::of_text(code)))
    if (id != own) throw validation_error("Account codes must be unique. You can't create accounts with these duplicate codes: " + code);
}

void set_reconcile(Dict& values, const std::string& type) {
  const Any* given = values.find("reconcile");
  if (type == "asset_receivable" || type == "liability_payable") {
    if (given && given->empty())
      throw validation_error(
          "You cannot have a receivable/payable account that is not reconcilable. (account code: " + values["code"].text() + ")");
    values["reconcile"] = Any(true);
  }
}

void check_unaffected(Env& env, const std::string& type, Id own) {
  if (type != "equity_unaffected") return;
  for (const Id id : env.search("account.account", Any(List{Any(List{Any("account_type"), Any("="), Any(type)})})))
    if (id != own)
      throw validation_error("You cannot have more than one account with \"Current Year Earnings\" as type. (accounts: " +
                             env.record("account.account", id).text("code") + ")");
}

/// An account without a type takes that of the account whose code comes just before its own.
std::string closest_type(Env& env, const std::string& code) {
  std::string best, type = "asset_current";
  for (const Id id : env.search("account.account", Any(List{}))) {
    const Record account = env.record("account.account", id);
    const std::string other = account.text("code");
    if (other >= code || other < best) continue;
    best = other;
    type = account.text("account_type");
  }
  return type;
}

void account_before_create(Env& env, Dict& values) {
  const std::string code = values["code"].is_number() ? values["code"].number().to_string() : values["code"].text();
  check_code(env, code, 0);
  const auto& types = env.database().schema().find("account.account")->find("account_type")->selection;
  const std::string given = values["account_type"].text();
  // Odoo meets a wrong type first where it derives the group from it.
  if (!given.empty() && std::ranges::find(types, given) == types.end())
    throw value_error("Wrong value for account.account.internal_group: '" + given.substr(0, given.find('_')) + "'");
  if (given.empty()) values["account_type"] = Any(closest_type(env, code));
  const std::string type = values["account_type"].text();
  set_reconcile(values, type);
  check_unaffected(env, type, 0);
  if (!values.has("company_ids")) values["company_ids"] = replace_with({1});
}

void account_before_write(Env& env, const Record& account, Dict& values) {
  if (values.has("code")) check_code(env, values["code"].text(), account.id());
  const std::string type = values.has("account_type") ? values["account_type"].text() : account.text("account_type");
  if (values.has("account_type")) check_unaffected(env, type, account.id());
  set_reconcile(values, type);
}

void account_after_write(Env& env, const Record& account, const Dict& values) {
  if (!values.has("reconcile") && !values.has("account_type")) return;
  Table& lines = env.database().table("account.move.line");
  for (const Id id : find_by(lines, "account_id", Value::of_id(account.id()))) update_residual(env, Record(env, lines, id));
}

void account_before_unlink(Env& env, const Record& account) {
  if (!find_by(env.database().table("account.move.line"), "account_id", Value::of_id(account.id())).empty())
    throw user_error("You cannot perform this action on an account that contains journal items.");
  for (const Id id : env.search("account.journal", Any(List{})))
    for (const char* field : {"default_account_id", "suspense_account_id"})
      if (env.record("account.journal", id).link(field) == account.id())
        throw user_error(
            fmt::format("You cannot remove/deactivate the accounts \"{}\" which are set on the journals.", account.display_name()));
  const Record company = env.company();
  for (const auto& field : company.table().model().fields)  // Odoo empties the company's fields without a word
    if (field->relation == "account.account" && field->column >= 0 && company.get(*field).integer() == account.id())
      env.store(company, field->name, Value());
}

std::string cut_code(const std::string& code) {
  return code.substr(0, 5);
}

void check_journal_code(Env& env, const std::string& code, Id own) {
  for (const Id id : find_by(env.database().table("account.journal"), "code", Value::of_text(code)))
    if (id != own) throw constraint_error("Journal codes must be unique per company.");
}

Id own_bank_account(Env& env, const Dict& values) {
  const Record company = env.company();
  const bool cash = values.find("type")->text() == "cash";
  std::string prefix = company.text(cash ? "cash_account_code_prefix" : "bank_account_code_prefix");
  if (prefix.empty()) prefix = "1014";
  for (int number = 1;; ++number) {
    const std::string code = prefix + fmt::format("{:0{}}", number, std::max<std::size_t>(6 - std::min<std::size_t>(prefix.size(), 5), 1));
    if (!find_by(env.database().table("account.account"), "code", Value::of_text(code)).empty()) continue;
    Dict account;
    account["code"] = Any(code);
    account["name"] = values.find("name") ? *values.find("name") : Any("Bank");
    account["account_type"] = Any("asset_cash");
    return env.create_one("account.account", std::move(account));
  }
}

void journal_before_create(Env& env, Dict& values) {
  const std::string type = values["type"].text();
  if (values["code"].truthy()) {
    values["code"] = Any(cut_code(values["code"].is_text() ? values["code"].text() : values["code"].dump()));
    check_journal_code(env, values["code"].text(), 0);
  }
  const bool money = type == "bank" || type == "cash" || type == "credit";
  if ((type == "bank" || type == "cash") && !values["default_account_id"].truthy())
    values["default_account_id"] = Any(own_bank_account(env, values));
  if (money && !values.has("suspense_account_id"))
    values["suspense_account_id"] = Any(env.company().link("account_journal_suspense_account_id"));
  if (!values.has("refund_sequence")) values["refund_sequence"] = Any(type == "sale" || type == "purchase");
  if (!values.has("payment_sequence")) values["payment_sequence"] = Any(money);
  values["company_id"] = Any(1);
}

void journal_after_create(Env& env, const Record& journal, const Dict&) {
  const std::string type = journal.text("type");
  if (type != "bank" && type != "cash" && type != "credit") return;
  for (const Id method : env.search("account.payment.method", Any(List{Any(List{Any("code"), Any("="), Any("manual")})}))) {
    Dict line;
    line["name"] = Any("Manual Payment");
    line["payment_method_id"] = Any(method);
    line["journal_id"] = Any(journal.id());
    env.create_one("account.payment.method.line", std::move(line));
  }
}

void journal_before_write(Env& env, const Record& journal, Dict& values) {
  if (!values["code"].truthy()) return values.erase("code");
  values["code"] = Any(cut_code(values["code"].text()));
  check_journal_code(env, values["code"].text(), journal.id());
}

void method_line_before_create(Env& env, Dict& values) {
  if (!values["name"].truthy()) values["name"] = Any(env.record("account.payment.method", values["payment_method_id"].id()).text("name"));
  const Record journal = env.record("account.journal", values["journal_id"].id());
  const Record method = env.record("account.payment.method", values["payment_method_id"].id());
  if (!journal || !method) return;
  for (const Id id : find_by(env.database().table("account.payment.method.line"), "journal_id", Value::of_id(journal.id()))) {
    const Record line = env.record("account.payment.method.line", id);
    if (line.text("name") == values["name"].text() && line.text("payment_type") == method.text("payment_type"))
      throw validation_error(fmt::format(
          "You can't have two payment method lines of the same payment type ({}) and with the same name ({}) on a single journal.",
          method.text("payment_type"), line.text("name")));
  }
}

}  // namespace

void add_account_rules(Rules& rules) {
  ModelRules& accounts = rules.model("account.account");
  accounts.before_create = account_before_create;
  accounts.before_write = account_before_write;
  accounts.after_write = account_after_write;
  accounts.before_unlink = account_before_unlink;
  ModelRules& journals = rules.model("account.journal");
  journals.before_create = journal_before_create;
  journals.after_create = journal_after_create;
  journals.before_write = journal_before_write;
  rules.model("account.payment.method.line").before_create = method_line_before_create;
}

}  // namespace q2o::sandbox::odoo
