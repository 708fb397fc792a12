#pragma once

#include <optional>
#include <string>

#include "common/pg/pg.h"
#include "services/identity/people/adapters/times.h"

/// Rows of session and one_time_token.
namespace q2o::identity::people {

struct SessionLimits {
  std::chrono::minutes idle{12 * 60};
  std::chrono::hours absolute{14 * 24};
};

struct SessionRow {
  std::string hash, person, tenant;
  std::chrono::system_clock::time_point signed_in_at, seen_at, expires_at;
};
/// That may still be used at `now`; acts for its person afterwards, and notes that it was seen.
std::optional<SessionRow> live_session(pg::Tx& tx, const std::string& hash, const SessionLimits& limits,
                                       std::chrono::system_clock::time_point now);
void add_session(pg::Tx& tx, const SessionRow& session);
void switch_tenant(pg::Tx& tx, const std::string& hash, const std::string& person, const std::string& tenant);
struct EndedSession {
  std::string person, tenant;
};
/// Whose it was; nothing: there is none (any more).
std::optional<EndedSession> end_session(pg::Tx& tx, const std::string& hash);
/// All of a person but one (its hash; empty: all); how many.
std::size_t end_sessions(pg::Tx& tx, const std::string& person, const std::string& but = {});

struct LinkRow {
  std::string person, password_hash;
};
void add_link(pg::Tx& tx, const std::string& token_hash, const char* purpose, const LinkRow& link,
              std::chrono::system_clock::time_point now, std::chrono::system_clock::time_point expires);
/// As it is, without using it up.
std::optional<LinkRow> find_link(pg::Tx& tx, const std::string& token_hash, const char* purpose, std::chrono::system_clock::time_point now);
/// Takes it: a link works once. Acts for its person afterwards.
std::optional<LinkRow> take_link(pg::Tx& tx, const std::string& token_hash, const char* purpose, std::chrono::system_clock::time_point now);
void end_links(pg::Tx& tx, const std::string& person, const char* purpose);
/// The password that the newest living sign-up link carries; empty: none.
std::string pending_password(pg::Tx& tx, const std::string& person, std::chrono::system_clock::time_point now);

/// Deletes what has expired; how many rows.
std::size_t sweep_expired(pg::Tx& tx);

/// Every replica forgets at once what it remembers of credentials; call it in the transaction that ends one.
inline constexpr const char* kAccessChannel = "identity_access";

}  // namespace q2o::identity::people
