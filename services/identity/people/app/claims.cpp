#include "services/identity/people/app/claims.h"

#include <charconv>

#include "common/json/json.h"
#include "services/identity/people/app/words.h"
#include "services/identity/people/domain/address.h"
#include "services/identity/people/domain/credentials.h"

namespace q2o::identity::people {
namespace {

constexpr json::Limits kClaimsMost{16 * 1024, 8};
/// The year 2242: what comes later does not fit into nanoseconds.
constexpr std::int64_t kSecondsMost = 1LL << 33;

}  // namespace

std::string Claims::identity_hash() const {
  return hash_of(std::to_string(issuer.size()) + ":" + issuer + subject);
}

std::optional<Claims> claims_in(std::string_view text) {
  const auto document = json::Document::parse(std::string(text), kClaimsMost);
  if (!document || !document->root().is_object()) return std::nullopt;
  const auto& root = document->root();
  const auto word = [&](const char* name) { return root[name].is_string() ? std::string(root[name].text()) : std::string(); };
  Claims claims{word("iss"), word("sub"), "", word("name"), checked_language(word("locale")), std::nullopt, {}};
  if (root.has("email_verified")) claims.address_verified = root["email_verified"].truthy();
  if (claims.subject.empty() || claims.subject.size() > 255) return std::nullopt;
  if (const auto address = normalized_address(word("email"))) claims.address = *address;
  // Freshness only by the issuer's own word: a token's age says nothing about when a password was asked.
  if (root["auth_time"].is_number()) {
    std::int64_t seconds = 0;
    const auto digits = root["auth_time"].text();
    const auto* const last = digits.data() + digits.size();
    const auto [end, problem] = std::from_chars(digits.data(), last, seconds);
    if (problem == std::errc{} && (end == last || *end == '.') && seconds > 0 && seconds < kSecondsMost)
      claims.signed_in_at = std::chrono::system_clock::time_point(std::chrono::seconds(seconds));
  }
  return claims;
}

}  // namespace q2o::identity::people
