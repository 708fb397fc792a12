#include "sandbox/odoo/action/action.h"
#include "sandbox/odoo/errors.h"
#include "sandbox/odoo/rules/money.h"

namespace q2o::sandbox::odoo::action {

namespace {

const Any* part(const Dict& body, std::string_view name) {
  return body.find(name);
}

bool flag(const Dict& body, std::string_view name) {
  const Any* value = body.find(name);
  return value && value->truthy();
}

}  // namespace

void Batch::take_create(Row row) {
  const Dict& body = *row.body;
  check_keys("create", body, {"values", "adopt", "then", "context", "sudo"});
  if (!may_create(row.model())) refuse("the model '" + row.model() + "' is not one of its own");
  context_of(body);
  const auto known = known_.find(row.external_id());
  if (known != known_.end() && known->second.model != row.model())
    throw user_error(fmt::format("The external id {} belongs to {}", row.external_id(), known->second.model));
  if (known != known_.end() && !update_) return answer(row, known->second.id, "unchanged");
  Missing missing;
  row.values = resolve_fields(part(body, "values"), missing);
  row.then = resolve_fields(part(body, "then"), missing);
  if (const Any* datas = row.record->find("datas")) {
    if (row.model() != "ir.attachment" || !datas->is_text()) refuse("bytes of a file for " + row.external_id());
    row.values["datas"] = *datas;
  }
  if (!missing.empty()) return wait_for(row, missing);
  row.lost = replace(row);
  if (known != known_.end()) {
    flush();
    return update(row);
  }
  const Id target = body.has("adopt") ? adopted(row, missing) : 0;
  if (target != 0) {
    flush();
    return adopt(row, target);
  }
  const std::string key =
      fmt::format("create|{}|{}|{}", row.model(), body.has("context") ? body.find("context")->dump() : "", flag(body, "sudo"));
  enqueue(key, std::move(row));
}

void Batch::create_rows(std::vector<Row>& rows) {
  const Dict& body = *rows.front().body;
  const std::string model = rows.front().model();
  if (model == "account.account") {
    for (const Row& row : rows)
      if (const Any* code = row.values.find("code"); code && code->truthy()) make_room(code->text(), 0);
  }
  List values;
  for (Row& row : rows) values.emplace_back(row.values);
  Ids made;
  {
    Dict keys = context_of(body);
    if (model == "account.analytic.line") keys["active_test"] = Any(false);  // hours of an employee whom an earlier run archived
    const ContextScope context(env_, std::move(keys));
    const SudoScope sudo(env_, flag(body, "sudo"));
    made = env_.create(model, std::move(values));
    for (std::size_t i = 0; i < rows.size(); ++i) register_id(rows[i].external_id(), model, made[i]);
    for (std::size_t i = 0; i < rows.size(); ++i)
      if (!rows[i].then.members().empty()) env_.write(model, {made[i]}, rows[i].then);
    for (std::size_t i = 0; i < rows.size(); ++i)
      if (rows[i].post()) post(env_.record(model, made[i]));
  }
  for (std::size_t i = 0; i < rows.size(); ++i) answer(rows[i], made[i], rows[i].outcome);
}

/// A payment created with its items is `in_process` at once while its entry is still a draft.
bool Batch::is_draft(const Record& record) {
  return record.text("state") == "draft" || (record.model() == "account.payment" && record.ref("move_id").text("state") == "draft");
}

void Batch::post(const Record& made) {
  if (made.model() != "account.move" && made.model() != "account.payment") refuse("records of " + made.model() + " are not posted");
  if (!is_draft(made)) return;
  Call call{made.model(), List{Any(List{Any(made.id())})}, {}};
  (*env_.rules().method(made.model(), "action_post"))(env_, call);
}

void Batch::register_id(const std::string& name, const std::string& model, Id id) {
  const SudoScope sudo(env_);
  Dict values;
  values["module"] = Any(module_);
  values["name"] = Any(name);
  values["model"] = Any(model);
  values["res_id"] = Any(id);
  values["noupdate"] = Any(true);
  env_.create_one("ir.model.data", std::move(values));
  known_[name] = {model, id};
  fresh_.push_back(name);
}

bool Batch::is_ours(const std::string& model, Id id) {
  Table& data = env_.database().table("ir.model.data");
  return std::ranges::any_of(find_by(data, "res_id", Value::of_integer(id)), [&](Id row) {
    const Record known(env_, data, row);
    return known.text("model") == model && known.text("module") == module_;
  });
}

/// Accounts of the chart that have a code we need move aside.
void Batch::make_room(const std::string& code, Id own) {
  Table& accounts = env_.database().table("account.account");
  const auto holders = [&](const std::string& wanted) { return find_by(accounts, "code", Value::of_text(wanted)); };
  for (const Id id : holders(code)) {
    if (id == own || is_ours("account.account", id)) continue;
    std::string after = code + ".old";
    for (int number = 2; !holders(after).empty(); ++number) after = code + ".old" + std::to_string(number);
    Dict values;
    values["code"] = Any(after);
    note_before(env_.record("account.account", id), values);
    env_.write("account.account", {id}, values);
    settings_.push_back({fmt::format("account.account,{},code", id), code, after, ""});
  }
}

/// A record of the target's own that may take our external id.
Id Batch::adopted(const Row& row, Missing& missing) {
  for (const Any& lookup : row.body->find("adopt")->list()) {
    const std::size_t waiting = missing.size();
    Id target = 0;
    if (lookup.is_list()) {
      Dict limit;
      limit["limit"] = Any(1);
      target = find_id(Any(List{Any(row.model()), lookup, Any(limit)}), missing, false);
    } else if (const Any* name = lookup.dict().find("xmlid")) {
      target = xmlid(name->text(), row.model(), false);
    } else if (const Any* find = lookup.dict().find("find")) {
      target = find_id(*find, missing, false);
    } else {
      target = resolve(lookup, missing).id();
    }
    if (missing.size() > waiting) return 0;
    if (target != 0 && !is_ours(row.model(), target)) return target;
  }
  return 0;
}

void Batch::adopt(Row& row, Id target) {
  const ContextScope context(env_, context_of(*row.body));
  const SudoScope sudo(env_, flag(*row.body, "sudo"));
  const Record stored = env_.record(row.model(), target);
  Dict wanted = row.values;
  for (const auto& [name, value] : row.then.members()) wanted[name] = value;
  Dict changes = differences(stored, wanted);
  note_before(stored, changes);
  register_id(row.external_id(), row.model(), target);
  if (!changes.members().empty()) write_changes(stored, std::move(changes), row.then);
  answer(row, target, "adopted");
}

}  // namespace q2o::sandbox::odoo::action
