#include <set>

#include "sandbox/odoo/errors.h"
#include "sandbox/odoo/rules/dates.h"
#include "sandbox/odoo/rules/money.h"

namespace q2o::sandbox::odoo {

namespace {

bool is_text_line(const Record& line) {
  return line.text("display_type").starts_with("line_");
}

/// Everything that Odoo complains about at once, in its words.
void collect_complaints(Env& env, const Record& move, std::set<std::string>& complaints) {
  const std::string type = move.text("move_type");
  if (is_document(type)) {
    if (move.amount("amount_total").sign() < 0)
      complaints.insert(
          "You cannot validate an invoice with a negative total amount. You should create a credit note instead. Use the action menu to "
          "transform it into a credit note or refund.");
    if (move.link("partner_id") == 0 && (type == "out_invoice" || type == "out_refund"))
      complaints.insert("The field 'Customer' is required, please complete it to validate the Customer Invoice.");
    if (move.link("partner_id") == 0 && (type == "in_invoice" || type == "in_refund"))
      complaints.insert("The field 'Vendor' is required, please complete it to validate the Vendor Bill.");
    if (move.get("invoice_date").is_null()) {
      if (is_sale(type))
        env.store(move, "invoice_date", Value::of_text(env.today));
      else
        complaints.insert("The Bill/Refund date is required to validate this document.");
    }
  }
  if (move.text("state") != "draft") complaints.insert(fmt::format("The entry {} (id {}) must be in draft.", move.text("name"), move.id()));
  const auto lines = move.many("line_ids");
  if (std::ranges::all_of(lines, is_text_line)) complaints.insert("You need to add a line before posting.");
  if (move.text("auto_post") != "no" && move.text("date") > env.today)
    complaints.insert(fmt::format("This move is configured to be auto-posted on {}", move.text("date")));
  if (!move.ref("journal_id").flag("active"))
    complaints.insert(fmt::format("You cannot post an entry in an archived journal ({})", move.ref("journal_id").display_name()));
  if (!move.ref("currency_id").flag("active"))
    complaints.insert(fmt::format("You cannot validate a document with an inactive currency: {}", move.ref("currency_id").text("name")));
  const auto on_deprecated = [](const Record& line) { return line.ref("account_id").flag("deprecated"); };
  if (!env.flag("skip_account_deprecation_check") && std::ranges::any_of(lines, on_deprecated))
    complaints.insert("A line of this move is using a deprecated account, you cannot post it.");
}

void raise_rank(Env& env, const Record& partner, const char* field) {
  if (!partner) return;
  std::set<Id> ids{partner.id(), commercial_partner(partner).id()};
  for (const Id id : ids) {
    const Record one = env.record("res.partner", id);
    env.store(one, field, Value::of_integer(one.link(field) + 1));
  }
}

void raise_ranks(Env& env, const Record& move) {
  const std::string type = move.text("move_type");
  if (type == "out_invoice" || type == "out_refund") return raise_rank(env, move.ref("partner_id"), "customer_rank");
  if (type == "in_invoice" || type == "in_refund") return raise_rank(env, move.ref("partner_id"), "supplier_rank");
  if (type != "entry") return;
  std::set<std::pair<Id, bool>> partners;
  for (const Record& line : move.many("line_ids")) {
    const std::string account_type = line.text("account_type");
    if (line.link("partner_id") != 0 && (account_type == "asset_receivable" || account_type == "liability_payable"))
      partners.emplace(line.link("partner_id"), account_type == "asset_receivable");
  }
  for (const auto& [id, customer] : partners) raise_rank(env, env.record("res.partner", id), customer ? "customer_rank" : "supplier_rank");
}

/// A document's items always bear the commercial partner (receipts are left alone, as in Odoo).
void align_partners(Env& env, const Record& move) {
  const std::string type = move.text("move_type");
  if (!is_document(type) || type.ends_with("receipt")) return;
  const Id partner = commercial_partner(move.ref("partner_id")).id();
  for (const Record& line : move.many("line_ids"))
    if (!is_text_line(line)) env.store(line, "partner_id", Value::of_id(partner));
}

/// A payment term that computes another due date replaces the given one, even for documents given with all items.
void apply_term(Env& env, const Record& move) {
  const Record term = move.ref("invoice_payment_term_id");
  if (!term || move.get("invoice_date").is_null()) return;
  const auto lines = term.many("line_ids");
  if (lines.size() != 1 || lines.front().text("delay_type") != "days_after") return;
  env.store(move, "invoice_date_due", Value::of_text(days_after(move.text("invoice_date"), lines.front().link("nb_days"))));
}

void post_one(Env& env, const Record& move) {
  const std::string date = open_date(env, move, move.text("date"));
  env.store(move, "date", Value::of_text(date));
  align_partners(env, move);
  if (is_document(move.text("move_type"))) apply_term(env, move);
  env.store(move, "state", Value::of_text("posted"));
  env.store(move, "posted_before", Value::of_bool(true));
  number_move(env, move);
  if (is_sale(move.text("move_type")) && move.text("payment_reference").empty()) env.store(move, "payment_reference", move.get("name"));
  make_analytic_lines(env, move);
  raise_ranks(env, move);
  update_totals(env, move);
  update_payment_state(env, move);
}

}  // namespace

void post_moves(Env& env, const Ids& ids) {
  std::set<std::string> complaints;
  std::vector<Record> moves;
  for (const Id id : ids) {
    const Record move = env.record("account.move", id);
    if (!move.exists()) throw missing_error("account.move", id, env.user());
    collect_complaints(env, move, complaints);
    moves.push_back(move);
  }
  if (!complaints.empty()) throw user_error(fmt::format("{}", fmt::join(complaints, "\n")));
  check_balanced(env, ids);
  for (const Record& move : moves) post_one(env, move);
}

void draft_moves(Env& env, const Ids& ids) {
  for (const Id id : ids) {
    const Record move = env.record("account.move", id);
    if (!move.exists()) throw missing_error("account.move", id, env.user());
    if (move.text("state") == "draft") throw user_error("Only posted/cancelled journal entries can be reset to draft.");
    const std::string lock = violated_lock(env, move, move.text("date"));
    if (!lock.empty()) throw user_error("You cannot add/modify entries prior to and inclusive of: " + lock + ".");
    for (const Record& line : move.many("line_ids")) env.unlink("account.analytic.line", line.ids("analytic_line_ids"));
    unreconcile(env, move.many("line_ids"));
    env.store(move, "state", Value::of_text("draft"));
    if (is_document(move.text("move_type")) && !env.skips_invoice_sync()) sync_document(env, move, true);
    update_totals(env, move);
    update_payment_state(env, move);
  }
}

void make_analytic_lines(Env& env, const Record& move) {
  for (const Record& line : move.many("line_ids")) {
    const std::string text = line.text("analytic_distribution");
    if (text.empty()) continue;
    const auto document = json::Document::parse(text);
    if (!document) continue;
    for (const auto& member : document->root().members()) {
      const auto share = member.value.decimal();
      Dict values;
      values["name"] = Any(line.text("name").empty() ? "/" : line.text("name"));
      values["date"] = Any(move.text("date"));
      const Id account = Any(std::string(member.key.substr(0, member.key.find(',')))).id();
      // Ids in a distribution are not checked by Odoo: one that does not exist is accepted and yields nothing.
      if (!share || !env.database().table("account.analytic.account").exists(account)) continue;
      values["account_id"] = Any(account);
      values["move_line_id"] = Any(line.id());
      values["general_account_id"] = Any(line.link("account_id"));
      values["partner_id"] = Any(line.link("partner_id"));
      values["unit_amount"] = Any(line.amount("quantity"));
      values["amount"] = Any(Decimal::divide(-line.amount("balance") * *share, Decimal(100), 2, Rounding::half_up));
      env.create_one("account.analytic.line", std::move(values));
    }
  }
}

}  // namespace q2o::sandbox::odoo
