#include "sandbox/odoo/errors.h"
#include "sandbox/odoo/rules/money.h"
#include "sandbox/odoo/rules/rules.h"

// Entries and documents: creation, changes, deletion. Posting is in posting.cpp.
namespace q2o::sandbox::odoo {

namespace {

Id default_journal(Env& env, std::string_view move_type) {
  const char* type = is_sale(move_type) ? "sale" : is_purchase(move_type) ? "purchase" : "general";
  const Ids found = env.search("account.journal", Any(List{Any(List{Any("type"), Any("="), Any(type)})}), "sequence,id", 1);
  if (found.empty()) throw user_error(fmt::format("No journal could be found in company My Company for any of those types: {}", type));
  return found.front();
}

void before_create(Env& env, Dict& values) {
  if (values["state"].text() == "posted")
    throw user_error("You cannot create a move already in the posted state. Please create a draft move and post it after.");
  if (values["state"].empty()) values["state"] = Any("draft");
  if (!values["move_type"].truthy()) values["move_type"] = Any("entry");
  const std::string type = values["move_type"].text();
  if (!values["journal_id"].truthy()) values["journal_id"] = Any(default_journal(env, type));
  if (!values["currency_id"].truthy()) {
    const Id own = env.record("account.journal", values["journal_id"].id()).link("currency_id");
    values["currency_id"] = Any(own != 0 ? own : env.company().link("currency_id"));
  }
  // `date` is computed from the document's date unless it is given; given and empty it stays empty and is refused as mandatory.
  if (!values.has("date")) values["date"] = values["invoice_date"].truthy() ? values["invoice_date"] : Any(env.today);
  if (is_document(type) && !values.has("invoice_date_due")) values["invoice_date_due"] = Any(env.today);
  values.erase("invoice_currency_rate");  // ignored at creation (it is computed); a later write keeps it
  values["payment_state"] = Any("not_paid");
  // The items come last: they look at the move's type, currency and partner.
  for (const char* lines : {"invoice_line_ids", "line_ids"}) {
    if (const Any* found = values.find(lines)) {
      Any moved = *found;
      values.erase(lines);
      values[lines] = std::move(moved);
    }
  }
  ++env.building;
}

void after_create(Env& env, const Record& move, const Dict& values) {
  --env.building;
  if (!values.has("commercial_partner_id"))
    env.store(move, "commercial_partner_id", Value::of_id(commercial_partner(move.ref("partner_id")).id()));
  if (is_document(move.text("move_type")) && !env.skips_invoice_sync()) sync_document(env, move, true);
  update_totals(env, move);
}

void after_batch(Env& env, const Ids& moves) {
  if (env.building == 0) check_balanced(env, moves);
}

constexpr std::array<std::string_view, 9> kFixedWhenPosted{
    "invoice_line_ids",        "line_ids",    "invoice_date",      "date", "partner_id", "partner_bank_id",
    "invoice_payment_term_id", "currency_id", "fiscal_position_id"};

bool same_value(const Record& move, std::string_view field, const Any& value) {
  const Value now = move.get(field);
  return now.is_text() ? now.text() == value.text() : now.integer() == value.id();
}

void before_write(Env& env, const Record& move, Dict& values) {
  ++env.building;
  if (env.flag("q2o_recompute")) return;
  if (move.text("state") == "posted") {
    std::vector<std::string> fixed;
    for (const auto& name : kFixedWhenPosted)
      if (const Any* value = values.find(name); value && !same_value(move, name, *value)) fixed.emplace_back(name);
    if (!fixed.empty())
      throw user_error(fmt::format("You cannot modify the following readonly fields on a posted move: {}", fmt::join(fixed, ", ")));
  }
  if (const Any* state = values.find("state"); state && state->text() == "posted" && move.text("state") != "posted") {
    post_moves(env, {move.id()});
    values.erase("state");
  }
}

bool touches_base_lines(Env& env, const Dict& values) {
  for (const char* name : {"line_ids", "invoice_line_ids"}) {
    const Any* commands = values.find(name);
    if (!commands) continue;
    for (const Any& command : commands->list()) {
      const List& parts = command.list();
      if (parts.size() < 2 || parts[0].id() != 1 || env.record("account.move.line", parts[1].id()).text("display_type") == "product")
        return true;
    }
  }
  return values.has("partner_id") || values.has("currency_id");
}

void after_write(Env& env, const Record& move, const Dict& values) {
  --env.building;
  const bool lines = values.has("line_ids") || values.has("invoice_line_ids");
  if (values.has("name") && move.text("state") == "posted") number_move(env, move);
  if (values.has("partner_id")) {
    const Id partner = commercial_partner(move.ref("partner_id")).id();
    env.store(move, "commercial_partner_id", Value::of_id(partner));
    for (const Record& line : move.many("line_ids")) env.store(line, "partner_id", Value::of_id(partner));
  }
  if (!lines && !touches_base_lines(env, values)) return;
  if (is_document(move.text("move_type")) && !env.skips_invoice_sync() && move.text("state") == "draft")
    sync_document(env, move, touches_base_lines(env, values));
  update_totals(env, move);
  if (env.building == 0) check_balanced(env, {move.id()});
}

void before_unlink(Env& env, const Record& move) {
  if (move.text("state") == "posted") throw user_error("You cannot delete a posted journal entry. Reset it to draft first.");
  env.unlink("account.move.line", move.ids("line_ids"));
}

std::string action_post(Env& env, const Call& call) {
  post_moves(env, to_ids(call.argument(0, "ids")));
  return "false";
}

std::string button_draft(Env& env, const Call& call) {
  draft_moves(env, to_ids(call.argument(0, "ids")));
  return "null";
}

std::string button_cancel(Env& env, const Call& call) {
  for (const Id id : to_ids(call.argument(0, "ids"))) {
    const Record move = env.record("account.move", id);
    if (move.text("state") == "posted") draft_moves(env, {id});
    env.store(move, "state", Value::of_text("cancel"));
  }
  return "null";
}

std::string assign_outstanding(Env& env, const Call& call) {
  const Record line = env.record("account.move.line", call.argument(1, "line_id").id());
  std::vector<Record> lines{line};
  for (const Id id : to_ids(call.argument(0, "ids")))
    for (const Record& own : env.record("account.move", id).many("line_ids"))
      if (own.link("account_id") == line.link("account_id") && !own.flag("reconciled")) lines.push_back(own);
  reconcile_lines(env, lines);
  return "null";
}

}  // namespace

void add_move_rules(Rules& rules) {
  ModelRules& moves = rules.model("account.move");
  moves.before_create = before_create;
  moves.after_create = after_create;
  moves.after_batch = after_batch;
  moves.before_write = before_write;
  moves.after_write = after_write;
  moves.before_unlink = before_unlink;
  rules.add("account.move", "action_post", action_post);
  rules.add("account.move", "button_draft", button_draft);
  rules.add("account.move", "button_cancel", button_cancel);
  rules.add("account.move", "js_assign_outstanding_line", assign_outstanding);
}

}  // namespace q2o::sandbox::odoo
