#pragma once

#include "common/metrics/metrics.h"
#include "envoy/service/auth/v3/external_auth.grpc.pb.h"
#include "services/identity/edge/gate.h"

namespace q2o::identity::edge {

/// What Envoy asks about every call before it goes on (ext_authz), after REST was turned into gRPC.
///
/// Passed: the services get q2o-tenant, q2o-actor, q2o-role, q2o-person, q2o-key, q2o-address and a grpc-timeout; credentials stay behind
/// (identity's own services get the cookie: they end it). Refused: our error, as JSON for REST and as gRPC status otherwise.
class Authorization final : public envoy::service::auth::v3::Authorization::Service {
 public:
  Authorization(const Gate& gate, metrics::Registry& metrics) : gate_(gate), metrics_(metrics) {}
  grpc::Status Check(grpc::ServerContext* context, const envoy::service::auth::v3::CheckRequest* request,
                     envoy::service::auth::v3::CheckResponse* response) override;

 private:
  const Gate& gate_;
  metrics::Registry& metrics_;
};

/// How long a call may take, as the header grpc-timeout: what the caller asks for; without that (REST), or beyond the bound (where Envoy
/// puts it when the caller said nothing), half a minute, streams an hour. Services refuse calls without.
std::string timeout_for(const Rule& rule, std::string_view asked);

/// Printable ASCII; every other byte, and %, as %XX: names may hold anything, headers may not.
std::string header_text(std::string_view text);

}  // namespace q2o::identity::edge
