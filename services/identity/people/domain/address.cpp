#include "services/identity/people/domain/address.h"

#include <algorithm>

namespace q2o::identity::people {
namespace {

constexpr std::size_t kAddressMost = 254;
constexpr std::size_t kLocalMost = 64;
constexpr std::string_view kSpaces = " \t\r\n";

tl::unexpected<Error> bad() {
  return fail(Code::invalid_argument, "that is no e-mail address", "BAD_ADDRESS",
              "Give it as name@example.com, in plain letters without accents.");
}

bool alnum(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

bool is_domain(std::string_view domain) {
  if (domain.find('.') == std::string_view::npos) return false;
  std::size_t label = 0;
  char last = '.';
  for (const char c : domain) {
    if (c == '.') {
      if (label == 0 || last == '-') return false;
      label = 0;
    } else {
      if (!alnum(c) && c != '-') return false;
      if ((label == 0 && c == '-') || ++label > 63) return false;
    }
    last = c;
  }
  return label > 0 && last != '-';
}

/// Letters, digits and the marks of RFC 5322's dot-atom. Nothing above ASCII: our mails go without SMTPUTF8 (RFC 6531).
bool is_local(std::string_view local) {
  constexpr std::string_view kMarks = "!#$%&'*+-/=?^_`{|}~.";
  if (local.empty() || local.size() > kLocalMost || local.front() == '.' || local.back() == '.') return false;
  if (local.find("..") != std::string_view::npos) return false;
  return std::ranges::all_of(local, [&](char c) { return alnum(c) || kMarks.find(c) != std::string_view::npos; });
}

}  // namespace

Result<std::string> normalized_address(std::string_view typed) {
  const auto first = typed.find_first_not_of(kSpaces);
  if (first == std::string_view::npos || typed.size() > kAddressMost + 32) return bad();
  std::string out(typed.substr(first, typed.find_last_not_of(kSpaces) - first + 1));
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  const auto at = out.rfind('@');
  if (out.size() > kAddressMost || at == std::string::npos) return bad();
  if (!is_local(std::string_view(out).substr(0, at)) || !is_domain(std::string_view(out).substr(at + 1))) return bad();
  return out;
}

std::string_view domain_of(std::string_view address) {
  return address.substr(address.rfind('@') + 1);
}

}  // namespace q2o::identity::people
