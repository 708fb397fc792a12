#pragma once

#include <chrono>
#include <set>
#include <string>
#include <string_view>

#include "common/result/result.h"

namespace q2o::identity {

/// A person's or a key's role in one tenant; each includes those before it.
enum class Role { none, viewer, accountant, owner };
const char* word(Role role);  ///< "viewer"

/// Who is asking, and for which tenant. Everything in it has been verified.
struct Asker {
  std::string tenant;  ///< UUID; empty: signed in, but in no tenant (yet)
  std::string person;  ///< UUID; empty for an API key
  std::string actor;   ///< what histories and audits show: an e-mail address, "key:<name>"
  Role role = Role::none;
  bool is_operator = false;  ///< one of us; says nothing about the role in the tenant
  bool by_key = false;
  std::string key_id;                                       ///< of an API key: what its calls are counted under
  std::set<std::string, std::less<>> scopes;                ///< of an API key: "migrations:write"
  std::chrono::system_clock::time_point signed_in_at = {};  ///< when the password (or the issuer) was asked last; keys: never fresh
};

/// Knows credentials. The edge asks for every call, from many threads at once: answers come from memory where they can (typically
/// well under a millisecond), and what was revoked is refused within a second, on every replica.
///
/// Errors: unauthenticated (reasons SESSION_ENDED, KEY_UNKNOWN, KEY_EXPIRED, KEY_REVOKED, TOKEN_UNKNOWN …) with a hint for the caller, and
/// the same answer for what never was and what was revoked where the difference would tell a stranger something; unavailable when it cannot
/// be known now: then the call is refused, never let through.
class Askers {
 public:
  virtual ~Askers() = default;
  /// Value of the session's cookie.
  virtual Result<Asker> by_session(std::string_view cookie) = 0;
  /// "mk_…", whole.
  virtual Result<Asker> by_key(std::string_view key) = 0;
  /// Claims of a token whose signature, issuer, audience and times Envoy has verified: a JSON object with "iss", "sub", "email" …
  virtual Result<Asker> by_token(std::string_view claims) = 0;
  /// Counts the call against the limit of the key (or the person), over all replicas. Error resource_exhausted with retry_after.
  virtual Status admit(const Asker& asker) = 0;
};

}  // namespace q2o::identity
