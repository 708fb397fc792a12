#include "sandbox/odoo/action/action.h"
#include "sandbox/odoo/errors.h"

namespace q2o::sandbox::odoo::action {

namespace {

/// All external ids that an expression refers to.
void collect(const Any& expression, std::set<std::string>& names) {
  for (const Any& item : expression.list()) collect(item, names);
  for (const auto& [key, value] : expression.dict().members()) {
    if ((key == "ref" || key == "move_of" || key == "debit" || key == "credit") && value.is_text())
      names.insert(value.text());
    else if (key == "holder" || key == "holder_model")
      for (const Any& name : value.list()) names.insert(name.text());
    else if (key == "order_line" && !value.list().empty() && value.list().front().is_text())
      names.insert(value.list().front().text());
    else
      collect(value, names);
  }
}

const Dict& no_values() {
  static const Dict kNone;
  return kNone;
}

}  // namespace

std::string Row::external_id() const {
  const Any* name = record->find("external_id");
  return name ? name->text() : "";
}

std::string Row::model() const {
  const Any* name = record->find("model");
  return name ? name->text() : "";
}

bool Row::post() const {
  const Any* wanted = record->find("post");
  return wanted && wanted->truthy();
}

Batch::Batch(Env& env, const Dict& request) : env_(env), request_(request) {
  const Any* module = request.find("module");
  module_ = module && module->truthy() ? module->text() : "q2o";
  const Any* mode = request.find("mode");
  if (!mode || (mode->text() != "create" && mode->text() != "update"))
    throw user_error(fmt::format("Q2O refuses the mode {}", mode ? "'" + mode->text() + "'" : "None"));
  update_ = mode->text() == "update";
}

Dict Batch::context_of(const Dict& body) const {
  Dict context;
  for (const char* key : {"tracking_disable", "mail_create_nosubscribe", "no_reset_password", "skip_account_deprecation_check"})
    context[key] = Any(true);
  for (const char* key : {"lang", "tz", "uid", "allowed_company_ids"})
    if (const Any* value = request_.find(key)) context[key] = *value;
  if (const Any* own = body.find("context")) {
    check_keys("context", own->dict(),
               {"skip_invoice_sync", "inventory_mode", "no_exchange_difference", "active_test", "image_no_postprocess"});
    for (const auto& [key, value] : own->dict().members()) context[key] = value;
  }
  return context;
}

void Batch::read_known(const List& records) {
  std::set<std::string> names;
  for (const Any& record : records) {
    if (const Any* name = record.dict().find("external_id")) names.insert(name->text());
    if (const Any* values = record.dict().find("values")) collect(*values, names);
    if (const Any* replaced = record.dict().find("replaces"))
      for (const Any& name : replaced->list()) names.insert(name.text());
  }
  Table& data = env_.database().table("ir.model.data");
  for (const std::string& name : names)
    for (const Id id : find_by(data, "name", Value::of_text(name))) {
      const Record row(env_, data, id);
      if (row.text("module") == module_) known_[name] = {row.text("model"), row.link("res_id")};
    }
}

std::string Batch::run() {
  static const List kNone;
  const Any* given = request_.find("records");
  const List& records = given ? given->list() : kNone;
  const Any* isolate = request_.find("isolate");
  results_.resize(records.size());
  const ContextScope context(env_, context_of({}));
  read_known(records);
  for (std::size_t position = 0; position < records.size(); ++position) {
    Row row;
    row.position = position;
    row.record = &records[position].dict();
    if (isolate && isolate->truthy())
      take_alone(std::move(row));
    else
      take(std::move(row));
  }
  flush();
  return written();
}

void Batch::take(Row row) {
  check_keys("record", *row.record, {"external_id", "model", "operation", "values", "post", "datas", "replaces"});
  const Any* operation = row.record->find("operation");
  const std::string name = operation ? operation->text() : "";
  if (name != "create" && name != "match" && name != "write") refuse("unknown operation '" + name + "'");
  if (row.record->has("replaces") && name != "create") refuse(row.external_id() + " replaces nothing: it creates nothing");
  const Any* values = row.record->find("values");
  if (!values || !values->is_dict()) refuse("values of " + row.external_id() + " are no object");
  row.body = values ? &values->dict() : &no_values();
  if (!pending_.empty()) {
    std::set<std::string> names{row.external_id()};
    collect(*values, names);
    if (std::ranges::any_of(names, [&](const std::string& one) { return pending_.contains(one); })) flush();
  }
  if (name == "create") return take_create(std::move(row));
  if (name == "match") return take_match(std::move(row));
  take_write(std::move(row));
}

/// In a savepoint of its own: a bad record leaves no trace, its neighbours stay.
void Batch::take_alone(Row row) {
  const auto savepoint = env_.database().savepoint();
  const std::size_t moved_aside = settings_.size(), noted = noted_.size();
  const bool sudo = env_.sudo;
  const Row copy = row;
  fresh_.clear();
  gone_.clear();
  const auto give_up = [&](const std::string& name, const std::string& message) {
    env_.database().rollback_to(savepoint);
    env_.sudo = sudo;
    env_.building = 0;
    env_.payment_lines = Any();
    for (const std::string& one : fresh_) known_.erase(one);
    for (const auto& [gone, record] : gone_) known_[gone] = record;
    settings_.resize(moved_aside);
    noted_.resize(noted);
    found_.clear();
    pending_.clear();
    group_key_.clear();
    group_.clear();
    answer(copy, 0, "rejected", name, message);
  };
  try {
    take(std::move(row));
    flush();
  } catch (const OdooError& error) {
    give_up(error.short_name(), error.what());
  } catch (const std::overflow_error& error) {
    give_up("NumericValueOutOfRange", error.what());
  }
}

void Batch::flush() {
  const std::string key = std::exchange(group_key_, {});
  std::vector<Row> rows = std::exchange(group_, {});
  pending_.clear();
  if (rows.empty()) return;
  if (key == "match")
    match_rows(rows);
  else
    create_rows(rows);
}

void Batch::enqueue(const std::string& key, Row row) {
  if (group_key_ != key) {
    flush();
    group_key_ = key;
  }
  pending_.insert(row.external_id());
  group_.push_back(std::move(row));
}

void Batch::answer(const Row& row, Id id, const std::string& outcome, const std::string& error_name, const std::string& message) {
  results_[row.position] = {row.external_id(), outcome, error_name, message, id, row.lost};
}

void Batch::wait_for(const Row& row, const Missing& missing) {
  answer(row, 0, "waits", "", missing.front());
}

std::string Batch::written() {
  json::Writer out;
  out.begin_object().field("type", "ir.actions.act_window_close").key("results").begin_array();
  for (const Result& result : results_) {
    out.begin_object().field("external_id", result.external_id).field("id", result.id).field("outcome", result.outcome);
    out.field("error_name", result.error_name).field("message", result.message);
    if (!result.unmatched.empty()) {
      out.key("unmatched").begin_array();
      for (const auto& name : result.unmatched) out.string(name);
      out.end_array();
    }
    out.end_object();
  }
  out.end_array();
  write_told(out);
  const Any* keep = request_.find("keep");
  const std::string key = keep ? keep->text() : "";
  if (!key.empty()) keep_told(key);
  if (const Any* asked = request_.find("told"); asked && asked->truthy()) write_kept(out, key);
  out.field("now", env_.now).end_object();
  return out.take();
}

}  // namespace q2o::sandbox::odoo::action
