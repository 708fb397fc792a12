#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "sandbox/quickbooks/clock.h"

namespace q2o::sandbox::quickbooks {

/// What a client must know to connect. Nothing here is secret: it is a play company.
struct Credentials {
  std::string client_id = "sandbox-client-id";
  std::string client_secret = "sandbox-client-secret";
  std::string first_refresh_token = "sandbox-refresh-token";
};

struct TokenRules {
  int access_seconds = 3600;
  int refresh_seconds = 8'726'400;
  /// A refresh token that was replaced still gets the same successor for so long (0: never, as strict as the real one at its worst).
  int grace_seconds = 0;
};

struct TokenPair {
  std::string access;
  std::string refresh;
};

enum class AccessState { valid, expired, unknown };

/// Access and refresh tokens of one connection. Each refresh makes a new pair; the old refresh token is dead then.
/// The tokens carry their generation and a check sum, so that a sandbox that was restarted still knows the ones it gave out: the first
/// valid one that it sees decides. Thread-safe.
class Tokens {
 public:
  Tokens(Credentials credentials, TokenRules rules, std::string realm, Clock clock);

  std::optional<TokenPair> refresh(std::string_view refresh_token);
  TokenPair reconnect();  ///< a human consents (again)
  AccessState check(std::string_view access_token);
  void revoke();
  bool revoked() const;
  /// Of access or refresh token.
  bool is_ours(std::string_view token) const;

 private:
  std::string refresh_text(std::uint64_t generation) const;
  std::string access_text(std::uint64_t generation, std::int64_t expires) const;
  std::optional<std::uint64_t> generation_of(std::string_view refresh_token) const;
  TokenPair issue(std::uint64_t generation);
  std::string sealed(const std::string& text) const;

  Credentials credentials_;
  TokenRules rules_;
  std::string realm_;
  Clock clock_;
  mutable std::mutex mutex_;
  std::optional<std::uint64_t> generation_;  ///< of the living refresh token; none until the first is seen
  std::uint64_t refused_up_to_ = 0;          ///< access tokens of generations below this are dead
  Moment replaced_at_{};
  bool revoked_ = false;
};

}  // namespace q2o::sandbox::quickbooks
