#pragma once

#include <string>
#include <string_view>

#include "common/config/config.h"
#include "common/result/result.h"

/// Sealing of credentials: XChaCha20-Poly1305 (libsodium). The key is 32 random bytes in a file (hex), made by scripts/install.
namespace q2o::crypto {

class Sealer {
 public:
  /// Error failed_precondition when the file is missing, readable by others, or not 64 hex digits.
  static Result<Sealer> from_file(const std::string& path);
  explicit Sealer(config::Secret key_bytes);
  /// `context` (e.g. "tenant/connection/tokens") is authenticated: a blob moved to another place does not open.
  std::string seal(const config::Secret& plain, std::string_view context) const;
  Result<config::Secret> open(std::string_view sealed, std::string_view context) const;

 private:
  config::Secret key_;
};

}  // namespace q2o::crypto
