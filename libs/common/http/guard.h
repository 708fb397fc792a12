#pragma once

#include <sys/socket.h>

#include <string>
#include <string_view>
#include <vector>

#include "common/config/config.h"
#include "common/result/result.h"

/// Addresses that a stranger gave us: a tenant's Odoo, a webhook. Without care our servers would fetch what is behind our own walls
/// for whoever asks (SSRF). Two looks: at the text, before it is stored or used, and at the address that a socket is opened to, which no
/// answer of a name server can get around. Put a Guard into Options::guard and the client takes both.
namespace q2o::http {

struct GuardRules {
  bool allow_private = false;   ///< local development: also http, any port, IP addresses, this machine and private networks
  bool allow_query = false;     ///< "https://host/path?key=value"
  std::vector<int> ports{443};  ///< permitted ones
};

/// targets.allow_private (false), targets.ports ("443"), service.mode ("production" unless it says "development").
/// Throws std::runtime_error where private targets are asked for in production.
GuardRules read_guard_rules(config::Reader& config);

/// Immutable, thread-safe.
class Guard {
 public:
  explicit Guard(GuardRules rules) : rules_(std::move(rules)) {}
  /// The same address in the one spelling that may be used from then on: lower case, name in ASCII (IDNA 2008), no default port, no dots in
  /// the path. Checking it again changes nothing. Errors invalid_argument: URL_INVALID (no address at all), ADDRESS_REFUSED (not one
  /// for us). Their words never repeat the text: it may hold a password.
  Result<std::string> check(std::string_view url) const;
  /// What kind of network forbids a connection to this address; empty: it is permitted.
  std::string_view refuses(const sockaddr& address) const;
  const GuardRules& rules() const { return rules_; }

 private:
  GuardRules rules_;
};

/// The error of a connection that was not made: the name leads to such a network.
Error leads_inside(std::string_view network);

}  // namespace q2o::http
