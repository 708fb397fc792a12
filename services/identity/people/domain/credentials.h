#pragma once

#include <string>
#include <string_view>

#include "common/config/config.h"
#include "common/result/result.h"

/// Secrets that we make ourselves: sessions, links of mails, API keys. All are random and kept only as their SHA-256.
namespace q2o::identity::people {

/// 256 random bits as base64url, 43 characters.
config::Secret random_token();
/// What is kept of one; also of what a caller sends, whatever it is.
std::string hash_of(std::string_view token);
/// Whether it can be one of ours at all: spares a look into the database.
bool looks_like_token(std::string_view text);

struct ApiKeyParts {
  std::string key_id;  ///< 20 hex digits
  config::Secret secret;
};
ApiKeyParts new_api_key();
bool is_key_id(std::string_view text);
/// "mk_<key_id>_<secret>"
config::Secret text_of(const ApiKeyParts& parts);
/// Error unauthenticated KEY_UNKNOWN for every other form, without saying which part is wrong.
Result<ApiKeyParts> parse_api_key(std::string_view text);
/// The refusal of every key that does not open, for the same reason to everybody.
tl::unexpected<Error> unknown_key();

}  // namespace q2o::identity::people
