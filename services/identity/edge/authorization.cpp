#include "services/identity/edge/authorization.h"

#include <google/protobuf/util/json_util.h>
#include <google/rpc/status.pb.h>

#include "common/crypto/signed_token.h"
#include "common/http/http.h"
#include "common/log/log.h"
#include "common/rpc/rpc.h"
#include "services/identity/edge/http_errors.h"
#include "services/identity/edge/session_cookie.h"

namespace q2o::identity::edge {
namespace {

using envoy::config::core::v3::HeaderValueOption;
using envoy::service::auth::v3::CheckRequest;
using envoy::service::auth::v3::CheckResponse;

constexpr const char* kJwtNamespace = "envoy.filters.http.jwt_authn";
constexpr std::string_view kOwnServices = "/q2o.identity.v1.";

template <class Headers>
void set(Headers* headers, const char* name, std::string value) {
  auto& option = *headers->Add();
  option.set_append_action(HeaderValueOption::OVERWRITE_IF_EXISTS_OR_ADD);
  option.mutable_header()->set_key(name);
  option.mutable_header()->set_value(std::move(value));
}

std::string header(const CheckRequest& request, const char* name) {
  const auto& headers = request.attributes().request().http().headers();
  const auto at = headers.find(name);
  return at == headers.end() ? std::string() : at->second;
}

/// The claims that jwt_authn has verified; its provider's name is the only key.
std::string claims_of(const CheckRequest& request) {
  const auto& namespaces = request.attributes().metadata_context().filter_metadata();
  const auto at = namespaces.find(kJwtNamespace);
  if (at == namespaces.end() || at->second.fields().empty()) return {};
  std::string text;
  const auto& payload = at->second.fields().begin()->second;
  return google::protobuf::util::MessageToJsonString(payload, &text).ok() ? text : std::string();
}

bool by_rest(const CheckRequest& request) {
  return !header(request, "x-envoy-original-path").empty();
}

/// What is neither REST nor gRPC (a browser at the path of a method) gets its refusal as HTTP, too.
bool speaks_grpc(const CheckRequest& request) {
  return !by_rest(request) && header(request, "content-type").starts_with("application/grpc");
}

Knock knock_of(const CheckRequest& request) {
  Knock out;
  out.path = request.attributes().request().http().path();
  out.path.erase(std::min(out.path.find('?'), out.path.size()));
  const std::string method = header(request, "x-envoy-original-method");
  out.only_reads = by_rest(request) && (method == "GET" || method == "HEAD");
  out.session = session_in(header(request, "cookie"));
  out.authorization = header(request, "authorization");
  out.origin = header(request, "origin");
  out.claims = claims_of(request);
  return out;
}

void let_pass(const CheckRequest& request, const Knock& knock, const Pass& pass, CheckResponse& response) {
  auto& ok = *response.mutable_ok_response();
  auto* headers = ok.mutable_headers();
  if (pass.asker) {
    const Asker& asker = *pass.asker;
    if (!asker.tenant.empty()) set(headers, "q2o-tenant", header_text(asker.tenant));
    if (!asker.person.empty()) set(headers, "q2o-person", header_text(asker.person));
    if (!asker.key_id.empty()) set(headers, "q2o-key", header_text(asker.key_id));
    set(headers, "q2o-actor", header_text(asker.actor));
    set(headers, "q2o-role", asker.is_operator ? "operator" : word(asker.role));
  }
  set(headers, "q2o-address", header_text(request.attributes().source().address().socket_address().address()));
  set(headers, "grpc-timeout", timeout_for(pass.rule, header(request, "grpc-timeout")));
  ok.add_headers_to_remove("authorization");
  if (!knock.path.starts_with(kOwnServices)) ok.add_headers_to_remove("cookie");
}

void refuse(const CheckRequest& request, const Error& error, CheckResponse& response) {
  const grpc::Status status = rpc::to_status(error);
  response.mutable_status()->set_code(status.error_code());
  auto& denied = *response.mutable_denied_response();
  denied.mutable_status()->set_code(static_cast<envoy::type::v3::StatusCode>(http_status(error.code)));
  auto* headers = denied.mutable_headers();
  if (error.retry_after.count() > 0) set(headers, "retry-after", std::to_string((error.retry_after.count() + 999) / 1000));
  if (!speaks_grpc(request)) {
    set(headers, "content-type", "application/json");
    denied.set_body(error_json(error));
    return;
  }
  // An answer without body, as gRPC has it: with any other HTTP status gRPC-web clients look at that alone, and the reason is lost.
  denied.mutable_status()->set_code(envoy::type::v3::OK);
  set(headers, "content-type", "application/grpc");
  set(headers, "grpc-status", std::to_string(status.error_code()));
  set(headers, "grpc-message", header_text(error.message));
  set(headers, "grpc-status-details-bin", crypto::base64(status.error_details()));
}

}  // namespace

grpc::Status Authorization::Check(grpc::ServerContext*, const CheckRequest* request, CheckResponse* response) {
  const auto begun = std::chrono::steady_clock::now();
  const Knock knock = knock_of(*request);
  Result<Pass> answer = [&]() -> Result<Pass> {
    try {
      return gate_.check(knock);
    } catch (const std::exception& surprise) {
      log::error("a call could not be checked", {{"error", surprise.what()}, {"method", knock.path}});
      return fail(Error{Code::unavailable, "who is asking cannot be found out now", Retry::after_backoff, Effect::none,
                        "IDENTITY_UNAVAILABLE", "Try again in a moment.", std::chrono::seconds(1)});
    }
  }();
  if (answer)
    let_pass(*request, knock, *answer, *response);
  else
    refuse(*request, answer.error(), *response);
  metrics_.counter("q2o_identity_checks_total", "Calls that the edge asked about", {{"outcome", answer ? "passed" : answer.error().reason}})
      .add();
  metrics_.histogram("q2o_identity_check_seconds", "What asking about a call takes", {0.0005, 0.001, 0.002, 0.005, 0.02, 0.1, 1})
      .observe(std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count());
  return grpc::Status::OK;
}

}  // namespace q2o::identity::edge
