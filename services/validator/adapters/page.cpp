#include "services/validator/adapters/page.h"

#include "common/decimal/digits.h"

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
  return text.front() == '-' ? "−" + q2o::with_thousands(text.substr(1)) : q2o::with_thousands(text);
}

std::string small(const std::string& text) {
  return text.empty() ? "" : "<small>" + escaped(text) + "</small>";
}

std::string moment(const std::string& rfc3339) {
  return escaped(rfc3339.size() < 16 ? rfc3339 : rfc3339.substr(0, 10) + " " + rfc3339.substr(11, 5) + " UTC");
}

}  // namespace q2o::validator
