#pragma once

#include <set>
#include <string>
#include <string_view>

#include "common/config/config.h"
#include "common/result/result.h"

namespace q2o::identity::people {

/// What a new password must be (NIST SP 800-63B, OWASP ASVS 5.0 6.2): 12 to 128 characters, any of them; not one of the common ones, nor
/// made of the person's own address or of a few characters repeated. No rules of composition, no expiry. Immutable.
class PasswordRules {
 public:
  /// One lower-case password per line; lines that begin with '#' say something. Error when the file cannot be read.
  static Result<PasswordRules> from_file(const std::string& path);
  explicit PasswordRules(std::set<std::string, std::less<>> common) : common_(std::move(common)) {}
  /// Errors invalid_argument PASSWORD_TOO_SHORT, PASSWORD_TOO_LONG, PASSWORD_COMMON, PASSWORD_NOT_TEXT.
  Status check(const config::Secret& password, std::string_view address) const;

 private:
  std::set<std::string, std::less<>> common_;
};

}  // namespace q2o::identity::people
