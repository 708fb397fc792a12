#include "services/mapper/domain/language/transforms.h"

#include <fmt/format.h>

namespace q2o::mapper::language {
namespace {

std::string_view type_name(Argument::Type type) {
  switch (type) {
    case Argument::Type::text:
      return "text";
    case Argument::Type::integer:
      return "whole number";
    case Argument::Type::scalar:
      return "text, number, true, false or null";
    default:
      return "name of a table, or a table";
  }
}

bool fits(const json::Value& value, Argument::Type type) {
  switch (type) {
    case Argument::Type::text:
      return value.is_string();
    case Argument::Type::integer:
      return value.is_number() && value.text().find_first_of(".eE") == std::string_view::npos;
    case Argument::Type::scalar:
      return !value.is_object() && !value.is_array();
    default:
      return value.is_string() || value.is_object();
  }
}

bool check_arguments(const Transform& transform, const json::Value& value, const Tables& tables, std::string_view place,
                     Complaints& complaints) {
  const std::size_t before = complaints.all().size();
  for (const auto& member : value.members()) {
    if (member.key == "name") continue;
    bool known = false;
    for (const auto& argument : transform.arguments) {
      if (argument.name != member.key) continue;
      known = true;
      if (!fits(member.value, argument.type)) {
        complaints.add(below(place, member.key), fmt::format("must be a {}", type_name(argument.type)));
      } else if (argument.type == Argument::Type::table && member.value.is_string() && !tables.contains(member.value.text())) {
        complaints.add(below(place, member.key), fmt::format("there is no table \"{}\"", member.value.text()));
      }
    }
    if (!known) complaints.add(below(place, member.key), fmt::format("transform \"{}\" has no such argument", transform.name));
  }
  for (const auto& argument : transform.arguments) {
    if (argument.required && !value.has(argument.name)) complaints.add(below(place, argument.name), "is missing");
  }
  return complaints.all().size() == before;
}

void document(const Transform& transform, std::string& out) {
  out += fmt::format("### {}\n\n{}\n\n", transform.name, transform.meaning);
  for (const auto& argument : transform.arguments) {
    out += fmt::format("- `{}` ({}{}): {}\n", argument.name, type_name(argument.type), argument.required ? "" : ", optional",
                       argument.meaning);
  }
  if (!transform.arguments.empty()) out += "\n";
  out += fmt::format("Example: `{}`\n\n", transform.example);
}

}  // namespace

const Transform* find_transform(std::string_view name) {
  for (const auto& group : {text_transforms(), value_transforms()}) {
    for (const auto& transform : group) {
      if (transform.name == name) return &transform;
    }
  }
  return nullptr;
}

Step bind_transform(const json::Value& value, const Tables& tables, std::string_view place, Complaints& complaints) {
  if (!value.is_object()) {
    complaints.add(place, "must be an object with a name");
    return {};
  }
  const std::string name = text_member(value, "name", true, place, complaints);
  if (name.empty()) return {};
  const Transform* transform = find_transform(name);
  if (transform == nullptr) {
    complaints.add(below(place, "name"), fmt::format("there is no transform \"{}\"", name));
    return {};
  }
  if (!check_arguments(*transform, value, tables, place, complaints)) return {};
  return transform->bind(value, tables);
}

std::string document_transforms() {
  std::string out = "## Transforms of text\n\n";
  for (const auto& transform : text_transforms()) document(transform, out);
  out += "## Transforms of numbers, dates and tables\n\n";
  for (const auto& transform : value_transforms()) document(transform, out);
  while (out.ends_with("\n\n")) out.pop_back();
  return out;
}

}  // namespace q2o::mapper::language
