#pragma once

#include "common/ids/ids.h"
#include "common/rpc/serve.h"
#include "services/identity/people/app/tools.h"

namespace q2o::identity::people {

/// Reads who calls from the call's metadata: what the edge has verified (q2o-tenant, q2o-person, q2o-actor; never from outside), the cookie
/// as it was sent, and where it comes from.
Visit visit_of(const grpc::ServerContext& context);

/// Answers one call; surprises end the call, never the server. Unlike rpc::serve it asks for no tenant.
template <class Work>
grpc::Status answer(const grpc::ServerContext& context, const Work& work) {
  return rpc::serve_anybody("identity", [&] { return work(visit_of(context)); });
}

/// The same for who acts for a company.
template <class Work>
grpc::Status answer_in_tenant(const grpc::ServerContext& context, const Work& work) {
  return answer(context, [&](const Visit& visit) -> Status {
    if (visit.tenant.empty())
      return fail(Code::unauthenticated, "the call names no tenant", "NO_TENANT", "Choose a company first: /api/v1/account/switch-tenant.");
    if (!ids::is_uuid(visit.tenant)) return fail(Code::invalid_argument, "q2o-tenant is no UUID", "BAD_TENANT");
    return work(visit);
  });
}

}  // namespace q2o::identity::people
