#pragma once

#include "q2o/connector/v1/oauth.grpc.pb.h"
#include "services/connector/app/sign_ins.h"

namespace q2o::connector {

/// q2o.connector.v1.OAuthService. A sign-in belongs to the person in the call's metadata (q2o-person); for a program to its name
/// (q2o-actor).
class OAuthService final : public v1::OAuthService::Service {
 public:
  OAuthService(SignIns& sign_ins, std::stop_token stop) : sign_ins_(sign_ins), stop_(std::move(stop)) {}
  grpc::Status Authorize(grpc::ServerContext*, const v1::AuthorizeRequest*, v1::AuthorizeResponse*) override;
  grpc::Status Callback(grpc::ServerContext*, const v1::CallbackRequest*, v1::CallbackResponse*) override;
  grpc::Status GetStatus(grpc::ServerContext*, const v1::GetStatusRequest*, v1::GetStatusResponse*) override;
  grpc::Status Disconnect(grpc::ServerContext*, const v1::DisconnectRequest*, v1::DisconnectResponse*) override;

 private:
  SignIns& sign_ins_;
  const std::stop_token stop_;
};

}  // namespace q2o::connector
