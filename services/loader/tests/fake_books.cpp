#include "services/loader/tests/fake_books.h"

#include <fmt/format.h>

#include <cctype>

namespace q2o::loader::testing {
namespace {

CallResult result_of(const std::string& json_text) {
  auto document = json::Document::parse(fmt::format(R"({{"jsonrpc":"2.0","id":1,"result":{}}})", json_text));
  if (!document) throw std::logic_error("the fake wrote bad JSON: " + json_text);
  return CallResult(std::move(*document));
}

std::string answer_json(std::string_view name, std::int64_t id, std::string_view outcome, std::string_view message) {
  json::Writer out;
  out.begin_object().field("external_id", name).field("id", id).field("outcome", outcome);
  out.field("error_name", outcome == "rejected" ? "UserError" : "").field("message", message).end_object();
  return out.take();
}

void references(const json::Value& value, std::vector<std::string>& out) {
  for (const auto& item : value.items()) references(item, out);
  for (const auto& member : value.members()) {
    if (member.key == "ref") out.emplace_back(member.value.text());
    references(member.value, out);
  }
}

}  // namespace

FakeBooks& FakeBooks::fail_next_batch(Fault fault) {
  batch_faults_.push_back(std::move(fault));
  return *this;
}
FakeBooks& FakeBooks::fail_next_call(Error error) {
  call_faults_.push_back(std::move(error));
  return *this;
}

std::vector<std::string> FakeBooks::names() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> out;
  for (const auto& [name, stored] : stored_) out.push_back(name);
  return out;
}

std::string FakeBooks::datas(const std::string& external_id) const {
  const std::lock_guard lock(mutex_);
  const auto& values = stored_.at(external_id).values;
  return values.substr(values.rfind('\n') + 1);
}

Result<std::string> FakeBooks::version(std::chrono::milliseconds) {
  const std::lock_guard lock(mutex_);
  if (!call_faults_.empty()) {
    const Error error = call_faults_.front();
    call_faults_.pop_front();
    return fail(error);
  }
  return odoo_version;
}

Result<std::int64_t> FakeBooks::user_id(std::chrono::milliseconds) {
  if (login_refused)
    return fail(Error{Code::unauthenticated, "Odoo refuses the user", Retry::never, Effect::none, "ODOO_ACCESS_DENIED", "", {}});
  return 2;
}

Result<CallResult> FakeBooks::call(std::string_view model, std::string_view method, std::string_view args, std::string_view kwargs,
                                   std::chrono::milliseconds) {
  const std::lock_guard lock(mutex_);
  if (model == "ir.actions.server" && method == "run") return run_action(kwargs);
  if (before_call) before_call();
  if (!call_faults_.empty()) {
    const Error error = call_faults_.front();
    call_faults_.pop_front();
    return fail(error);
  }
  return result_of(answer(model, method, args, kwargs));
}

std::string FakeBooks::external_ids(const json::Value& domain) const {
  json::Writer out;
  out.begin_array();
  for (const auto& leaf : domain.items()) {
    if (leaf.items()[0].text() != "name") continue;
    for (const auto& [name, stored] : stored_) {
      const auto& wanted = leaf.items()[2];
      const bool hit = wanted.is_array() ? std::ranges::any_of(wanted.items(), [&](const auto& one) { return one.text() == name; }) : true;
      if (hit) out.begin_object().field("id", stored.id).field("name", name).field("res_id", stored.id).end_object();
    }
  }
  out.end_array();
  return out.take();
}

std::string FakeBooks::answer(std::string_view model, std::string_view method, std::string_view args, std::string_view) {
  const auto parsed = json::Document::parse(std::string(args));
  const auto& first = parsed->root().items().empty() ? parsed->root() : parsed->root().items()[0];
  if (method == "check_access_rights") return model != "ir.actions.server" || may_create_actions ? "true" : "false";
  if (method == "search_count") return std::to_string(counts[std::string(model)]);
  if (model == "ir.model.data") return external_ids(first);
  if (model == "ir.actions.server" && method == "search") return action_ ? "[55]" : "[]";
  if (model == "ir.model") return "[77]";
  if (model == "res.users" && method == "search_read") return R"([{"id":2,"company_id":1}])";
  if (model == "ir.module.module") {
    json::Writer out;
    out.begin_array();
    for (const auto& name : modules) out.begin_object().field("name", name).end_object();
    return out.end_array().take();
  }
  if (model == "res.company" && method == "search_read") {
    if (company_hidden) return "[]";
    std::string row = R"([{"id":1)";
    // A reference is written as its id and read as id and name.
    for (const auto& [field, value] : company)
      row += std::isdigit(static_cast<unsigned char>(value.front())) != 0 ? fmt::format(R"(,"{}":[{},"of {}"])", field, value, value)
                                                                          : fmt::format(R"(,"{}":{})", field, value);
    return row + "}]";
  }
  if (model == "ir.config_parameter" && method == "search_read") {
    std::string out = "[";
    for (const auto& [key, value] : parameters) out += fmt::format(R"({{"id":1,"value":"{}"}})", value);
    return out + "]";
  }
  if (const auto shown = rows.find(std::string(model)); method == "search_read" && shown != rows.end()) return shown->second;
  if (method == "search_read" || method == "search") return "[]";
  writes_.push_back(fmt::format("{}.{}{}", model, method, method == "create" ? "" : args));
  if (model == "ir.actions.server") action_ = method == "create";
  if (model == "res.company")
    for (const auto& member : parsed->root().items()[1].members()) company[std::string(member.key)] = std::string(member.value.raw());
  if (method == "set_param") {
    parameters.clear();
    if (parsed->root().items()[1].is_string()) parameters[std::string(first.text())] = std::string(parsed->root().items()[1].text());
  }
  return method == "create" ? "[55]" : "true";
}

std::string FakeBooks::one(const json::Value& record, bool update, std::string& refusal) {
  const std::string name(record["external_id"].text());
  const std::string values = std::string(record["values"].raw()) + "\n" + std::string(record["datas"].text());
  std::vector<std::string> needs;
  references(record["values"], needs);
  for (const auto& need : needs)
    if (!stored_.contains(need)) return answer_json(name, 0, "waits", need);
  if (record["values"]["values"]["bad"].truthy()) {
    refusal = name + " is bad";
    return answer_json(name, 0, "rejected", refusal);
  }
  for (const auto& replaced : record["replaces"].items()) stored_.erase(std::string(replaced.text()));
  const auto at = stored_.find(name);
  if (at == stored_.end()) {
    stored_[name] = {++last_id_, values};
    return answer_json(name, last_id_, "created", "");
  }
  const bool changed = update && at->second.values != values;
  if (changed) at->second.values = values;
  return answer_json(name, at->second.id, changed ? "changed" : "unchanged", "");
}

std::string FakeBooks::all_told(const json::Value& forget) {
  if (!forget.items().empty()) told.clear();
  json::Writer out;
  out.begin_object().field("now", "2026-01-01 12:00:00").key("results").begin_array().end_array().key("told").begin_array();
  for (std::size_t i = 0; i < told.size(); ++i)
    out.begin_object().field("id", static_cast<std::int64_t>(i + 1)).field("text", told[i]).end_object();
  return out.end_array().end_object().take();
}

Result<CallResult> FakeBooks::run_action(std::string_view kwargs) {
  const auto parsed = json::Document::parse(std::string(kwargs));
  const auto& context = parsed->root()["context"];
  const bool asks_for_time = context["records"].items().empty();
  if (before_batch && !asks_for_time) before_batch();
  if (!action_)
    return fail(Error{Code::failed_precondition,
                      "Record does not exist (Record: ir.actions.server(55,))",
                      Retry::never,
                      Effect::none,
                      "ODOO_MISSING_ERROR",
                      "",
                      {}});
  if (asks_for_time) return result_of(all_told(context["forget"]));
  ++batches_;
  std::optional<Fault> fault;
  if (!batch_faults_.empty()) {
    fault = batch_faults_.front();
    batch_faults_.pop_front();
  }
  const auto before = stored_;
  std::string results, refusal;
  std::size_t written = 0;
  for (const auto& record : context["records"].items()) {
    if (fault && written++ >= fault->after_writing) break;
    results += (results.empty() ? "" : ",") + one(record, context["mode"].text() == "update", refusal);
  }
  if (fault) return fail(fault->error);
  if (!refusal.empty() && !context["isolate"].truthy()) {  // all or nothing
    stored_ = before;
    return fail(refused(refusal));
  }
  writes_.push_back("batch");
  return result_of(fmt::format(R"({{"type":"ir.actions.act_window_close","results":[{}],"settings":[]}})", results));
}

}  // namespace q2o::loader::testing
