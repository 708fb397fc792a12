#include "services/connector/adapters/oauth_service.h"

#include "common/calendar/calendar.h"
#include "common/rpc/serve.h"

namespace q2o::connector {
namespace {

using config::Secret;

Person person_of(const grpc::ServerContext& context, const rpc::Caller& caller) {
  const auto person = rpc::metadata(context, "q2o-person");
  return {caller.tenant, person.empty() ? "actor:" + caller.actor : "person:" + person};
}

std::string time_text(std::int64_t seconds) {
  return seconds == 0 ? "" : calendar::rfc3339(std::chrono::sys_seconds(std::chrono::seconds(seconds)));
}

void fill(v1::SignedInCompany& out, const CompanyStatus& company) {
  const auto& connection = company.connection;
  out.set_connection_id(connection.id);
  out.set_slug(connection.slug);
  out.set_company_id(connection.company_id);
  out.set_company_name(connection.company_name);
  out.set_state(connection.state);
  out.set_connected(connection.state == "connected");
  out.set_message(connection.message);
  out.set_environment(company.environment);
  out.set_access_expires_at(time_text(company.access_ends));
  out.set_sign_in_expires_at(time_text(company.ends));
}

template <class Work>
grpc::Status serve(const grpc::ServerContext* context, const Work& work) {
  return rpc::serve(*context, "connector", work);
}

}  // namespace

grpc::Status OAuthService::Authorize(grpc::ServerContext* context, const v1::AuthorizeRequest* request, v1::AuthorizeResponse* response) {
  return serve(context, [&](const rpc::Caller& caller) -> Status {
    const auto begun = sign_ins_.begin(person_of(*context, caller), request->platform());
    if (!begun) return fail(begun.error());
    response->set_url(begun->url);
    response->set_expires_at(calendar::rfc3339(begun->expires_at));
    return {};
  });
}

grpc::Status OAuthService::Callback(grpc::ServerContext* context, const v1::CallbackRequest* request, v1::CallbackResponse* response) {
  return serve(context, [&](const rpc::Caller& caller) -> Status {
    const auto company =
        sign_ins_.finish(person_of(*context, caller), request->platform(),
                         {Secret(request->code()), Secret(request->state()), request->realm_id(), request->error()}, stop_);
    if (!company) return fail(company.error());
    fill(*response->mutable_company(), *company);
    return {};
  });
}

grpc::Status OAuthService::GetStatus(grpc::ServerContext* context, const v1::GetStatusRequest* request, v1::GetStatusResponse* response) {
  return serve(context, [&](const rpc::Caller& caller) -> Status {
    const auto status = sign_ins_.status(caller.tenant, request->platform());
    if (!status) return fail(status.error());
    response->set_configured(status->configured);
    for (const auto& company : status->all) fill(*response->add_companies(), company);
    return {};
  });
}

grpc::Status OAuthService::Disconnect(grpc::ServerContext* context, const v1::DisconnectRequest* request,
                                      v1::DisconnectResponse* response) {
  return serve(context, [&](const rpc::Caller& caller) -> Status {
    const auto company = sign_ins_.disconnect(caller.tenant, request->platform(), request->connection_id());
    if (!company) return fail(company.error());
    fill(*response->mutable_company(), *company);
    return {};
  });
}

}  // namespace q2o::connector
