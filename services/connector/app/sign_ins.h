#pragma once

#include "services/connector/app/connections.h"
#include "services/connector/app/platform_apps.h"

namespace q2o::connector {

/// Who begins a sign-in must end it.
struct Person {
  std::string tenant;
  std::string id;  ///< of the person; of a program what histories call it
};

/// What the browser brought back from the platform.
struct Returned {
  config::Secret code, state;
  std::string company_id, error;
};

struct CompanyStatus {
  Connection connection;
  std::string environment;                 ///< "production" or "sandbox"
  std::int64_t access_ends = 0, ends = 0;  ///< seconds since the epoch; 0: not known
};

/// Connecting companies by signing in at the platform in a browser, and ending that again.
///
/// The state in the address is random, works once, for ten minutes, and only for the person who got it: what is stored is a hash of all
/// that, so neither the table nor a log of addresses lets anybody else end a sign-in. The code is exchanged once. The company's name is
/// read with the new tokens before anything is stored, so a company id that the consent does not cover connects nothing. A process that
/// dies in between leaves what was there before: the person signs in again. Thread-safe.
class SignIns {
 public:
  struct Parts {
    const Manifests& manifests;
    const PlatformApps& apps;
    ConnectionStore& store;
    AttemptStore& attempts;
    SourceApi& api;
    OAuthClient& oauth;
    Clock& clock;
    CallProbe& probe;
  };
  explicit SignIns(Parts parts) : p_(parts) {}

  struct Begun {
    std::string url;
    std::chrono::system_clock::time_point expires_at;
  };
  Result<Begun> begin(const Person& person, const std::string& platform);
  Result<CompanyStatus> finish(const Person& person, const std::string& platform, const Returned& returned, std::stop_token stop);

  struct Companies {
    bool configured = false;
    std::vector<CompanyStatus> all;
  };
  Result<Companies> status(const std::string& tenant, const std::string& platform);
  /// `connection_id` may be empty where the tenant has one living company at the platform.
  Result<CompanyStatus> disconnect(const std::string& tenant, const std::string& platform, const std::string& connection_id);
  /// Ends one consent that is still to be ended; false: there is none now. What a killed process began is ended by it.
  bool end_one();

  static constexpr std::chrono::minutes kLifetime{10};

 private:
  Result<const Manifest*> manifest_of(const std::string& platform) const;
  Result<const PlatformApp*> app_of(const Manifest& manifest) const;
  Result<Tokens> exchange(const Manifest& manifest, const PlatformApp& app, const Returned& returned, const std::string& redirect_uri);
  Result<CompanyFacts> look(const Manifest& manifest, const Connection& connection, const Tokens& tokens, std::stop_token stop);
  void end(const SignIn& sign_in, milliseconds tried_for);
  CompanyStatus status_of(const Manifest& manifest, const SignIn& sign_in) const;
  Parts p_;
};

/// What is stored of a sign-in that is under way.
std::string challenge_of(const Person& person, const std::string& platform, const config::Secret& state);

}  // namespace q2o::connector
