#include "services/mapper/domain/mapping.h"

#include <fmt/format.h>

#include <algorithm>

#include "services/mapper/domain/language/scalar.h"

namespace q2o::mapper {

std::string canonical(const json::Value& value) {
  if (value.is_object()) {
    std::map<std::string_view, const json::Value*> sorted;
    for (const auto& member : value.members()) sorted.emplace(member.key, &member.value);
    std::string out = "{";
    for (const auto& [key, member] : sorted) {
      if (out.size() > 1) out.push_back(',');
      json::append_text(out, key);
      out.append(":").append(canonical(*member));
    }
    return out + "}";
  }
  if (value.is_array()) {
    std::string out = "[";
    for (const auto& item : value.items()) {
      if (out.size() > 1) out.push_back(',');
      out += canonical(item);
    }
    return out + "]";
  }
  if (!value.is_string()) return std::string(value.raw());
  std::string out;
  json::append_text(out, value.text());
  return out;
}

const EntityRule* Mapping::find(std::string_view entity) const {
  const auto found = entities_.find(entity);
  return found == entities_.end() ? nullptr : &found->second;
}

std::optional<std::uint32_t> Mapping::wave_number(std::string_view name) const {
  for (std::size_t i = 0; i < waves_.size(); ++i) {
    if (waves_[i].name == name) return static_cast<std::uint32_t>(i);
  }
  return std::nullopt;
}

}  // namespace q2o::mapper
