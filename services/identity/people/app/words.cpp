#include "services/identity/people/app/words.h"

#include <algorithm>

namespace q2o::identity::people {
namespace {
constexpr std::size_t kNameMost = 200;
constexpr std::size_t kLanguageMost = 16;
}  // namespace

Status good_name(const std::string& text, const char* what) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  // Mails to people who know nothing of us yet carry it.
  if (lower.find("://") != std::string::npos || lower.find("www.") != std::string::npos)
    return fail(Code::invalid_argument, std::string(what) + " has an address of a page in it", "BAD_NAME", "Give the name alone.");
  const bool plain = std::ranges::none_of(text, [](unsigned char c) { return c < 0x20 || c == 0x7f; });
  if (plain && text.size() <= kNameMost) return {};
  return fail(Code::invalid_argument, std::string(what) + " is longer than 200 bytes or has control characters", "BAD_NAME",
              "Give a shorter, plain one.");
}

std::string checked_language(const std::string& language) {
  const auto letter = [](unsigned char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-';
  };
  return !language.empty() && language.size() <= kLanguageMost && std::ranges::all_of(language, letter) ? language : "en";
}

const std::string& home_of(const PersonRow& person) {
  return person.last_tenant.empty() ? person.id : person.last_tenant;
}

tl::unexpected<Error> unknown_link() {
  return fail(Code::not_found, "the link is not valid", "TOKEN_UNKNOWN", "It was used already, or is too old: ask for another mail.");
}

}  // namespace q2o::identity::people
