#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "services/identity/edge/askers.h"
#include "services/identity/edge/rules.h"

namespace q2o::identity::edge {

/// A call as it comes to the edge. Nothing in it is believed, but `claims`: Envoy has verified their token.
struct Knock {
  std::string path;           ///< of the gRPC method
  bool only_reads = false;    ///< a GET by REST
  std::string session;        ///< value of the session's cookie
  std::string authorization;  ///< whole header
  std::string origin;         ///< of the page that made the call; empty: none said
  std::string claims;         ///< JSON
};

/// It may go on.
struct Pass {
  const Rule& rule;
  std::optional<Asker> asker;  ///< none: nobody is signed in (public methods)
};

struct GateOptions {
  std::set<std::string, std::less<>> origins;  ///< pages that may call with the cookie: "https://app.example.com"
  std::chrono::minutes fresh{15};              ///< how long ago a password may have been asked for, where the rule says "fresh"
};

/// Decides about each call from outside: the method's rule against who is asking. Denies by default: unknown methods, methods without
/// a rule, and whatever cannot be found out now. Called from many threads.
class Gate {
 public:
  using Clock = std::function<std::chrono::system_clock::time_point()>;
  Gate(Rules rules, Askers& askers, GateOptions options, Clock clock = std::chrono::system_clock::now)
      : rules_(std::move(rules)), askers_(askers), options_(std::move(options)), clock_(std::move(clock)) {}

  /// Errors: unimplemented METHOD_UNKNOWN; unauthenticated NOT_SIGNED_IN, SIGN_IN_AGAIN or what Askers say; permission_denied
  /// ORIGIN_NOT_ALLOWED, NOT_WITH_A_KEY, SCOPE_MISSING, NO_COMPANY, ROLE_TOO_LOW, OPERATORS_ONLY; resource_exhausted.
  Result<Pass> check(const Knock& knock) const;

 private:
  Result<std::optional<Asker>> who(const Knock& knock, bool everybody_may) const;
  Status may(const Asker& asker, const v1::Access& access) const;

  const Rules rules_;
  Askers& askers_;
  const GateOptions options_;
  const Clock clock_;
};

}  // namespace q2o::identity::edge
