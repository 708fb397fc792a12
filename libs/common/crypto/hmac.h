#pragma once

#include <string>
#include <string_view>

#include "common/config/config.h"
#include "common/result/result.h"

/// Proofs that a text comes from who knows a key. Pure, thread-safe.
namespace q2o::crypto {

/// HMAC-SHA256 as 64 lower-case hex digits. The key is taken byte by byte as it is.
std::string hmac_sha256_hex(const config::Secret& key, std::string_view text);

/// Takes the same time whatever differs (texts of different lengths differ at once: lengths are no secret).
bool equal_in_constant_time(std::string_view a, std::string_view b);

/// The key of crypto::Sealer's file, made another one for `purpose`: whoever learns it learns nothing about the file's.
/// Errors as Sealer::from_file.
Result<config::Secret> derived_key(const std::string& key_file, std::string_view purpose);

}  // namespace q2o::crypto
