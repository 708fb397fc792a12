#pragma once

#include "services/connector/app/ports.h"

namespace q2o::connector {

/// OAuth 2 with rotating refresh tokens: the token endpoint.
class OAuthClient {
 public:
  OAuthClient(SourceApi& api, Clock& clock) : api_(api), clock_(clock) {}
  /// The code is single-use: never repeated after an unclear answer.
  Result<Tokens> exchange(const std::string& token_url, const Credentials&, const config::Secret& code, const std::string& redirect_uri,
                          int access_seconds);
  /// Repeats with the same token after time-outs and 5xx; `may_ask` is asked before each try. Error reason INVALID_GRANT: the token is
  /// dead; INVALID_CLIENT: the keys are wrong.
  Result<Tokens> refresh(const std::string& token_url, const Credentials&, const config::Secret& token, int access_seconds,
                         const std::function<bool()>& may_ask);
  /// The longest that one try may take.
  static constexpr milliseconds kDeadline{30000};

 private:
  Result<Tokens> post(const std::string& token_url, const Credentials&, const std::string& form, int access_seconds);
  SourceApi& api_;
  Clock& clock_;
};

}  // namespace q2o::connector
