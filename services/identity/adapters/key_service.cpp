#include "services/identity/adapters/key_service.h"

#include "common/ids/ids.h"
#include "common/rpc/serve.h"
#include "common/sealing/services.h"

namespace q2o::identity {
namespace {

Status must_be_owner(const std::string& tenant, const std::string& migration) {
  if (ids::is_uuid(tenant) && (migration.empty() || ids::is_uuid(migration))) return {};
  return fail(Code::invalid_argument, "keys belong to the UUID of a tenant and, if to one, of a migration", "BAD_OWNER");
}

template <class Work>
grpc::Status answer(const grpc::ServerContext& context, const config::Secret& token, const Work& work) {
  if (const auto known = sealing::is_service(context, token); !known) return rpc::to_status(known.error());
  return rpc::serve_anybody("identity", work);
}

}  // namespace

grpc::Status KeyService::GetDataKeys(grpc::ServerContext* context, const v1::GetDataKeysRequest* request,
                                     v1::GetDataKeysResponse* response) {
  return answer(*context, token_, [&]() -> Status {
    if (!request->has_owner()) return {};
    const auto& owner = request->owner();
    if (const auto good = must_be_owner(owner.tenant_id(), owner.migration_id()); !good) return good;
    auto keys = keeper_.keys({owner.tenant_id(), owner.migration_id()});
    if (!keys) return fail(keys.error());
    *response = std::move(*keys);
    return {};
  });
}

grpc::Status KeyService::RotateDataKeys(grpc::ServerContext* context, const v1::RotateDataKeysRequest* request,
                                        v1::RotateDataKeysResponse* response) {
  return answer(*context, token_, [&]() -> Status {
    if (const auto good = must_be_owner(request->tenant_id(), ""); !good) return good;
    response->set_keys(keeper_.rotate(request->tenant_id()));
    return {};
  });
}

grpc::Status KeyService::DestroyTenantKeys(grpc::ServerContext* context, const v1::DestroyTenantKeysRequest* request,
                                           v1::DestroyTenantKeysResponse* response) {
  return answer(*context, token_, [&]() -> Status {
    if (const auto good = must_be_owner(request->tenant_id(), request->migration_id()); !good) return good;
    if (!ids::is_uuid(request->purge_id()))
      return fail(Code::invalid_argument, "keys are destroyed for a purge: its UUID is missing", "BAD_PURGE");
    const auto destroyed = keeper_.destroy(request->tenant_id(), request->migration_id());
    if (!destroyed) return fail(destroyed.error());
    destroyed_(*request);
    response->mutable_destroyed()->Assign(destroyed->begin(), destroyed->end());
    return {};
  });
}

grpc::Status KeyService::RotateMaster(grpc::ServerContext* context, const v1::RotateMasterRequest*, v1::RotateMasterResponse* response) {
  return answer(*context, token_, [&]() -> Status {
    auto rotated = keeper_.rotate_master();
    if (!rotated) return fail(rotated.error());
    *response = std::move(*rotated);
    return {};
  });
}

grpc::Status KeyService::ListDataKeys(grpc::ServerContext* context, const v1::ListDataKeysRequest* request,
                                      v1::ListDataKeysResponse* response) {
  return answer(*context, token_, [&]() -> Status {
    if (const auto good = must_be_owner(request->tenant_id(), ""); !good) return good;
    const auto keys = keeper_.list(request->tenant_id());
    response->mutable_keys()->Assign(keys.begin(), keys.end());
    response->set_master_version(static_cast<std::uint32_t>(masters_.newest()));
    return {};
  });
}

}  // namespace q2o::identity
