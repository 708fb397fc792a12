#pragma once

#include <cstddef>
#include <string_view>

namespace q2o::json {

/// How many characters from the beginning are a number after RFC 8259 (no leading zeros, no bare point, no plus sign); 0: none.
inline std::size_t number_length(std::string_view text) {
  std::size_t at = 0;
  const auto is = [&](char c) { return at < text.size() && text[at] == c; };
  const auto digits = [&] {
    const std::size_t from = at;
    while (at < text.size() && text[at] >= '0' && text[at] <= '9') ++at;
    return at - from;
  };
  if (is('-')) ++at;
  const std::size_t whole_at = at;
  const std::size_t whole = digits();
  if (whole == 0 || (whole > 1 && text[whole_at] == '0')) return 0;
  if (is('.')) {
    ++at;
    if (digits() == 0) return 0;
  }
  if (is('e') || is('E')) {
    ++at;
    if (is('+') || is('-')) ++at;
    if (digits() == 0) return 0;
  }
  return at;
}

}  // namespace q2o::json
