#include "common/json/text.h"

#include <charconv>

namespace q2o::json {
namespace {

constexpr std::uint32_t kHighSurrogate = 0xD800, kLowSurrogate = 0xDC00, kSurrogatesEnd = 0xE000;

std::optional<std::uint32_t> four_digits(std::string_view text) {
  std::uint32_t unit = 0;
  if (text.size() < 4) return std::nullopt;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + 4, unit, 16);
  if (problem != std::errc{} || end != text.data() + 4) return std::nullopt;
  return unit;
}

/// The character of "1234" (behind \u), which may need a second escape; `taken`: how much of the text it was.
std::optional<std::uint32_t> code_point(std::string_view text, std::size_t& taken) {
  const auto first = four_digits(text);
  taken = 4;
  if (!first || *first == 0 || (*first >= kLowSurrogate && *first < kSurrogatesEnd)) return std::nullopt;
  if (*first < kHighSurrogate || *first >= kSurrogatesEnd) return first;
  if (text.substr(4, 2) != "\\u") return std::nullopt;
  const auto second = four_digits(text.substr(6));
  if (!second || *second < kLowSurrogate || *second >= kSurrogatesEnd) return std::nullopt;
  taken = 10;
  return 0x10000 + ((*first - kHighSurrogate) << 10) + (*second - kLowSurrogate);
}

void append_utf8(std::string& out, std::uint32_t code) {
  const auto tail = [&](int shift) { out += static_cast<char>(0x80 | ((code >> shift) & 0x3F)); };
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xC0 | (code >> 6));
    tail(0);
  } else if (code < 0x10000) {
    out += static_cast<char>(0xE0 | (code >> 12));
    tail(6), tail(0);
  } else {
    out += static_cast<char>(0xF0 | (code >> 18));
    tail(12), tail(6), tail(0);
  }
}

}  // namespace

std::optional<std::string> unescaped(std::string_view inside) {
  constexpr std::string_view kNames = "\"\\/bfnrt", kMeanings = "\"\\/\b\f\n\r\t";
  std::string out;
  out.reserve(inside.size());
  for (std::size_t slash = inside.find('\\'); slash != std::string_view::npos; slash = inside.find('\\')) {
    out += inside.substr(0, slash);
    inside.remove_prefix(slash + 1);
    if (inside.empty()) return std::nullopt;
    const char name = inside.front();
    inside.remove_prefix(1);
    if (name == 'u') {
      std::size_t taken = 0;
      const auto code = code_point(inside, taken);
      if (!code) return std::nullopt;
      append_utf8(out, *code);
      inside.remove_prefix(taken);
    } else if (const auto which = kNames.find(name); which != std::string_view::npos) {
      out += kMeanings[which];
    } else {
      return std::nullopt;
    }
  }
  return out += inside;
}

}  // namespace q2o::json
