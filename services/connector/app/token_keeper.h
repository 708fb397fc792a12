#pragma once

#include <map>
#include <mutex>

#include "services/connector/app/oauth.h"
#include "services/connector/app/ports.h"

namespace q2o::connector {

/// Access tokens that work. One writer renews (row lock); a new pair is stored before it is used; the refresh token before it is
/// kept one round, so that a crash between the server's answer and our commit locks nobody out.
class TokenKeeper {
 public:
  TokenKeeper(ConnectionStore& store, OAuthClient& oauth, Clock& clock) : store_(store), oauth_(oauth), clock_(clock) {}

  /// Error reason CONNECTION_BROKEN: a person has to connect again.
  Result<config::Secret> current(const std::string& connection_id, int access_seconds);
  /// The source refused `refused`: renew, unless somebody else has done so already.
  Result<config::Secret> renew(const std::string& connection_id, const config::Secret& refused, int access_seconds);

 private:
  bool fresh(const Tokens& tokens) const;
  Result<Renewal> refresh(const SignIn& sign_in, int access_seconds);
  ConnectionStore& store_;
  OAuthClient& oauth_;
  Clock& clock_;
  std::mutex mutex_;
  std::map<std::string, Tokens> cache_;
};

}  // namespace q2o::connector
