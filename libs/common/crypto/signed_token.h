#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "common/config/config.h"
#include "common/result/result.h"

/// Short texts that we give away and believe when they come back: links of mails and reports, tokens of streams. HMAC-SHA256; what is in
/// them can be read by whoever holds them. Pure, thread-safe.
namespace q2o::crypto {

using Moment = std::chrono::system_clock::time_point;

/// `purpose` is signed and not carried: a token for one purpose is none for another. Parts must not hold line ends (throws). Letters,
/// digits, "-", "_" and "." only, so that it fits into addresses.
std::string sign_token(const config::Secret& key, std::string_view purpose, const std::vector<std::string>& parts, Moment expires);

struct ReadToken {
  std::vector<std::string> parts;
  Moment expires;
};
/// Error unauthenticated: TOKEN_INVALID (not ours, or changed), TOKEN_EXPIRED.
Result<ReadToken> read_token(const config::Secret& key, std::string_view purpose, std::string_view token, Moment now);

/// Base64 as in RFC 4648, both alphabets read; nothing when it is none.
std::string base64(std::string_view bytes);
Result<std::string> from_base64(std::string_view text);
std::string random_bytes(std::size_t count);
/// HMAC-SHA256 as 32 bytes.
std::string hmac_sha256(const config::Secret& key, std::string_view text);

}  // namespace q2o::crypto
