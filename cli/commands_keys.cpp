#include <cstdlib>
#include <fstream>
#include <iostream>

#include "cli/commands.h"
#include "cli/ids.h"
#include "common/json/json.h"
#include "q2o/identity/v1/keys.grpc.pb.h"

namespace q2o::cli {
namespace {

using Stub = identity::v1::KeyService::Stub;

/// Keys are a matter of services and of who can read their token's file.
Result<std::string> service_token() {
  const char* given = std::getenv("Q2O_SERVICE_TOKEN_FILE");
  const std::string path = given != nullptr ? given : ".run/secrets/service.token";
  std::string token;
  if (std::ifstream file(path); file) file >> token;
  if (token.empty())
    return fail(Code::failed_precondition, "the services' token cannot be read from " + path, "NO_SERVICE_TOKEN",
                "Run it where the stack's secrets are, or name the file in Q2O_SERVICE_TOKEN_FILE.");
  return token;
}

template <class Request, class Response>
Result<Response> call(const Session& session, const std::string& token,
                      grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*), const Request& request) {
  const auto stub = identity::v1::KeyService::NewStub(session.channel("identity"));
  const auto context = rpc::context(session.tenant, session.actor, std::chrono::minutes(2));
  context->AddMetadata("q2o-service-token", token);
  Response response;
  if (const auto status = (*stub.*method)(context.get(), request, &response); !status.ok())
    return fail(session.explain("identity", rpc::to_error(status)));
  return response;
}

std::string to_json(const identity::v1::ListDataKeysResponse& keys) {
  json::Writer out;
  out.begin_object().field("master_version", static_cast<std::int64_t>(keys.master_version())).key("keys").begin_array();
  for (const auto& key : keys.keys()) {
    out.begin_object().field("key_id", key.key_id()).field("migration_id", key.migration_id());
    out.field("version", static_cast<std::int64_t>(key.version())).field("master_version", static_cast<std::int64_t>(key.master_version()));
    out.field("created_at", key.created_at()).field("destroyed_at", key.destroyed_at()).end_object();
  }
  return out.end_array().end_object().take();
}

Status rotate(const Session& session, const std::string& token, bool master) {
  if (master) {
    const auto done = call(session, token, &Stub::RotateMaster, identity::v1::RotateMasterRequest());
    if (!done) return fail(done.error());
    std::cerr << "Master key " << done->master_version() << ", " << done->rewrapped() << " data keys wrapped anew.\n";
    return {};
  }
  identity::v1::RotateDataKeysRequest request;
  request.set_tenant_id(session.tenant);
  const auto done = call(session, token, &Stub::RotateDataKeys, request);
  if (!done) return fail(done.error());
  std::cerr << done->keys() << " data keys have a new version for what is written from now on.\n";
  return {};
}

}  // namespace

int keys(const Session& session, bool rotate_data, bool rotate_master) {
  if (session.login)
    return report_error(session, Error{Code::failed_precondition,
                                       "keys are about the services of this machine, not about an edge",
                                       Retry::never,
                                       Effect::none,
                                       "INSIDE_ONLY",
                                       "Run it where the stack's secrets are, after `q2o logout`.",
                                       {}});
  const auto token = service_token();
  if (!token) return report_error(session, token.error());
  for (const bool master : {false, true}) {
    if (!(master ? rotate_master : rotate_data)) continue;
    if (const auto done = rotate(session, *token, master); !done) return report_error(session, done.error());
  }
  identity::v1::ListDataKeysRequest request;
  request.set_tenant_id(session.tenant);
  const auto all = call(session, *token, &Stub::ListDataKeys, request);
  if (!all) return report_error(session, all.error());
  if (session.json) {
    std::cout << to_json(*all) << '\n';
    return kDone;
  }
  std::cout << "Master key " << all->master_version() << '\n';
  for (const auto& key : all->keys()) {
    std::cout << (key.migration_id().empty() ? "shared  " : short_id(key.migration_id())) << "  version " << key.version() << "  "
              << key.created_at();
    std::cout << (key.destroyed_at().empty() ? "" : "  destroyed " + key.destroyed_at()) << '\n';
  }
  return kDone;
}

}  // namespace q2o::cli
