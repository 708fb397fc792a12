#include "common/json/json.h"

#include <charconv>

namespace q2o::json {
namespace {

const Value kNull;

}  // namespace

Result<Decimal> Value::decimal() const {
  if (kind_ != Kind::number && kind_ != Kind::string)
    return fail(Code::invalid_argument, "not a number: " + std::string(raw_.substr(0, 60)), "BAD_DECIMAL");
  return Decimal::parse(text_);
}

std::span<const Value> Value::items() const {
  if (kind_ != Kind::array) return {};
  return {static_cast<const Value*>(children_), count_};
}

std::span<const Member> Value::members() const {
  if (kind_ != Kind::object) return {};
  return {static_cast<const Member*>(children_), count_};
}

const Value& Value::operator[](std::string_view key) const {
  // The first letter tells most names of the same length apart, without a call.
  const auto same = [key](std::string_view name) {
    return name.size() == key.size() && (key.empty() || (name.front() == key.front() && name == key));
  };
  for (const auto& member : members()) {
    if (same(member.key)) return member.value;
  }
  return kNull;
}

const Value& Value::at(std::string_view path) const {
  const Value* here = this;
  while (!path.empty()) {
    const auto dot = path.find('.');
    const auto name = path.substr(0, dot);
    path = dot == std::string_view::npos ? std::string_view{} : path.substr(dot + 1);
    if (!here->is_array()) {
      here = &(*here)[name];
      continue;
    }
    std::size_t index = 0;
    const auto [end, problem] = std::from_chars(name.data(), name.data() + name.size(), index);
    if (problem != std::errc{} || end != name.data() + name.size() || index >= here->count_) return kNull;
    here = &here->items()[index];
  }
  return *here;
}

bool Value::has(std::string_view key) const {
  for (const auto& member : members()) {
    if (member.key == key) return true;
  }
  return false;
}

}  // namespace q2o::json
