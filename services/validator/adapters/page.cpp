#include "services/validator/adapters/page.h"

#include <algorithm>

namespace q2o::validator {

std::string escaped(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

namespace {

bool is_amount(std::string_view text) {
  return !text.empty() && text.find_first_not_of("-0123456789.") == std::string_view::npos;
}

}  // namespace

std::string figure(const std::string& text) {
  if (!is_amount(text) || text.find('-', 1) != std::string::npos) return escaped(text);
  const bool negative = text.front() == '-';
  const auto digits = text.substr(negative ? 1 : 0);
  const auto point = std::min(digits.find('.'), digits.size());
  auto whole = digits.substr(0, point);
  for (auto at = static_cast<std::ptrdiff_t>(whole.size()) - 3; at > 0; at -= 3) whole.insert(static_cast<std::size_t>(at), ",");
  return (negative ? "−" : "") + whole + digits.substr(point);
}

std::string small(const std::string& text) {
  return text.empty() ? "" : "<small>" + escaped(text) + "</small>";
}

std::string moment(const std::string& rfc3339) {
  return escaped(rfc3339.size() < 16 ? rfc3339 : rfc3339.substr(0, 10) + " " + rfc3339.substr(11, 5) + " UTC");
}

}  // namespace q2o::validator
