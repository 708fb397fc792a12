#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "sandbox/http/message.h"
#include "sandbox/quickbooks/tokens_issued.h"

namespace q2o::sandbox::quickbooks {

/// The OAuth endpoints: discovery, consent (which always says yes), token, revoke. Thread-safe.
class OAuth {
 public:
  OAuth(Credentials credentials, TokenRules rules, std::string realm, Tokens& tokens, Clock clock);
  /// No value: not an OAuth path.
  std::optional<Response> handle(const Request& request);

 private:
  Response discovery(const Request& request) const;
  Response consent(const Request& request);
  Response token(const Request& request);
  Response revoke(const Request& request);
  bool client_is_known(const Request& request, const std::map<std::string, std::string>& form) const;
  Response granted(const TokenPair& pair) const;

  Credentials credentials_;
  TokenRules rules_;
  std::string realm_;
  Tokens& tokens_;
  Clock clock_;
  std::mutex mutex_;
  std::string code_;  ///< of the last consent; single use
  int codes_ = 0;
};

}  // namespace q2o::sandbox::quickbooks
