#include "services/mapper/domain/language/complaints.h"

#include <fmt/format.h>

#include <algorithm>

namespace q2o::mapper::language {

std::string below(std::string_view place, std::string_view member) {
  std::string result(place);
  result.push_back('/');
  for (const char c : member) {
    if (c == '~') {
      result.append("~0");
    } else if (c == '/') {
      result.append("~1");
    } else {
      result.push_back(c);
    }
  }
  return result;
}

std::string below(std::string_view place, std::size_t index) {
  return fmt::format("{}/{}", place, index);
}

bool check_members(const json::Value& value, std::initializer_list<std::string_view> known, std::string_view place,
                   Complaints& complaints) {
  if (!value.is_object()) {
    complaints.add(place, "must be an object");
    return false;
  }
  for (const auto& member : value.members()) {
    if (std::find(known.begin(), known.end(), member.key) != known.end()) continue;
    complaints.add(below(place, member.key), fmt::format("unknown member; known here: {}", fmt::join(known, ", ")));
  }
  return true;
}

std::string text_member(const json::Value& object, std::string_view member, bool required, std::string_view place, Complaints& complaints) {
  const auto& value = object[member];
  if (value.is_null()) {
    if (required) complaints.add(below(place, member), "is missing");
    return {};
  }
  if (!value.is_string() || value.text().empty()) {
    complaints.add(below(place, member), "must be a text that is not empty");
    return {};
  }
  return std::string(value.text());
}

bool flag_member(const json::Value& object, std::string_view member, std::string_view place, Complaints& complaints) {
  const auto& value = object[member];
  if (value.is_null()) return false;
  if (value.kind() != json::Value::Kind::boolean) complaints.add(below(place, member), "must be true or false");
  return value.truthy();
}

}  // namespace q2o::mapper::language
