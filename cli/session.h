#pragma once

#include <grpcpp/grpcpp.h>

#include <chrono>
#include <map>
#include <memory>
#include <string>

#include "cli/ask.h"
#include "cli/login.h"
#include "common/ids/ids.h"
#include "common/result/result.h"
#include "common/rpc/page.h"
#include "common/rpc/rpc.h"

/// What every command needs: where the services are, who is asking, how to print.
namespace q2o::cli {

/// Documented exit codes. 3 also when differences were accepted or are explained (MATCHED WITH EXCEPTIONS); 4 also when a run is not over.
enum Exit { kDone = 0, kError = 1, kUsage = 2, kDifferences = 3, kWaitsForPerson = 4 };

/// Whether a call may be made again when nobody knows whether it had its effect. Not where a second one does more than the first.
enum class Again { always, if_unreached };

struct Session {
  std::map<std::string, std::string> peers;  ///< service name -> host:port
  std::string tenant;
  std::string actor = "cli";  ///< who asks: "cli:ann" in histories and reports
  bool json = false;
  std::string state_folder;  ///< tenant id and reports live here

  /// Signed in at an edge: all calls go there and `peers` is not used. Its copies share one connection.
  std::optional<Login> login;
  std::shared_ptr<grpc::Channel> edge;
  void use(const Login& at_edge);

  std::shared_ptr<grpc::Channel> channel(const std::string& service) const;

  /// One unary call with deadline and tenant. An unreachable service gets a hint that names it; where one of ours has answered this command
  /// already, or the service went away under the call, it is just being started anew and asked again, for ten seconds. The key makes a
  /// second order the same as the first.
  template <class Stub, class Request, class Response>
  Result<Response> call(const std::string& service, Stub& stub,
                        grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*), const Request& request,
                        std::chrono::milliseconds deadline = std::chrono::seconds(20), const std::string& as = {},
                        Again again = Again::always) const {
    const std::string key = ids::uuid_v4();
    bool lost = false;
    return ask_patiently(
        [&]() -> Result<Response> {
          auto context = rpc::context(tenant, as.empty() ? actor : as, deadline);
          context->AddMetadata("idempotency-key", key);
          Response response;
          const grpc::Status status = (stub.*method)(context.get(), request, &response);
          if (status.ok()) {
            *answered = true;
            return response;
          }
          const bool unreached = never_reached(status);
          lost = again == Again::if_unreached ? unreached && *answered : lost || *answered || !unreached;
          return fail(explain(service, rpc::to_error(status)));
        },
        [&] { return lost; });
  }

  /// All pages of a list as one answer.
  template <class Stub, class Request, class Response>
  Result<Response> pages(const std::string& service, Stub& stub,
                         grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*), const Request& request) const {
    return rpc::all_pages(request, [&](const Request& page) { return call(service, stub, method, page); });
  }

  Error explain(const std::string& service, Error error) const;

 private:
  /// No connection was made: nobody listens there.
  static bool never_reached(const grpc::Status& status);
  std::shared_ptr<bool> answered = std::make_shared<bool>(false);  ///< any service, this command
};

/// Where nobody is signed in (`q2o login`): reads ports and the tenant; creates the one tenant of this installation at the first call.
Result<Session> open_session(const std::string& state_folder);

/// Prints an error for people on stderr (what happened, what to do) or as JSON on stdout; returns kError.
int report_error(const Session& session, const Error& error);

}  // namespace q2o::cli
