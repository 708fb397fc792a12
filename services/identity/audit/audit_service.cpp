#include "services/identity/audit/audit_service.h"

#include "common/ids/ids.h"
#include "common/rpc/page.h"
#include "common/rpc/serve.h"

namespace q2o::identity::audit {
namespace {

template <class Work>
grpc::Status serve(const grpc::ServerContext& context, const Work& work) {
  return rpc::serve(context, "identity", [&](const rpc::Caller& caller) -> Status {
    if (!ids::is_uuid(caller.tenant)) return fail(Code::invalid_argument, "q2o-tenant is no UUID", "BAD_TENANT");
    return work(caller.tenant);
  });
}

}  // namespace

grpc::Status AuditService::ListAudit(grpc::ServerContext* context, const v1::ListAuditRequest* request, v1::ListAuditResponse* response) {
  return serve(*context, [&](const std::string& tenant) -> Status {
    const auto before = rpc::place_of(request->page_token());
    if (!before) return fail(before.error());
    const auto size = rpc::page_size(request->page_size());
    for (auto& entry : audit_.list(tenant, static_cast<std::uint64_t>(*before), size)) *response->add_entries() = std::move(entry);
    const auto& entries = response->entries();
    if (static_cast<std::uint32_t>(entries.size()) == size && entries.rbegin()->sequence() > 1)
      response->set_next_page_token(std::to_string(entries.rbegin()->sequence()));
    return {};
  });
}

grpc::Status AuditService::VerifyAudit(grpc::ServerContext* context, const v1::VerifyAuditRequest* request,
                                       v1::VerifyAuditResponse* response) {
  return serve(*context, [&](const std::string& tenant) -> Status {
    *response = audit_.verify(tenant, request->known_hash());
    return {};
  });
}

}  // namespace q2o::identity::audit
