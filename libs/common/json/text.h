#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "common/json/buffer.h"

/// The texts of JSON: what must be escaped in them, and how.
namespace q2o::json {

constexpr bool needs_escape(char c) {
  return c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20;
}

/// The first character from `at` on that cannot stand in a JSON string as it is (quote, backslash, control character), or the end. Eight
/// at a time: such characters are rare.
inline std::size_t next_special(std::string_view text, std::size_t at) {
  static_assert(std::endian::native == std::endian::little, "the first character is the lowest byte of the word");
  constexpr auto kEach = [](std::uint8_t byte) { return 0x0101010101010101U * byte; };
  // The highest bit of every byte below `limit`; above the lowest such one there may be others by mistake.
  constexpr auto kBelow = [kEach](std::uint64_t word, std::uint8_t limit) { return (word - kEach(limit)) & ~word & kEach(0x80); };
  for (; at + 8 <= text.size(); at += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + at, 8);
    const std::uint64_t found = kBelow(word, 0x20) | kBelow(word ^ kEach('"'), 1) | kBelow(word ^ kEach('\\'), 1);
    if (found != 0) return at + static_cast<std::size_t>(std::countr_zero(found)) / 8;
  }
  while (at < text.size() && !needs_escape(text[at])) ++at;
  return at;
}

/// Appends `text` as a JSON string: quoted, and escaped where JSON asks for it.
void append_text(std::string& out, std::string_view text);
void append_text(Buffer& out, std::string_view text);

}  // namespace q2o::json
