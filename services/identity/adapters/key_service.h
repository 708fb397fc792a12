#pragma once

#include <functional>

#include "q2o/identity/v1/keys.grpc.pb.h"
#include "services/identity/adapters/key_keeper.h"

namespace q2o::identity {

/// KeyService: answers services only (the token), whoever else asks is refused before anything is looked at.
class KeyService final : public v1::KeyService::Service {
 public:
  /// Called when keys are destroyed, also again; what it throws fails the call, which is then repeated.
  using Destroyed = std::function<void(const v1::DestroyTenantKeysRequest&)>;
  KeyService(KeyKeeper& keeper, MasterKeys& masters, config::Secret token, Destroyed destroyed)
      : keeper_(keeper), masters_(masters), token_(std::move(token)), destroyed_(std::move(destroyed)) {}
  grpc::Status GetDataKeys(grpc::ServerContext* context, const v1::GetDataKeysRequest* request, v1::GetDataKeysResponse* response) override;
  grpc::Status RotateDataKeys(grpc::ServerContext* context, const v1::RotateDataKeysRequest* request,
                              v1::RotateDataKeysResponse* response) override;
  grpc::Status DestroyTenantKeys(grpc::ServerContext* context, const v1::DestroyTenantKeysRequest* request,
                                 v1::DestroyTenantKeysResponse* response) override;
  grpc::Status RotateMaster(grpc::ServerContext* context, const v1::RotateMasterRequest* request,
                            v1::RotateMasterResponse* response) override;
  grpc::Status ListDataKeys(grpc::ServerContext* context, const v1::ListDataKeysRequest* request,
                            v1::ListDataKeysResponse* response) override;

 private:
  KeyKeeper& keeper_;
  MasterKeys& masters_;
  const config::Secret token_;
  const Destroyed destroyed_;
};

}  // namespace q2o::identity
