#pragma once

#include <string>

namespace q2o::crypto {

/// 256 bits that nobody can guess, as 43 characters that need no escaping in an address (base64url). Thread-safe.
std::string random_token();

}  // namespace q2o::crypto
