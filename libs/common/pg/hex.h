#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace q2o::pg {

/// Postgres' text form of bytea: \x and two hex digits a byte.
inline std::string to_hex(std::string_view bytes) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string out(2 + bytes.size() * 2, '\\');
  out[1] = 'x';
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const auto byte = static_cast<unsigned char>(bytes[i]);
    out[2 + 2 * i] = kHex[byte >> 4];
    out[3 + 2 * i] = kHex[byte & 15];
  }
  return out;
}

inline std::string from_hex(std::string_view text) {
  if (text.empty()) return {};
  if (!text.starts_with("\\x")) throw std::invalid_argument("not a bytea in hex form");
  text.remove_prefix(2);
  const auto nibble = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
  std::string out(text.size() / 2, '\0');
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<char>(nibble(text[2 * i]) << 4 | nibble(text[2 * i + 1]));
  return out;
}

}  // namespace q2o::pg
