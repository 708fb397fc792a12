#pragma once

#include <cstdint>
#include <string>

#include "common/config/config.h"

namespace q2o::connector {

/// A company at a source platform that a tenant has connected.
struct Connection {
  std::string id, tenant, slug, platform, company_id;
  std::string base_url, token_url;
  std::string company_name, home_currency;
  std::string state;                     ///< "unverified", "connected", "broken", "disconnecting", "disconnected"
  std::string message;                   ///< why it is broken and what to do
  unsigned fiscal_year_first_month = 0;  ///< 1..12; 0: not told yet
};

/// Without a secret: those of this installation's own application, which the configuration has.
struct Credentials {
  config::Secret client_id, client_secret;
};

struct Tokens {
  config::Secret access;
  config::Secret refresh;
  config::Secret previous_refresh;  ///< kept one round: tried when the newer one is refused
  std::int64_t expires_at = 0;      ///< of the access token, seconds since the epoch
  std::int64_t fence = 0;           ///< of the right under which they were got
  std::int64_t ends_at = 0;         ///< of the sign-in as a whole unless it is used before; 0: not told
};

/// What a company says of itself when it is read for the first time.
struct CompanyFacts {
  std::string name, home_currency;
  unsigned fiscal_year_first_month = 0;
};

/// Everything a request needs.
struct SignIn {
  Connection connection;
  Credentials credentials;
  Tokens tokens;
};

struct NewConnection {
  Connection connection;  ///< id empty: a company known already keeps its id and slug
  Credentials credentials;
  Tokens tokens;
};

}  // namespace q2o::connector
