#pragma once

#include "common/bus/bus.h"
#include "common/rpc/rpc.h"
#include "common/runtime/runtime.h"
#include "common/sealing/seal.h"

/// How a service takes part: its keys come from the identity service, and both sides of such calls know the services' token.
namespace q2o::sealing {

struct Options {
  std::string identity;  ///< address; empty: nothing is sealed (tests of one service)
  config::Secret token;
  std::chrono::seconds fresh{60}, valid{600};
};
Options read_options(config::Reader& config);  ///< peers.identity, service.token, sealing.{fresh,valid}_s

/// Starts what keeps the keys; the service is ready once identity has answered. Call before Pool, Producer and Consumer are made and put
/// the result into their options. Null without identity.
std::shared_ptr<const Seal> start(runtime::Runtime& runtime, const Options& options, const bus::Options& kafka);

/// A call from service to service.
std::unique_ptr<grpc::ClientContext> service_context(std::string_view tenant, std::string_view service, const config::Secret& token,
                                                     std::chrono::milliseconds deadline);
/// Error permission_denied when the call does not bear the token. Takes the same time for every wrong one.
Status is_service(const grpc::ServerContext& context, const config::Secret& token);

}  // namespace q2o::sealing
