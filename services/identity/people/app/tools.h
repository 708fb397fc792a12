#pragma once

#include <map>
#include <set>

#include "services/identity/audit/audit.h"
#include "services/identity/people/adapters/address_book.h"
#include "services/identity/people/adapters/gate.h"
#include "services/identity/people/adapters/passwords.h"
#include "services/identity/people/adapters/persons.h"
#include "services/identity/people/adapters/sessions.h"
#include "services/identity/people/app/announcer.h"
#include "services/identity/people/domain/password_rules.h"

namespace q2o::identity::people {

/// What is chosen by configuration, [people].
struct Settings {
  SessionLimits sessions;
  std::chrono::hours verify_link{48};
  std::chrono::minutes reset_link{60};
  std::chrono::hours invitation{14 * 24};
  Lockout per_account{5, std::chrono::seconds(2), std::chrono::seconds(900), std::chrono::seconds(3600)};
  Lockout per_client{50, std::chrono::seconds(2), std::chrono::seconds(900), std::chrono::seconds(3600)};
  Lockout mails_per_address{4, std::chrono::seconds(60), std::chrono::seconds(3600), std::chrono::seconds(24 * 3600)};
  Lockout sign_ups_per_client{20, std::chrono::seconds(60), std::chrono::seconds(3600), std::chrono::seconds(3600)};
  std::uint32_t invitations_per_day = 50;  ///< that a company sends in 24 hours
  /// To one address, whichever companies invite it.
  Lockout invitations_per_address{5, std::chrono::hours(1), std::chrono::hours(24), std::chrono::hours(24)};
  std::set<std::string, std::less<>> operators;  ///< addresses of ours, normalized
  /// Outside issuer -> the domains whose addresses it may vouch for at a first sign-in; "*": any, for issuers that look after mailboxes.
  std::map<std::string, std::set<std::string, std::less<>>, std::less<>> sso_issuers;
  /// Issuers that do not say whether an address was verified, and are believed as if they did: for the domains that sso_issuers names one
  /// by one, never by "*".
  std::set<std::string, std::less<>> sso_trusted;
  std::map<std::string, std::string, std::less<>> sso_home;  ///< verified domain -> "tenant uuid:role" of a first sign-in
  std::set<std::string, std::less<>> scopes;                 ///< of API keys: all that the contracts name
  std::uint32_t key_rate_per_minute = 600;
  std::uint32_t person_rate_per_minute = 1200;
};

/// Where a call comes from and what it bears; of a caller's identity only what the edge has verified.
struct Visit {
  std::string tenant, person, actor;  ///< may be empty
  std::string key_id;                 ///< of an API key
  std::string session;                ///< the cookie as it was sent: not verified
  std::string client_address, program;
};

/// What the use cases share; lives as long as they do.
struct Tools {
  pg::Pool& pool;
  const Clock now;
  const Settings settings;
  const AddressBook book;
  const PasswordRules rules;
  Passwords& passwords;
  Gate& gate;
  const identity::audit::Audit& audit;
  const Announcer announcer;
};

inline Reader reader_of(const PersonRow& person) {
  return {person.id, person.address, person.name, person.language};
}

}  // namespace q2o::identity::people
