#pragma once

#include "services/connector/app/platform_apps.h"
#include "services/connector/app/ports.h"

namespace q2o::connector {

/// OAuth 2 with rotating refresh tokens: the token endpoint, and the one that ends a consent.
class OAuthClient {
 public:
  /// `apps` fills in the secret of credentials that have none.
  OAuthClient(SourceApi& api, Clock& clock, const PlatformApps& apps = kNoApps) : api_(api), clock_(clock), apps_(apps) {}
  /// The code is single-use: never repeated after an unclear answer.
  Result<Tokens> exchange(const std::string& token_url, const Credentials&, const config::Secret& code, const std::string& redirect_uri,
                          int access_seconds);
  /// Repeats with the same token after time-outs and 5xx; `may_ask` is asked before each try. Error reason INVALID_GRANT: the token is
  /// dead; INVALID_CLIENT: the keys are wrong.
  Result<Tokens> refresh(const std::string& token_url, const Credentials&, const config::Secret& token, int access_seconds,
                         const std::function<bool()>& may_ask);
  /// Ends the consent that the token belongs to. One that has ended already is done, too.
  Status revoke(const std::string& revoke_url, const Credentials&, const config::Secret& token);
  /// The longest that one try may take.
  static constexpr milliseconds kDeadline{30000};

 private:
  Result<Tokens> post(const std::string& token_url, const Credentials&, const std::string& form, int access_seconds);
  std::string basic(const Credentials&) const;
  static const PlatformApps kNoApps;
  SourceApi& api_;
  Clock& clock_;
  const PlatformApps& apps_;
};

}  // namespace q2o::connector
