#pragma once

#include <grpcpp/grpcpp.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "common/metrics/metrics.h"
#include "common/result/result.h"

/// gRPC server and clients. Every call has a deadline, which is passed on; errors carry google.rpc.ErrorInfo (reason) and
/// google.rpc.Help-like hint; the tenant travels in metadata "q2o-tenant".
namespace q2o::rpc {

grpc::Status to_status(const Error& error);
Error to_error(const grpc::Status& status);

/// Metadata and deadline of the call being served.
struct Caller {
  std::string tenant;  ///< from metadata q2o-tenant; empty when absent
  std::string actor;   ///< from metadata q2o-actor ("cli", "operator", a service's name)
  std::string idempotency_key;
  std::chrono::system_clock::time_point deadline;
};
/// Error unauthenticated when there is no tenant, invalid_argument when there is no deadline.
Result<Caller> caller(const grpc::ServerContext& context);
/// One value of the call's metadata; empty when absent.
std::string metadata(const grpc::ServerContext& context, const char* key);

/// Sync services on a bounded thread pool; grpc.health.v1 and reflection switched on; metrics and a log line per call by interceptor.
class Server {
 public:
  /// `address` "127.0.0.1:0" picks a port. Throws when the port is taken, naming it.
  Server(const std::string& address, std::vector<grpc::Service*> services, metrics::Registry& metrics);
  ~Server();  ///< graceful: waits at most 5 s for running calls
  int port() const;
  void shutdown();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

std::shared_ptr<grpc::Channel> channel(const std::string& address);

/// A client context with deadline, tenant and actor set.
std::unique_ptr<grpc::ClientContext> context(std::string_view tenant, std::string_view actor, std::chrono::milliseconds deadline);

}  // namespace q2o::rpc
