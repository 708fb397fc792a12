#include "sandbox/odoo/action/undo.h"
#include "sandbox/odoo/errors.h"
#include "sandbox/odoo/rules/money.h"

namespace q2o::sandbox::odoo::action {

namespace {

constexpr std::string_view kMatch = "account.partial.reconcile";

const std::vector<std::string>& paths_to_parts(const std::string& model) {
  static const std::map<std::string, std::vector<std::string>> kParts{{"account.move", {"line_ids"}},
                                                                      {"account.payment", {"move_id", "move_id.line_ids"}},
                                                                      {"account.bank.statement.line", {"move_id", "move_id.line_ids"}},
                                                                      {"sale.order", {"order_line"}},
                                                                      {"purchase.order", {"order_line"}},
                                                                      {"product.product", {"product_tmpl_id"}},
                                                                      {"account.tax", {"repartition_line_ids"}},
                                                                      {"account.payment.term", {"line_ids"}},
                                                                      {"hr.employee", {"resource_id", "work_contact_id"}},
                                                                      {"project.project", {"account_id"}}};
  static const std::vector<std::string> kNone;
  const auto found = kParts.find(model);
  return found == kParts.end() ? kNone : found->second;
}

struct Owner {
  std::vector<std::string> path;
  std::string model;
};
const Owner* owner_of(const std::string& model) {
  static const std::map<std::string, Owner> kOwners{{"account.move.line", {{"move_id"}, "account.move"}},
                                                    {"account.analytic.line", {{"move_line_id", "move_id"}, "account.move"}},
                                                    {"sale.order.line", {{"order_id"}, "sale.order"}},
                                                    {"purchase.order.line", {{"order_id"}, "purchase.order"}},
                                                    {"account.tax.repartition.line", {{"tax_id"}, "account.tax"}},
                                                    {"account.payment.term.line", {{"payment_id"}, "account.payment.term"}},
                                                    {"account.payment.method.line", {{"journal_id"}, "account.journal"}}};
  const auto found = kOwners.find(model);
  return found == kOwners.end() ? nullptr : &found->second;
}

/// What Odoo makes beside a record: model made -> model and field that lead to it.
const std::vector<std::pair<std::string, std::string>>& made_beside(const std::string& model) {
  static const std::map<std::string, std::vector<std::pair<std::string, std::string>>> kMade{
      {"account.move", {{"account.payment", "move_id"}, {"account.bank.statement.line", "move_id"}}},
      {"product.template", {{"product.product", "product_tmpl_id"}}},
      {"resource.resource", {{"hr.employee", "resource_id"}}},
      {"res.partner", {{"hr.employee", "work_contact_id"}}},
      {"account.analytic.account", {{"project.project", "account_id"}}}};
  static const std::vector<std::pair<std::string, std::string>> kNone;
  const auto found = kMade.find(model);
  return found == kMade.end() ? kNone : found->second;
}

/// Made in the same transaction: not a record that was there and only linked.
bool is_beside(const Record& record, const Record& part) {
  return part && part.text("create_date") == record.text("create_date");
}

bool is_noise(std::string_view model) {
  for (const std::string_view prefix : {"mail.", "discuss.", "bus.", "ir.", "account.full.reconcile", "q2o."})
    if (model.starts_with(prefix)) return true;
  return false;
}

bool is_stored_link(const Field& field) {
  return (field.type == Type::many2one || field.type == Type::many2many) && field.column >= 0 && !field.compute;
}

Ids linked(const Record& row, const Field& field) {
  const Value value = row.get(field);
  return field.type == Type::many2one ? Ids{value.integer()} : value.ids();
}

template <class Visit>
void each_row(Env& env, const std::string& model, Visit visit) {
  Table& table = env.database().table(model);
  for (Id id = 1; id < table.next_id(); ++id)
    if (table.exists(id)) visit(Record(env, table, id));
}

std::string in_words(const Record& row, const std::map<Id, Id>& mine) {
  if (row.model() == kMatch)
    return "reconciled with " +
           row.ref(mine.contains(row.link("debit_move_id")) ? "credit_move_id" : "debit_move_id").ref("move_id").display_name();
  const Record shown = row.model() == "account.move.line" ? row.ref("move_id") : row;
  return fmt::format("used in {}: {}", shown.model(), shown.display_name());
}

}  // namespace

Any or_false(const Any& value) {
  return value.truthy() ? value : Any(false);
}

Any plain(const Record& record, const std::string& name) {
  const Field* field = record.table().model().find(name);
  if (!field) throw key_error(name);
  const Value value = record.get(*field);
  if (value.is_text() && value.text().empty()) return Any("");  // an empty text is not the same as none
  if (!value.truthy()) return Any(false);
  if (field->type == Type::boolean) return Any(true);
  if (field->type == Type::many2one || field->type == Type::integer) return Any(value.integer());
  if (field->is_number()) return Any(value.decimal());
  if (!field->is_many()) return Any(value.text());
  Ids ids = value.ids();
  std::ranges::sort(ids);
  List list;
  for (const Id id : ids) list.emplace_back(id);
  return Any(std::move(list));
}

const std::set<Id>& Undo::ours(const std::string& model) {
  if (const auto known = ours_.find(model); known != ours_.end()) return known->second;
  std::set<Id> ids;
  each_row(env_, "ir.model.data", [&](const Record& row) {
    if (row.text("model") != model || row.text("module") != module_ || !row.text("name").starts_with(prefix_)) return;
    const Record record = env_.record(model, row.link("res_id"));
    if (record.exists() && record.text("create_date") >= row.text("create_date")) ids.insert(record.id());
  });
  for (const auto& [owner, field] : made_beside(model))
    for (const Id id : ours(owner))
      if (const Record record = env_.record(owner, id); is_beside(record, record.ref(field))) ids.insert(record.link(field));
  return ours_[model] = std::move(ids);
}

Undo::Parts Undo::parts_of(const std::string& model, const std::vector<Id>& ids) {
  Parts parts;
  for (const Id id : ids) {
    parts[model][id] = id;
    const Record record = env_.record(model, id);
    for (const std::string& path : paths_to_parts(model)) {
      const auto dot = path.find('.');
      const Record at = dot == std::string::npos ? record : record.ref(path.substr(0, dot));
      const std::string last = dot == std::string::npos ? path : path.substr(dot + 1);
      const Field* field = at ? at.table().model().find(last) : nullptr;
      if (!field) continue;
      if (field->type == Type::many2one) {
        if (is_beside(at, at.ref(last))) parts[field->relation][at.link(last)] = id;
      } else {
        for (const Id part : at.ids(last)) parts[field->relation][part] = id;
      }
    }
  }
  return parts;
}

/// All stored links to records of the model, but those that are the other end of a field of the record itself.
std::vector<std::pair<const Model*, const Field*>> Undo::links_to(const std::string& model) {
  std::vector<std::pair<const Model*, const Field*>> links;
  const Schema& schema = env_.database().schema();
  const Model& own = *schema.find(model);
  for (const auto& [name, other] : schema.models()) {
    if (is_noise(name)) continue;
    for (const auto& field : other->fields) {
      if (field->relation != model || !is_stored_link(*field)) continue;
      const bool other_end =
          field->type == Type::many2many && name != "account.payment" && name != model &&
          std::ranges::any_of(own.fields, [&](const auto& mine) { return mine->type == Type::many2many && mine->relation == name; });
      if (!other_end) links.emplace_back(other.get(), field.get());
    }
  }
  return links;
}

bool Undo::is_ours(const Record& row) {
  if (ours(row.model()).contains(row.id())) return true;
  const Owner* owner = owner_of(row.model());
  if (!owner) return false;
  Record at = row;
  for (const std::string& step : owner->path) at = at.ref(step);
  return at && ours(owner->model).contains(at.id());
}

/// [model, id, field, before, after] of a value that will be put back.
const List* Undo::restored_later(std::string_view model, Id id, std::string_view field) const {
  const Any* restores = request_.find("restores");
  if (!restores) return nullptr;
  for (const Any& one : restores->list())
    if (one.list().size() == 5 && one.list()[0].text() == model && one.list()[1].id() == id && one.list()[2].text() == field)
      return &one.list();
  return nullptr;
}

/// The closing date that a run of ours has set is put back before anything goes. (In a savepoint that is rolled back.)
void Undo::lift_our_lock() {
  constexpr std::string_view kLock = "fiscalyear_lock_date";
  const Record company = env_.company();
  const List* change = restored_later("res.company", company.id(), kLock);
  if (!change || !(or_false(plain(company, std::string(kLock))) == or_false((*change)[4]))) return;
  const Any& before = (*change)[3];
  env_.store(company, kLock, before.truthy() ? Value::of_text(before.text()) : Value());
}

bool Undo::says_nothing(const Record& row, const Field& field, const Parts& parts, const std::string& birth) {
  if (const auto same = parts.find(row.model()); same != parts.end() && same->second.contains(row.id())) return true;
  if (const auto* change = restored_later(row.model(), row.id(), field.name);
      change && or_false(plain(row, field.name)) == or_false((*change)[4]))
    return true;
  return row.text("create_date") == birth;
}

void Undo::uses(const std::string& root, const Parts& parts, Reasons& reasons) {
  for (const auto& [model, members] : parts)
    for (const auto& [other, field] : links_to(model))
      each_row(env_, other->name, [&, &members = members, field = field](const Record& row) {
        for (const Id target : linked(row, *field)) {
          const auto part = members.find(target);
          if (part == members.end() || reasons.contains(part->second) || is_ours(row)) continue;
          const std::string birth = env_.record(root, part->second).text("create_date");
          if (!says_nothing(row, *field, parts, birth)) reasons.emplace(part->second, in_words(row, members));
        }
      });
}

void Undo::edits(const Parts& parts, Reasons& reasons) {
  if (since_.empty()) return;
  for (const auto& [model, members] : parts) {
    if (model == "res.partner" && parts.contains("hr.employee")) continue;
    for (const auto& [id, root] : members) {
      const std::string at = env_.record(model, id).text("write_date");
      if (at > since_) reasons.emplace(root, fmt::format("changed by {} on {}", "Administrator", at.substr(0, 16)));
    }
  }
}

std::string Undo::locked(const Record& record) {
  const Record move = record.model() == "account.move" ? record : record.ref("move_id");
  if (!move || move.text("state") != "posted" || violated_lock(env_, move, move.text("date")).empty()) return "";
  return "its period is locked";
}

std::set<std::string> Undo::owner_names(const std::string& model, const std::set<Id>& ids) {
  std::set<std::string> names;
  if (ids.empty()) return names;
  Table& data = env_.database().table("ir.model.data");
  for (const Id id : ids)
    for (const Id row_id : find_by(data, "res_id", Value::of_integer(id))) {
      const Record row(env_, data, row_id);
      if (row.text("model") == model && row.text("module") == module_ && row.text("name").starts_with(prefix_))
        names.insert(row.text("name"));
    }
  if (const Owner* owner = owner_of(model)) {
    std::set<Id> owners;
    for (const Id id : ids) {
      Record at = env_.record(model, id);
      for (const std::string& step : owner->path) at = at.exists() ? at.ref(step) : Record();
      if (at) owners.insert(at.id());
    }
    names.merge(owner_names(owner->model, owners));
  }
  for (const auto& [owner, field] : made_beside(model)) {
    std::set<Id> owners;
    each_row(env_, owner, [&, field = field](const Record& row) {
      if (ids.contains(row.link(field))) owners.insert(row.id());
    });
    names.merge(owner_names(owner, owners));
  }
  return names;
}

std::vector<std::string> Undo::needed(const Record& record, bool matched) {
  std::map<std::string, std::set<Id>> wanted;
  for (const auto& [model, members] : parts_of(record.model(), {record.id()}))
    for (const auto& [id, root] : members) {
      const Record part = env_.record(model, id);
      for (const auto& field : part.table().model().fields) {
        if (is_stored_link(*field) && env_.database().schema().find(field->relation)) {
          for (const Id target : linked(part, *field))
            if (target != 0) wanted[field->relation].insert(target);
        } else if (field->name == "analytic_distribution" && !part.text(field->name).empty()) {
          const auto shares = json::Document::parse(part.text(field->name));
          for (const auto& share : shares->root().members()) {
            std::stringstream list{std::string(share.key)};
            for (std::string one; std::getline(list, one, ',');) wanted["account.analytic.account"].insert(Any(one).id());
          }
        } else if (matched && (field->name == "matched_debit_ids" || field->name == "matched_credit_ids")) {
          for (const Id partial : part.ids(field->name)) wanted[std::string(kMatch)].insert(partial);
        }
      }
      if (!matched) continue;
      for (const auto& [holder, model_field] : {std::pair("ir.attachment", "res_model"), std::pair("mail.message", "model")}) {
        Table& table = env_.database().table(holder);
        for (const Id one : find_by(table, "res_id", Value::of_integer(id)))
          if (Record(env_, table, one).text(model_field) == model) wanted[holder].insert(one);
      }
    }
  std::set<std::string> names;
  for (const auto& [model, ids] : wanted) names.merge(owner_names(model, ids));
  for (const std::string& own : owner_names(record.model(), {record.id()})) names.erase(own);
  return {names.begin(), names.end()};
}

std::map<Id, Undo::Verdict> Undo::look_at(const std::string& model, const std::map<Id, Known>& rows) {
  std::map<Id, Verdict> out;
  std::vector<Id> mine;
  for (const auto& [id, row] : rows) {
    const Record record = env_.record(model, id);
    if (!record.exists()) continue;
    if (record.text("create_date") < row.born)
      out[id] = {"theirs", "was there before"};
    else
      mine.push_back(id);
  }
  const Parts parts = parts_of(model, mine);
  Reasons reasons;
  uses(model, parts, reasons);
  edits(parts, reasons);
  const bool is_move = model == "account.move" || model == "account.payment" || model == "account.bank.statement.line";
  for (const Id id : mine) {
    const std::string why = is_move ? locked(env_.record(model, id)) : "";
    if (reasons.contains(id))
      out[id] = {"keep", reasons[id]};
    else
      out[id] = {why.empty() ? "remove" : "reverse", why};
  }
  return out;
}

}  // namespace q2o::sandbox::odoo::action
