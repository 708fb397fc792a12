#include "sandbox/odoo/rules/payments.h"
#include "sandbox/odoo/errors.h"
#include "sandbox/odoo/rules/money.h"
#include "sandbox/odoo/rules/rules.h"

// Payments and bank statement lines: records that make a move of their own.
namespace q2o::sandbox::odoo {

namespace {

Id first_method_line(Env& env, Id journal, const std::string& type) {
  Table& lines = env.database().table("account.payment.method.line");
  Id best = 0, sequence = 0;
  for (const Id id : find_by(lines, "journal_id", Value::of_id(journal))) {
    const Record line(env, lines, id);
    if (line.text("payment_type") != type || (best != 0 && line.link("sequence") >= sequence)) continue;
    best = id;
    sequence = line.link("sequence");
  }
  return best;
}

void payment_before_create(Env& env, Dict& values) {
  if (values["amount"].number().sign() < 0) throw validation_error("The payment amount cannot be negative.");
  if (values["state"].empty()) values["state"] = Any("draft");
  values.erase("name");                    // assigned when it is posted
  values.erase("outstanding_account_id");  // comes from the method line
  if (!values["date"].truthy()) values["date"] = Any(env.today);
  if (!values["payment_type"].truthy()) values["payment_type"] = Any("inbound");
  if (!values["partner_type"].truthy()) values["partner_type"] = Any("customer");
  if (!values["journal_id"].truthy()) {
    const Any types(List{Any("bank"), Any("cash"), Any("credit")});
    const Ids journals = env.search("account.journal", Any(List{Any(List{Any("type"), Any("in"), types})}), "sequence,id", 1);
    if (journals.empty()) throw user_error("No journal could be found for the payment.");
    values["journal_id"] = Any(journals.front());
  }
  const Record journal = env.record("account.journal", values["journal_id"].id());
  if (!values["currency_id"].truthy())
    values["currency_id"] = Any(journal.link("currency_id") != 0 ? journal.link("currency_id") : env.company().link("currency_id"));
  if (!values["payment_method_line_id"].truthy())
    values["payment_method_line_id"] = Any(first_method_line(env, journal.id(), values["payment_type"].text()));
  const Record method = env.record("account.payment.method.line", values["payment_method_line_id"].id());
  if (!method || !method.exists()) throw validation_error("Please define a payment method line on your payment.");
  if (method.link("journal_id") != journal.id())
    throw validation_error("The selected payment method is not available for this payment, please select the payment method again.");
  Record outstanding = method.ref("payment_account_id");
  if (!outstanding)
    outstanding = env.by_xmlid(values["payment_type"].text() == "inbound" ? "account.1_account_journal_payment_debit_account_id"
                                                                          : "account.1_account_journal_payment_credit_account_id");
  if (!outstanding) outstanding = env.company().ref("transfer_account_id");
  if (!outstanding) throw user_error("No outstanding account could be found to make the payment");
  values["outstanding_account_id"] = Any(outstanding.id());
  if (!values["destination_account_id"].truthy()) {
    const bool customer = values["partner_type"].text() == "customer";
    const Record partner = env.record("res.partner", values["partner_id"].id());
    // Without a partner Odoo takes the first account of the kind, not the company's default.
    values["destination_account_id"] = Any((partner ? partner_account(env, partner, customer) : first_account(env, customer)).id());
  }
}

List plain_lines(Env& env, const Record& payment) {
  const Decimal amount = payment.text("payment_type") == "inbound" ? payment.amount("amount") : -payment.amount("amount");
  const Record home = env.company().ref("currency_id");
  const Decimal balance = rounded_to(home, to_company(env, payment.ref("currency_id"), amount, payment.text("date")));
  List lines;
  for (const bool liquidity : {true, false}) {
    Dict line;
    line["name"] = payment.text("memo").empty() ? Any(false) : Any(payment.text("memo"));
    line["date_maturity"] = Any(payment.text("date"));
    line["amount_currency"] = Any(liquidity ? amount : -amount);
    line["balance"] = Any(liquidity ? balance : -balance);
    line["currency_id"] = Any(payment.link("currency_id"));
    line["partner_id"] = Any(payment.link("partner_id"));
    line["account_id"] = Any(payment.link(liquidity ? "outstanding_account_id" : "destination_account_id"));
    lines.emplace_back(List{Any(0), Any(0), Any(std::move(line))});
  }
  return lines;
}

void make_move(Env& env, const Record& payment, Any lines) {
  Dict move;
  move["move_type"] = Any("entry");
  move["ref"] = payment.text("memo").empty() ? Any(false) : Any(payment.text("memo"));
  move["date"] = Any(payment.text("date"));
  move["journal_id"] = Any(payment.link("journal_id"));
  move["partner_id"] = Any(payment.link("partner_id"));
  move["currency_id"] = Any(payment.link("currency_id"));
  move["origin_payment_id"] = Any(payment.id());
  move["line_ids"] = std::move(lines);
  env.store(payment, "move_id", Value::of_id(env.create_one("account.move", std::move(move))));
}

void set_state(Env& env, const Record& payment, const char* state) {
  if (payment.link("move_id") == 0) make_move(env, payment, Any(plain_lines(env, payment)));
  const Record move = payment.ref("move_id");
  if (move.text("state") == "draft") post_moves(env, {move.id()});
  env.store(payment, "state", Value::of_text(state));
  env.store(payment, "name", move.get("name"));
}

std::string post_payments(Env& env, const Call& call) {
  for (const Id id : to_ids(call.argument(0, "ids"))) {
    const Record payment = env.record("account.payment", id);
    if (!payment.exists()) throw missing_error("account.payment", id, env.user());
    const bool cash = payment.ref("outstanding_account_id").text("account_type") == "asset_cash";
    const std::string state = payment.text("state");
    if (cash)
      set_state(env, payment, "paid");
    else if (state == "draft" || state == "in_process")
      set_state(env, payment, "in_process");
  }
  return "null";
}

std::string draft_payments(Env& env, const Call& call) {
  for (const Id id : to_ids(call.argument(0, "ids"))) {
    const Record payment = env.record("account.payment", id);
    if (payment.link("move_id") != 0 && payment.ref("move_id").text("state") != "draft") draft_moves(env, {payment.link("move_id")});
    env.store(payment, "state", Value::of_text("draft"));
  }
  return "null";
}

void payment_before_write(Env& env, const Record& payment, Dict& values) {
  if (payment.ref("move_id").text("state") == "posted" && !env.flag("q2o_recompute"))
    for (const char* name : {"amount", "date", "currency_id", "journal_id", "partner_id", "payment_type"})
      if (values.has(name)) throw user_error(fmt::format("You cannot modify the following readonly fields on a posted move: {}", name));
}

void payment_before_unlink(Env& env, const Record& payment) {
  const Record move = payment.ref("move_id");
  if (!move) return;
  if (move.text("state") == "posted") draft_moves(env, {move.id()});
  env.unlink("account.move", {move.id()});
}

void line_before_create(Env& env, Dict& values) {
  if (!env.user_has_group("account.group_account_basic"))
    throw access_error(
        "You are not allowed to create 'Bank Statement Line' (account.bank.statement.line) records.\n\nThis operation is allowed for the "
        "following groups:\n\t- Technical/Show Accounting Features - Readonly\n\nContact your administrator to request access if "
        "necessary.");
  const Record journal = env.record("account.journal", values["journal_id"].id());
  if (!journal || !journal.exists())
    throw constraint_error(
        "\n- Create/update: a mandatory field is not set.\n\nModel: Bank Statement Line (account.bank.statement.line)\nField: Journal "
        "(journal_id)");
  const std::string type = journal.text("type");
  if (type != "bank" && type != "cash" && type != "credit")
    throw validation_error("You can only create bank statement lines in journals of type bank, cash or credit card.");
  Dict move;
  move["move_type"] = Any("entry");
  move["journal_id"] = Any(journal.id());
  move["date"] = values["date"].truthy() ? values["date"] : Any(env.today);
  if (const Any* ref = values.find("ref")) move["ref"] = *ref;
  if (const Any* narration = values.find("narration")) move["narration"] = *narration;
  move["partner_id"] = values["partner_id"];
  const Record home = env.company().ref("currency_id");
  const Record currency = journal.link("currency_id") != 0 ? journal.ref("currency_id") : home;
  move["currency_id"] = Any(currency.id());
  if (values.has("line_ids")) {
    move["line_ids"] = values["line_ids"];
  } else {
    const Decimal amount = values["amount"].number();
    const Decimal balance = rounded_to(home, to_company(env, currency, amount, move["date"].text()));
    const Any* other = values.find("counterpart_account_id");
    const Id counterpart = other && other->truthy() ? other->id() : journal.link("suspense_account_id");
    List lines;
    for (const bool bank : {true, false}) {
      Dict line;
      line["name"] = values["payment_ref"];
      line["account_id"] = Any(bank ? journal.link("default_account_id") : counterpart);
      line["balance"] = Any(bank ? balance : -balance);
      line["amount_currency"] = Any(bank ? amount : -amount);
      line["currency_id"] = Any(currency.id());
      line["partner_id"] = values["partner_id"];
      lines.emplace_back(List{Any(0), Any(0), Any(std::move(line))});
    }
    move["line_ids"] = Any(std::move(lines));
  }
  for (const char* name : {"line_ids", "date", "ref", "narration", "counterpart_account_id", "move_type", "name", "state"})
    values.erase(name);
  values["move_id"] = Any(env.create_one("account.move", std::move(move)));
}

void line_after_create(Env& env, const Record& line, const Dict&) {
  const Record move = line.ref("move_id");
  const Id bank = line.ref("journal_id").link("default_account_id");
  const auto items = move.many("line_ids");
  const auto liquidity = std::ranges::count_if(items, [&](const Record& item) { return item.link("account_id") == bank; });
  if (liquidity != 1)
    throw user_error(fmt::format(
        "The journal entry {} reached an invalid state regarding its related statement line.\nTo be consistent, the journal entry must "
        "always have exactly one journal item involving the bank/cash account.",
        move.display_name()));
  env.store(move, "statement_line_id", Value::of_id(line.id()));
  post_moves(env, {move.id()});
}

void line_before_unlink(Env& env, const Record& line) {
  const Record move = line.ref("move_id");
  if (!move) return;
  if (move.text("state") == "posted") draft_moves(env, {move.id()});
  env.unlink("account.move", {move.id()});
}

/// The hidden key of create: all items of the payment's own move.
void payment_after_create(Env& env, const Record& payment, const Dict&) {
  if (env.payment_lines.empty()) return;
  Any lines = std::move(env.payment_lines);
  env.payment_lines = Any();
  make_move(env, payment, std::move(lines));
  env.store(payment, "state", Value::of_text("in_process"));
}

void payment_take_lines(Env& env, Dict& values) {
  env.payment_lines = Any();
  if (Any* lines = values.find("line_ids"); lines && lines->truthy()) env.payment_lines = std::move(*lines);
  values.erase("line_ids");
  payment_before_create(env, values);
}

}  // namespace

PaymentItems items_of(const Record& payment) {
  Env& env = payment.env();
  std::vector<Id> liquid{payment.ref("journal_id").link("default_account_id"), payment.link("outstanding_account_id")};
  Table& methods = env.database().table("account.payment.method.line");
  for (const Id id : find_by(methods, "journal_id", Value::of_id(payment.link("journal_id"))))
    liquid.push_back(Record(env, methods, id).link("payment_account_id"));
  PaymentItems items;
  for (const Record& line : payment.ref("move_id").many("line_ids")) {
    const std::string type = line.text("account_type");
    if (std::ranges::find(liquid, line.link("account_id")) != liquid.end())
      items.liquidity.push_back(line);
    else if (type == "asset_receivable" || type == "liability_payable" ||
             line.link("account_id") == env.company().link("transfer_account_id"))
      items.counterpart.push_back(line);
    else
      items.other.push_back(line);
  }
  return items;
}

void update_payment(Env& env, const Record& payment) {
  const std::string state = payment.text("state");
  if (state != "paid" && state != "in_process") return;
  Decimal open;
  bool reconcilable = false;
  for (const Record& line : items_of(payment).liquidity) {
    open += line.amount("amount_residual");
    reconcilable = reconcilable || line.ref("account_id").flag("reconcile");
  }
  env.store(payment, "state", Value::of_text(open.is_zero() || !reconcilable ? "paid" : "in_process"));
}

void add_payment_rules(Rules& rules) {
  ModelRules& payments = rules.model("account.payment");
  payments.before_create = payment_take_lines;
  payments.after_create = payment_after_create;
  payments.before_write = payment_before_write;
  payments.before_unlink = payment_before_unlink;
  rules.add("account.payment", "action_post", post_payments);
  rules.add("account.payment", "action_draft", draft_payments);
  ModelRules& lines = rules.model("account.bank.statement.line");
  lines.before_create = line_before_create;
  lines.after_create = line_after_create;
  lines.before_unlink = line_before_unlink;
}

}  // namespace q2o::sandbox::odoo
