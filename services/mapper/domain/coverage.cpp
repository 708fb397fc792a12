#include "services/mapper/domain/coverage.h"

#include <algorithm>

#include "services/mapper/domain/builders/reads.h"
#include "services/mapper/domain/patch.h"

namespace q2o::mapper {
namespace {

/// All positions of a list are one: "Line.0.Amount" -> "Line.*.Amount".
std::string general(std::string_view path) {
  std::string out;
  for (const auto step : steps_of(path)) {
    const bool position = std::all_of(step.begin(), step.end(), [](char c) { return c >= '0' && c <= '9'; });
    out += (out.empty() ? "" : ".") + std::string(position ? "*" : step);
  }
  return out;
}

/// Collects the paths of the source in a part of a mapping file, whatever instruction they stand in.
class Walk {
 public:
  Walk(const json::Value& templates, std::set<std::string>& paths) : templates_(templates), paths_(paths) {}

  void value(const json::Value& part, const std::string& at) {
    for (const auto& item : part.items()) value(item, at);
    if (!part.is_object() || part.has("constant")) return;
    std::string here = at;
    for (const char* list : {"each", "some"})
      if (part[list].is_string()) here = below(at, part[list].text()) + ".*";
    if (part["use"].is_string()) use(part, here);
    for (const auto& member : part.members())
      if ((member.key == "path" || member.key == "entity_path") && member.value.is_string())
        paths_.insert(below(here, member.value.text()));
      else
        value(member.value, here);
  }

  static std::string below(const std::string& at, std::string_view path) {
    if (path.starts_with('/')) return general(path.substr(1));
    return at.empty() ? general(path) : at + "." + general(path);
  }

 private:
  void use(const json::Value& part, const std::string& at) {
    if (depth_ > 16) return;  // the compiler refuses templates in a circle
    ++depth_;
    value(templates_[part["use"].text()], part["at"].is_string() ? below(at, part["at"].text()) : at);
    --depth_;
  }
  const json::Value& templates_;
  std::set<std::string>& paths_;
  int depth_ = 0;
};

std::string first_text(const json::Value& value) {
  if (value.is_string()) return std::string(value.text());
  for (const auto& item : value.items())
    if (auto text = first_text(item); !text.empty()) return text;
  for (const auto& member : value.members())
    if (member.key == "concat" || member.key == "first_of" || member.key == "then")
      if (auto text = first_text(member.value); !text.empty()) return text;
  return {};
}

bool within(std::string_view path, std::string_view taken) {
  return path.starts_with(taken) && (path.size() == taken.size() || path[taken.size()] == '.');
}

/// "CustomerRef.name" in every place, or a path from the record's top.
bool fits(std::string_view pattern, std::string_view path) {
  if (pattern.starts_with('*')) return path.ends_with(pattern.substr(1));
  return within(path, pattern);
}

}  // namespace

Coverage::Coverage(const Mapping& mapping) : mapping_(mapping) {
  const auto& root = mapping.document();
  for (const auto& entity : root["entities"].members()) {
    auto& fields = entities_[std::string(entity.key)];
    Walk walk(root["templates"], fields.taken);
    for (const char* part : {"targets", "note"}) walk.value(entity.value[part], "");
    for (const auto& remember : entity.value["remember"].items()) {
      walk.value(remember["key"], "");
      for (const auto& name : remember["fields"].items()) fields.remembered.insert(std::string(name.text()));
      for (const auto& member : remember["fields"].members()) fields.remembered.insert(std::string(member.value.text()));
    }
    for (const auto& loss : entity.value["losses"].items()) {
      const std::string at = loss["each"].is_string() ? general(loss["each"].text()) + ".*" : "";
      fields.lost.emplace(Walk::below(at, loss["field"].text()), first_text(loss["reason"]));
    }
    if (const EntityRule* rule = mapping.find(entity.key); rule != nullptr && rule->builder != nullptr)
      for (const auto path : builders::reads(rule->builder_name)) fields.taken.emplace(path);
  }
}

FieldFate Coverage::of(std::string_view entity, std::string_view path) const {
  const auto found = entities_.find(entity);
  if (found != entities_.end()) {
    const auto among = [&](const std::set<std::string>& paths) {
      return std::any_of(paths.begin(), paths.end(), [&](const auto& one) { return within(path, one); });
    };
    if (among(found->second.taken)) return {Fate::taken, {}};
    for (const auto& [place, reason] : found->second.lost)
      if (within(path, place)) return {Fate::lost, reason};
    if (among(found->second.remembered)) return {Fate::taken, {}};
  }
  for (const auto& [pattern, reason] : mapping_.not_needed()) {
    const auto dot = pattern.find('.');
    const bool of_entity = dot != std::string::npos && std::string_view(pattern).substr(0, dot) == entity;
    if (fits(pattern, path) || (of_entity && fits(std::string_view(pattern).substr(dot + 1), path))) return {Fate::not_needed, reason};
  }
  return {};
}

}  // namespace q2o::mapper
