#pragma once

#include "q2o/notifier/v1/webhook.grpc.pb.h"
#include "services/notifier/adapters/webhook_store.h"

namespace q2o::notifier {

class WebhookRpc final : public v1::WebhookService::Service {
 public:
  WebhookRpc(WebhookStore& store, WebhookSender& sender) : store_(store), sender_(sender) {}
  grpc::Status CreateEndpoint(grpc::ServerContext*, const v1::CreateEndpointRequest*, v1::CreateEndpointResponse*) override;
  grpc::Status ListEndpoints(grpc::ServerContext*, const v1::ListEndpointsRequest*, v1::ListEndpointsResponse*) override;
  grpc::Status UpdateEndpoint(grpc::ServerContext*, const v1::UpdateEndpointRequest*, v1::UpdateEndpointResponse*) override;
  grpc::Status DeleteEndpoint(grpc::ServerContext*, const v1::DeleteEndpointRequest*, v1::DeleteEndpointResponse*) override;
  grpc::Status RotateSecret(grpc::ServerContext*, const v1::RotateSecretRequest*, v1::RotateSecretResponse*) override;
  grpc::Status TestEndpoint(grpc::ServerContext*, const v1::TestEndpointRequest*, v1::TestEndpointResponse*) override;
  grpc::Status ListDeliveries(grpc::ServerContext*, const v1::ListDeliveriesRequest*, v1::ListDeliveriesResponse*) override;
  grpc::Status ResendDelivery(grpc::ServerContext*, const v1::ResendDeliveryRequest*, v1::ResendDeliveryResponse*) override;

 private:
  /// What a tenant says of an endpoint, before it is stored.
  Status check(const std::string& url, const std::string& description, const google::protobuf::RepeatedPtrField<std::string>& events);
  WebhookStore& store_;
  WebhookSender& sender_;
};

}  // namespace q2o::notifier
