#pragma once

#include <algorithm>
#include <cctype>
#include <string_view>

namespace q2o::sealing {

/// Whether a label ("1043, Cool Cars, 2026-03-01") is, or begins with, this number or name; capitals do not count. Sealed labels cannot be
/// searched by SQL.
inline bool begins_label(std::string_view label, std::string_view word) {
  const auto same = [](char a, char b) {
    return std::tolower(static_cast<unsigned char>(a)) == std::tolower(static_cast<unsigned char>(b));
  };
  if (label.size() < word.size() || !std::ranges::equal(label.substr(0, word.size()), word, same)) return false;
  return label.size() == word.size() || label.substr(word.size()).starts_with(", ");
}

}  // namespace q2o::sealing
