#include "sandbox/odoo/action/action.h"

// What is told once, kept for the case that the answer is lost.
namespace q2o::sandbox::odoo::action {

namespace {

/// Rows of ours under this name, oldest first.
Ids kept_under(Env& env, Table& log, const std::string& key) {
  Ids ids;
  for (const Id id : find_by(log, "func", Value::of_text(key)))
    if (Record(env, log, id).text("name") == "q2o") ids.push_back(id);
  std::ranges::sort(ids);
  return ids;
}

}  // namespace

void Batch::write_told(json::Writer& out) {
  out.key("settings").begin_array();
  for (const Setting& setting : settings_) {
    out.begin_object().field("name", setting.name).field("before", setting.before).field("during", setting.during);
    if (!setting.note.empty()) out.field("note", setting.note);
    out.end_object();
  }
  out.end_array();
  write_changes_noted(out);
}

void Batch::keep_told(const std::string& key) {
  Table& log = env_.database().table("ir.logging");
  if (const Any* forget = request_.find("forget")) {
    const Ids gone = to_ids(*forget);
    for (const Id id : kept_under(env_, log, key))
      if (std::ranges::find(gone, id) != gone.end()) env_.database().remove(log, id);
  }
  if (settings_.empty() && noted_.empty()) return;
  json::Writer text;
  text.begin_object();
  write_told(text);
  Dict row;
  for (const auto& [field, value] : std::initializer_list<std::pair<const char*, std::string>>{
           {"name", "q2o"}, {"type", "server"}, {"level", "INFO"}, {"path", "Quick2Odoo loader"}, {"line", "0"}, {"func", key}})
    row[field] = Any(value);
  row["message"] = Any(text.end_object().take());
  const SudoScope sudo(env_);
  env_.create_one("ir.logging", std::move(row));
}

void Batch::write_kept(json::Writer& out, const std::string& key) {
  Table& log = env_.database().table("ir.logging");
  out.key("told").begin_array();
  for (const Id id : kept_under(env_, log, key))
    out.begin_object().field("id", id).field("text", Record(env_, log, id).text("message")).end_object();
  out.end_array();
}

}  // namespace q2o::sandbox::odoo::action
