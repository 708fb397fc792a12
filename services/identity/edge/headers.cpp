#include <charconv>
#include <chrono>

#include "services/identity/edge/authorization.h"

namespace q2o::identity::edge {
namespace {

using namespace std::chrono_literals;
constexpr std::chrono::milliseconds kUnary = 30s;
constexpr std::chrono::milliseconds kUnaryMax = 120s;
constexpr std::chrono::milliseconds kStream = 1h;

/// gRPC's "30S": up to eight digits and a unit. 0 when it is none.
std::chrono::milliseconds parsed(std::string_view text) {
  if (text.size() < 2 || text.size() > 9) return 0ms;
  std::int64_t number = 0;
  const auto* const unit = text.data() + text.size() - 1;
  const auto [end, problem] = std::from_chars(text.data(), unit, number);
  if (problem != std::errc() || end != unit || number <= 0) return 0ms;
  switch (*unit) {
    case 'H':
      return std::chrono::hours(number);
    case 'M':
      return std::chrono::minutes(number);
    case 'S':
      return std::chrono::seconds(number);
    case 'm':
      return std::chrono::milliseconds(number);
    default:
      return 0ms;  // microseconds and less: nothing can be done in that time
  }
}

}  // namespace

std::string timeout_for(const Rule& rule, std::string_view asked) {
  const auto wanted = parsed(asked);
  const auto most = rule.streams ? kStream : kUnaryMax;
  const auto otherwise = rule.streams ? kStream : kUnary;
  return std::to_string((wanted == 0ms || wanted > most ? otherwise : wanted).count()) + "m";
}

std::string header_text(std::string_view text) {
  constexpr const char* kHex = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte > 0x20 && byte < 0x7f && c != '%') {
      out += c;
    } else {
      out += '%';
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    }
  }
  return out;
}

}  // namespace q2o::identity::edge
