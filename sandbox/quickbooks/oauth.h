#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "sandbox/http/message.h"
#include "sandbox/quickbooks/tokens_issued.h"

namespace q2o::sandbox::quickbooks {

/// The OAuth endpoints: discovery, the page on which a person consents (GET shows it, its buttons POST), token, revoke. A code works once,
/// for minutes, and with the redirect address that it was given for; used twice, the tokens it has brought die. Thread-safe.
class OAuth {
 public:
  OAuth(Credentials credentials, TokenRules rules, std::string realm, std::string company, Tokens& tokens, Clock clock);
  /// No value: not an OAuth path.
  std::optional<Response> handle(const Request& request);

 private:
  Response discovery(const Request& request) const;
  Response consent(const Request& request);
  Response page(const std::map<std::string, std::string>& asked) const;
  Response decided(const std::map<std::string, std::string>& asked);
  Response code_exchanged(const std::string& code, const std::string& redirect_uri);
  Response token(const Request& request);
  Response revoke(const Request& request);
  bool client_is_known(const Request& request, const std::map<std::string, std::string>& form) const;
  Response granted(const TokenPair& pair) const;

  Credentials credentials_;
  TokenRules rules_;
  std::string realm_, company_;
  Tokens& tokens_;
  Clock clock_;
  struct Code {
    std::string redirect_uri;
    Moment expires;
    bool used = false;
  };
  std::mutex mutex_;
  std::map<std::string, Code> codes_;
};

}  // namespace q2o::sandbox::quickbooks
