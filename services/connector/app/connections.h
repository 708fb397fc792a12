#pragma once

#include "services/connector/app/oauth.h"
#include "services/connector/app/source_caller.h"

namespace q2o::connector {

using Manifests = std::map<std::string, Manifest>;  ///< by platform

struct SaveRequest {
  std::string tenant, platform, base_url, token_url, company_id, redirect_uri;
  Credentials credentials;
  config::Secret authorization_code, refresh_token;
};

/// Connecting a company, and looking whether the connection works.
class Connections {
 public:
  Connections(const Manifests& manifests, ConnectionStore& store, SourceApi& api, OAuthClient& oauth, AccessTokens& tokens,
              BudgetGates& gates, Clock& clock, CallProbe& probe, CallOptions options, bool any_address = true)
      : manifests_(manifests),
        store_(store),
        api_(api),
        oauth_(oauth),
        tokens_(tokens),
        gates_(gates),
        clock_(clock),
        probe_(probe),
        options_(options),
        any_address_(any_address) {}

  /// Error invalid_argument names everything that is missing.
  Result<Connection> save(const SaveRequest& request);
  Result<Connection> verify(const std::string& tenant, const std::string& connection_id, std::stop_token stop);
  /// One page; `more` is the last one's id when others follow. Error invalid_argument when `after` is no connection of the tenant.
  struct Page {
    std::vector<Connection> connections;
    std::string more;
  };
  Result<Page> list(const std::string& tenant, const std::string& after, std::uint32_t size);
  /// Nullptr when the platform is not known any more.
  const Manifest* manifest(const std::string& platform) const {
    const auto found = manifests_.find(platform);
    return found == manifests_.end() ? nullptr : &found->second;
  }
  std::optional<Connection> find(const std::string& tenant, const std::string& connection_id) { return store_.find(tenant, connection_id); }

 private:
  Result<Tokens> first_tokens(const SaveRequest& request, const std::string& token_url, int access_seconds);
  const Manifests& manifests_;
  ConnectionStore& store_;
  SourceApi& api_;
  OAuthClient& oauth_;
  AccessTokens& tokens_;
  BudgetGates& gates_;
  Clock& clock_;
  CallProbe& probe_;
  const CallOptions options_;
  const bool any_address_;  ///< false: only the platform's own hosts; a tenant must not choose where our servers connect to
};

}  // namespace q2o::connector
