#include "sandbox/odoo/action/undo.h"
#include "sandbox/odoo/action/action.h"
#include "sandbox/odoo/errors.h"
#include "sandbox/odoo/rules/money.h"

namespace q2o::sandbox::odoo::action {

namespace {

std::string text_of(const Dict& request, std::string_view key) {
  const Any* value = request.find(key);
  return value ? value->text() : "";
}

const std::set<std::string, std::less<>>& restorable() {
  static const std::set<std::string, std::less<>> kModels{"res.company",
                                                          "account.account",
                                                          "account.journal",
                                                          "account.payment.method.line",
                                                          "account.payment.term",
                                                          "account.tax.group",
                                                          "account.tax",
                                                          "account.analytic.plan",
                                                          "account.analytic.account",
                                                          "res.currency",
                                                          "res.currency.rate",
                                                          "res.partner",
                                                          "res.partner.category",
                                                          "res.partner.bank",
                                                          "hr.department",
                                                          "hr.employee",
                                                          "product.category",
                                                          "product.product",
                                                          "decimal.precision"};
  return kModels;
}

Any value_of(const Dict& change, std::string_view key) {
  const Any* value = change.find(key);
  if (value && value->is_text() && value->text().empty()) return Any("");
  return value ? or_false(*value) : Any(false);
}

}  // namespace

Undo::Undo(Env& env, const Dict& request)
    : env_(env),
      request_(request),
      module_(text_of(request, "module")),
      prefix_(text_of(request, "prefix")),
      since_(text_of(request, "since")),
      step_(text_of(request, "step")) {
  if (module_.empty()) module_ = "q2o";
}

void Undo::answer(const std::string& name, const std::string& outcome, const std::string& message, const std::vector<std::string>& needs) {
  const auto row = known_.find(name);
  json::Writer out;
  out.begin_object().field("external_id", name).field("model", row == known_.end() ? "" : row->second.model);
  out.field("id", row == known_.end() ? Id{0} : row->second.id)
      .field("outcome", outcome)
      .field("message", message)
      .key("needs")
      .begin_array();
  for (const std::string& one : needs) out.string(one);
  answers_[name] = out.end_array().end_object().take();
}

void Undo::forget(const std::string& name) {
  Table& data = env_.database().table("ir.model.data");
  for (const Id id : find_by(data, "name", Value::of_text(name)))
    if (Record(env_, data, id).text("module") == module_) env_.database().remove(data, id);
}

void Undo::taken_back(const std::string& model, const Ids& ids) {
  for (const Id id : ids) {
    const Record record = env_.record(model, id);
    if (model == "account.move") {
      unreconcile(env_, record.many("line_ids"));
      if (record.text("state") != "draft") draft_moves(env_, {id});
    } else if (model == "sale.order" || model == "purchase.order") {
      env_.store(record, "state", Value::of_text("cancel"));
    }
    const Record contact = model == "hr.employee" ? record.ref("work_contact_id") : Record();
    const bool beside = contact && contact.text("create_date") == record.text("create_date");
    if (!record.exists()) continue;
    env_.unlink(model, {id});
    if (beside) env_.unlink("res.partner", {contact.id()});
  }
}

/// The same items with the other sign, on the first open day, matched with the original.
Record Undo::reversed_entry(const Record& record) {
  const Record move = record.model() == "account.move" ? record : record.ref("move_id");
  unreconcile(env_, move.many("line_ids"));
  List items;
  std::vector<Record> origins;
  for (const Record& line : move.many("line_ids")) {
    if (line.link("account_id") == 0) continue;
    Dict item;
    item["name"] = line.text("name").empty() ? Any(false) : Any(line.text("name"));
    for (const char* link : {"account_id", "partner_id", "currency_id"}) item[link] = Any(line.link(link));
    item["balance"] = Any(-line.amount("balance"));
    item["amount_currency"] = Any(-line.amount("amount_currency"));
    items.emplace_back(List{Any(0), Any(0), Any(std::move(item))});
    origins.push_back(line);
  }
  Dict values;
  values["move_type"] = Any("entry");
  values["journal_id"] = Any(move.link("journal_id"));
  values["ref"] = Any("Reversal of: " + move.text("name"));
  values["reversed_entry_id"] = Any(move.id());
  values["line_ids"] = Any(std::move(items));
  const Record mirror = env_.record("account.move", env_.create_one("account.move", std::move(values)));
  post_moves(env_, {mirror.id()});
  const auto back = mirror.many("line_ids");
  for (std::size_t i = 0; i < origins.size() && i < back.size(); ++i)
    if (origins[i].ref("account_id").flag("reconcile") && !origins[i].flag("reconciled")) reconcile_lines(env_, {origins[i], back[i]});
  return mirror;
}

/// Records of one model.
void Undo::take(const std::vector<std::string>& names) {
  const std::string model = known_[names.front()].model;
  std::map<Id, Known> rows;
  for (const std::string& name : names) rows[known_[name].id] = known_[name];
  const auto verdicts = look_at(model, rows);
  Ids removed;
  for (const std::string& name : names) {
    const Id id = known_[name].id;
    const auto found = verdicts.find(id);
    const Verdict verdict = found == verdicts.end() ? Verdict{"gone", ""} : found->second;
    const bool stays = verdict.outcome == "keep";
    if (step_ == "needs") {
      const bool ours = verdict.outcome != "gone" && verdict.outcome != "theirs";
      answer(name, verdict.outcome, "", ours ? needed(env_.record(model, id), true) : std::vector<std::string>{});
    } else if (step_ == "look" || stays) {
      const bool asks = stays || verdict.outcome == "reverse";
      answer(name, verdict.outcome, verdict.reason, asks ? needed(env_.record(model, id), stays) : std::vector<std::string>{});
    } else if (verdict.outcome == "gone" || verdict.outcome == "theirs") {
      answer(name, verdict.outcome, verdict.reason);
      forget(name);
    } else if (verdict.outcome == "reverse") {
      const Record mirror = reversed_entry(env_.record(model, id));
      answer(name, "reversed", verdict.reason + ": reversed by " + mirror.text("name"));
      forget(name);
    } else {
      removed.push_back(id);
      answer(name, "removed");
    }
  }
  taken_back(model, removed);
}

/// In a savepoint of its own: what Odoo does not let go stays.
void Undo::alone(const std::string& name) {
  const auto savepoint = env_.database().savepoint();
  try {
    take({name});
  } catch (const OdooError& error) {
    env_.database().rollback_to(savepoint);
    ours_.clear();
    const Record record = env_.record(known_[name].model, known_[name].id);
    answer(name, "refused", fmt::format("Odoo does not let it go: {}", error.what()), needed(record, true));
  }
}

Undo::Verdict Undo::put_back(const Dict& change) {
  const std::string model = text_of(change, "model"), field = text_of(change, "field");
  const Any* id = change.find("id");
  const Record record = id ? env_.record(model, id->id()) : Record();
  if (!record.exists()) return {"gone", ""};
  const Any now = plain(record, field), before = value_of(change, "before");
  if (now == before) return {"restored", ""};
  if (!(or_false(now) == or_false(value_of(change, "after")))) return {"keep", "somebody has changed it since"};
  Dict values;
  values[field] = record.table().model().find(field)->type == Type::many2many ? replace_with(to_ids(before)) : before;
  env_.write(model, {record.id()}, values);
  return {"restored", ""};
}

std::string Undo::restored() {
  static const List kNone;
  const Any* given = request_.find("changes");
  const List& changes = given ? given->list() : kNone;
  for (const Any& change : changes)
    if (const std::string model = text_of(change.dict(), "model"); !restorable().contains(model))
      refuse("values of the model '" + model + "' are not put back");
  json::Writer out;
  out.begin_array();
  for (const Any& change : changes) {
    const auto savepoint = env_.database().savepoint();
    Verdict verdict;
    try {
      verdict = put_back(change.dict());
    } catch (const OdooError& error) {
      env_.database().rollback_to(savepoint);
      verdict = {"keep", fmt::format("refused by Odoo: {}", error.what())};
    }
    out.begin_object().field("outcome", verdict.outcome).field("message", verdict.reason).end_object();
  }
  return out.end_array().take();
}

std::string Undo::run() {
  static const List kNone;
  if (step_ != "look" && step_ != "needs" && step_ != "undo" && step_ != "restore") refuse("the step '" + step_ + "'");
  if (prefix_.size() < 2 || !prefix_.ends_with('_')) refuse("the prefix '" + prefix_ + "'");
  Dict context;
  for (const char* key : {"tracking_disable", "skip_invoice_sync", "skip_account_deprecation_check", "no_exchange_difference"})
    context[key] = Any(true);
  context["active_test"] = Any(false);
  const ContextScope scope(env_, std::move(context));
  const SudoScope sudo(env_);
  std::string results;
  if (step_ == "restore") {
    results = restored();
  } else {
    const Any* given = request_.find("names");
    const List& names = given ? given->list() : kNone;
    const bool isolate = request_.find("isolate") && request_.find("isolate")->truthy();
    Table& data = env_.database().table("ir.model.data");
    for (const Any& name : names) {
      if (!name.text().starts_with(prefix_)) refuse(name.text() + " is none of ours");
      for (const Id id : find_by(data, "name", Value::of_text(name.text())))
        if (const Record row(env_, data, id); row.text("module") == module_)
          known_[name.text()] = {row.text("model"), row.text("create_date"), row.link("res_id")};
    }
    const auto savepoint = env_.database().savepoint();
    if (step_ == "look") lift_our_lock();
    std::vector<std::string> group;
    const auto take_group = [&] {
      if (!group.empty()) take(std::exchange(group, {}));
    };
    for (const Any& name : names) {
      if (!known_.contains(name.text())) {
        answer(name.text(), "gone");
      } else if (isolate && step_ == "undo") {
        alone(name.text());
      } else {
        if (!group.empty() && known_[group.front()].model != known_[name.text()].model) take_group();
        group.push_back(name.text());
      }
    }
    take_group();
    if (step_ == "look") env_.database().rollback_to(savepoint);
    json::Writer list;
    list.begin_array();
    for (const Any& name : names) list.raw(answers_[name.text()]);
    results = list.end_array().take();
  }
  return R"({"type":"ir.actions.act_window_close","results":)" + results + "}";
}

}  // namespace q2o::sandbox::odoo::action
