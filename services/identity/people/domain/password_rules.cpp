#include "services/identity/people/domain/password_rules.h"

#include <fstream>
#include <optional>

namespace q2o::identity::people {
namespace {

constexpr std::size_t kShortest = 12;
constexpr std::size_t kLongest = 128;
constexpr std::size_t kDifferentLeast = 5;

/// Code points of well-formed UTF-8 without NUL; nothing for other bytes.
std::optional<std::size_t> characters(std::string_view text) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < text.size(); ++count) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const std::size_t length = lead < 0x80 ? 1 : lead >> 5 == 6 ? 2 : lead >> 4 == 14 ? 3 : lead >> 3 == 30 ? 4 : 0;
    if (length == 0 || lead == 0 || i + length > text.size()) return std::nullopt;
    for (std::size_t k = 1; k < length; ++k)
      if ((static_cast<unsigned char>(text[i + k]) & 0xc0) != 0x80) return std::nullopt;
    i += length;
  }
  return count;
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

}  // namespace

Result<PasswordRules> PasswordRules::from_file(const std::string& path) {
  std::ifstream in(path);
  if (!in) return fail(Code::failed_precondition, "the list of common passwords " + path + " cannot be read", "NO_PASSWORD_LIST");
  std::set<std::string, std::less<>> common;
  for (std::string line; std::getline(in, line);)
    if (!line.empty() && line.front() != '#') common.insert(lower(line));
  return PasswordRules(std::move(common));
}

Status PasswordRules::check(const config::Secret& password, std::string_view address) const {
  const std::string& text = password.reveal();
  const auto length = characters(text);
  if (!length) return fail(Code::invalid_argument, "the password is no text", "PASSWORD_NOT_TEXT", "Use characters that can be typed.");
  if (*length < kShortest)
    return fail(Code::invalid_argument, "the password is shorter than 12 characters", "PASSWORD_TOO_SHORT",
                "Take a sentence, or let a password manager make one.");
  if (*length > kLongest)
    return fail(Code::invalid_argument, "the password is longer than 128 characters", "PASSWORD_TOO_LONG", "Take a shorter one.");
  const auto common = [] {
    return fail(Code::invalid_argument, "the password is one of those that are tried first", "PASSWORD_COMMON",
                "Take a sentence of your own, or let a password manager make one.");
  };
  const config::Secret small(lower(text));
  if (common_.contains(small.reveal())) return common();
  if (std::set<char>(text.begin(), text.end()).size() < kDifferentLeast) return common();
  const auto local = address.substr(0, address.rfind('@'));
  // What is left beside one's own name must itself be worth something.
  const auto at = local.size() < 4 ? std::string::npos : small.reveal().find(local);
  if (at != std::string::npos && small.reveal().size() - local.size() < kShortest / 2) return common();
  return {};
}

}  // namespace q2o::identity::people
