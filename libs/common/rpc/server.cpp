#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/resource_quota.h>
#include <grpcpp/support/server_interceptor.h>

#include <google/protobuf/message.h>

#include <stdexcept>

#include "common/acting/acting.h"
#include "common/log/log.h"
#include "common/rpc/rpc.h"

namespace q2o::rpc {
namespace {

using Clock = std::chrono::steady_clock;
constexpr int kThreadsMax = 32;
constexpr int kMessageBytesMax = 16 << 20;

constexpr std::string_view kOurs = "/q2o.";

/// One log line and two metrics per finished call. While it lasts, its thread works for the tenant of its metadata; interceptors of
/// synchronous methods run on the thread of the handler.
class Observer : public grpc::experimental::Interceptor {
 public:
  Observer(std::string method, metrics::Registry& metrics) : method_(std::move(method)), metrics_(metrics), begun_(Clock::now()) {}
  ~Observer() override {
    if (acting::call() == &call_) acting::end();
  }
  void Intercept(grpc::experimental::InterceptorBatchMethods* methods) override {
    using Point = grpc::experimental::InterceptionHookPoints;
    const bool ours = method_.starts_with(kOurs);
    if (ours && methods->QueryInterceptionHookPoint(Point::POST_RECV_INITIAL_METADATA)) begun(*methods);
    if (methods->QueryInterceptionHookPoint(Point::PRE_SEND_STATUS)) {
      if (ours) acting::end();
      finished(methods->GetSendStatus());
    }
    methods->Proceed();
  }

 private:
  void begun(grpc::experimental::InterceptorBatchMethods& methods) {
    call_.method = method_;
    const auto* metadata = methods.GetRecvInitialMetadata();
    const auto value = [&](const char* name) {
      const auto at = metadata->find(name);
      return at == metadata->end() ? std::string() : std::string(at->second.data(), at->second.size());
    };
    call_.tenant = value("q2o-tenant");
    call_.actor = value("q2o-actor");
    call_.address = value("q2o-address");
    call_.idempotency_key = value("idempotency-key");
    // Streams of requests have not brought any yet.
    if (methods.QueryInterceptionHookPoint(grpc::experimental::InterceptionHookPoints::POST_RECV_MESSAGE))
      call_.request = static_cast<const google::protobuf::Message*>(static_cast<google::protobuf::MessageLite*>(methods.GetRecvMessage()));
    acting::begin(call_);
  }
  void finished(const grpc::Status& status) {
    const double seconds = std::chrono::duration<double>(Clock::now() - begun_).count();
    metrics_.counter("q2o_rpc_calls_total", "Finished gRPC calls", {{"method", method_}, {"code", std::to_string(status.error_code())}})
        .add();
    metrics_.histogram("q2o_rpc_seconds", "Duration of gRPC calls", {0.001, 0.005, 0.02, 0.1, 0.5, 2, 10}, {{"method", method_}})
        .observe(seconds);
    const log::Fields fields{{"method", method_},
                             {"code", static_cast<int>(status.error_code())},
                             {"message", status.error_message()},
                             {"ms", static_cast<std::int64_t>(seconds * 1000)}};
    if (status.ok())
      log::debug("rpc", fields);
    else
      log::info("rpc refused", fields);
  }
  std::string method_;
  metrics::Registry& metrics_;
  Clock::time_point begun_;
  acting::Call call_;
};

class ObserverFactory : public grpc::experimental::ServerInterceptorFactoryInterface {
 public:
  explicit ObserverFactory(metrics::Registry& metrics) : metrics_(metrics) {}
  grpc::experimental::Interceptor* CreateServerInterceptor(grpc::experimental::ServerRpcInfo* info) override {
    return new Observer(info->method(), metrics_);  // gRPC takes ownership
  }

 private:
  metrics::Registry& metrics_;
};

}  // namespace

struct Server::State {
  std::unique_ptr<grpc::Server> server;
  int port = 0;
};

Server::Server(const std::string& address, std::vector<grpc::Service*> services, metrics::Registry& metrics)
    : state_(std::make_unique<State>()) {
  grpc::EnableDefaultHealthCheckService(true);
  static const bool reflection = (grpc::reflection::InitProtoReflectionServerBuilderPlugin(), true);
  (void)reflection;
  grpc::ServerBuilder builder;
  builder.AddListeningPort(address, grpc::InsecureServerCredentials(), &state_->port);
  // Without this a second process would silently share the port.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder.SetMaxReceiveMessageSize(kMessageBytesMax);
  grpc::ResourceQuota quota("q2o");
  quota.SetMaxThreads(kThreadsMax * 2);
  builder.SetResourceQuota(quota);
  builder.SetSyncServerOption(grpc::ServerBuilder::MAX_POLLERS, 4);
  std::vector<std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface>> interceptors;
  interceptors.push_back(std::make_unique<ObserverFactory>(metrics));
  builder.experimental().SetInterceptorCreators(std::move(interceptors));
  for (auto* service : services) builder.RegisterService(service);
  state_->server = builder.BuildAndStart();
  if (!state_->server || state_->port == 0)
    throw std::runtime_error("cannot listen on " + address + ": the port is taken or the address is wrong");
}

Server::~Server() {
  shutdown();
}
int Server::port() const {
  return state_->port;
}
void Server::shutdown() {
  if (!state_->server) return;
  state_->server->Shutdown(std::chrono::system_clock::now() + std::chrono::seconds(5));
  state_->server->Wait();
  state_->server.reset();
}

}  // namespace q2o::rpc
