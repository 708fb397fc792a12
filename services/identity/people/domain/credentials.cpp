#include "services/identity/people/domain/credentials.h"

#include <sodium.h>

#include <algorithm>
#include <stdexcept>

#include "common/crypto/random.h"
#include "common/ids/ids.h"

namespace q2o::identity::people {
namespace {

constexpr std::size_t kTokenLetters = 43;
constexpr std::size_t kIdBytes = 10;
constexpr std::string_view kPrefix = "mk_";

void start_sodium() {
  static const bool started = sodium_init() >= 0;
  if (!started) throw std::runtime_error("libsodium does not start");
}

bool is_base64url(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}
bool is_hex(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

}  // namespace

config::Secret random_token() {
  return config::Secret(crypto::random_token());
}

std::string hash_of(std::string_view token) {
  return ids::sha256_hex(token);
}

bool looks_like_token(std::string_view text) {
  return text.size() == kTokenLetters && std::ranges::all_of(text, is_base64url);
}

ApiKeyParts new_api_key() {
  start_sodium();
  unsigned char bytes[kIdBytes];
  randombytes_buf(bytes, sizeof bytes);
  std::string id(kIdBytes * 2 + 1, '\0');
  sodium_bin2hex(id.data(), id.size(), bytes, sizeof bytes);
  id.pop_back();
  return {std::move(id), random_token()};
}

config::Secret text_of(const ApiKeyParts& parts) {
  return config::Secret(std::string(kPrefix) + parts.key_id + "_" + parts.secret.reveal());
}

bool is_key_id(std::string_view text) {
  return text.size() == kIdBytes * 2 && std::ranges::all_of(text, is_hex);
}

Result<ApiKeyParts> parse_api_key(std::string_view text) {
  if (text.size() != kPrefix.size() + kIdBytes * 2 + 1 + kTokenLetters || !text.starts_with(kPrefix)) return unknown_key();
  text.remove_prefix(kPrefix.size());
  const auto id = text.substr(0, kIdBytes * 2);
  const auto secret = text.substr(kIdBytes * 2 + 1);
  if (!is_key_id(id) || text[kIdBytes * 2] != '_' || !looks_like_token(secret)) return unknown_key();
  return ApiKeyParts{std::string(id), config::Secret(std::string(secret))};
}

tl::unexpected<Error> unknown_key() {
  return fail(Error{Code::unauthenticated,
                    "the API key is not valid",
                    Retry::after_reauthentication,
                    Effect::none,
                    "KEY_UNKNOWN",
                    "It was mistyped, revoked, or never made. An owner of the company makes a new one.",
                    {}});
}

}  // namespace q2o::identity::people
