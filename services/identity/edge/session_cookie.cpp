#include "services/identity/edge/session_cookie.h"

#include <algorithm>
#include <optional>

namespace q2o::identity::edge {
namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

}  // namespace

std::string session_in(std::string_view cookies) {
  std::optional<std::string_view> found;
  while (!cookies.empty()) {
    const auto end = std::min(cookies.find(';'), cookies.size());
    const auto pair = trimmed(cookies.substr(0, end));
    cookies.remove_prefix(std::min(end + 1, cookies.size()));
    const auto equals = pair.find('=');
    if (equals == std::string_view::npos || pair.substr(0, equals) != kSessionCookie) continue;
    const auto value = pair.substr(equals + 1);
    if (found && *found != value) return {};
    found = value;
  }
  return std::string(found.value_or(std::string_view()));
}

std::string session_cookie(std::string_view value, std::chrono::seconds lives) {
  return std::string(kSessionCookie) + "=" + std::string(value) + "; Path=/; Max-Age=" + std::to_string(value.empty() ? 0 : lives.count()) +
         "; HttpOnly; Secure; SameSite=Lax";
}

}  // namespace q2o::identity::edge
