#include "services/notifier/adapters/webhook_rpc.h"

#include <fmt/format.h>

#include <algorithm>

#include "common/ids/ids.h"
#include "common/rpc/page.h"
#include "common/rpc/serve.h"

namespace q2o::notifier {
namespace {

constexpr std::size_t kUrlMost = 2000, kDescriptionMost = 200;

tl::unexpected<Error> no_endpoint(const std::string& id) {
  return fail(Code::not_found, "there is no endpoint " + id, "NO_ENDPOINT", "List them with ListEndpoints.");
}
tl::unexpected<Error> no_delivery(const std::string& id) {
  return fail(Code::not_found, "there is no delivery " + id, "NO_DELIVERY", "List them with ListDeliveries.");
}

}  // namespace

Status WebhookRpc::check(const std::string& url, const std::string& description,
                         const google::protobuf::RepeatedPtrField<std::string>& events) {
  if (url.size() > kUrlMost || description.size() > kDescriptionMost)
    return fail(Code::invalid_argument, "the address or the description is too long", "TOO_LONG",
                fmt::format("At most {} and {} characters.", kUrlMost, kDescriptionMost));
  for (const auto& event : events) {
    const auto& all = webhook_events();
    if (std::ranges::find(all, event) == all.end())
      return fail(Code::invalid_argument, fmt::format("'{}' is no event", event), "UNKNOWN_EVENT",
                  fmt::format("There are {}.", fmt::join(all, ", ")));
  }
  return sender_.check(url);
}

grpc::Status WebhookRpc::CreateEndpoint(grpc::ServerContext* context, const v1::CreateEndpointRequest* request,
                                        v1::CreateEndpointResponse* response) {
  return rpc::serve(*context, "notifier", [&](const rpc::Caller& caller) -> Status {
    if (auto good = check(request->url(), request->description(), request->events()); !good) return good;
    const auto secret = new_webhook_secret();
    auto made = store_.create(caller.tenant, *request, secret);
    if (!made) return fail(made.error());
    *response->mutable_endpoint() = std::move(*made);
    response->set_secret(secret.reveal());
    return {};
  });
}

grpc::Status WebhookRpc::ListEndpoints(grpc::ServerContext* context, const v1::ListEndpointsRequest*, v1::ListEndpointsResponse* response) {
  return rpc::serve(*context, "notifier", [&](const rpc::Caller& caller) -> Status {
    for (auto& endpoint : store_.list(caller.tenant)) *response->add_endpoints() = std::move(endpoint);
    return {};
  });
}

grpc::Status WebhookRpc::UpdateEndpoint(grpc::ServerContext* context, const v1::UpdateEndpointRequest* request,
                                        v1::UpdateEndpointResponse* response) {
  return rpc::serve(*context, "notifier", [&](const rpc::Caller& caller) -> Status {
    if (!ids::is_uuid(request->endpoint_id())) return no_endpoint(request->endpoint_id());
    if (auto good = check(request->url(), request->description(), request->events()); !good) return good;
    auto changed = store_.update(caller.tenant, *request);
    if (!changed) return no_endpoint(request->endpoint_id());
    *response->mutable_endpoint() = std::move(*changed);
    return {};
  });
}

grpc::Status WebhookRpc::DeleteEndpoint(grpc::ServerContext* context, const v1::DeleteEndpointRequest* request,
                                        v1::DeleteEndpointResponse*) {
  return rpc::serve(*context, "notifier", [&](const rpc::Caller& caller) -> Status {
    if (!ids::is_uuid(request->endpoint_id()) || !store_.remove(caller.tenant, request->endpoint_id()))
      return no_endpoint(request->endpoint_id());
    return {};
  });
}

grpc::Status WebhookRpc::RotateSecret(grpc::ServerContext* context, const v1::RotateSecretRequest* request,
                                      v1::RotateSecretResponse* response) {
  return rpc::serve(*context, "notifier", [&](const rpc::Caller& caller) -> Status {
    if (!ids::is_uuid(request->endpoint_id())) return no_endpoint(request->endpoint_id());
    const auto secret = new_webhook_secret();
    const auto until = store_.rotate(caller.tenant, request->endpoint_id(), secret);
    if (!until) return no_endpoint(request->endpoint_id());
    response->set_secret(secret.reveal());
    response->set_old_secret_until(*until);
    return {};
  });
}

grpc::Status WebhookRpc::TestEndpoint(grpc::ServerContext* context, const v1::TestEndpointRequest* request,
                                      v1::TestEndpointResponse* response) {
  return rpc::serve(*context, "notifier", [&](const rpc::Caller& caller) -> Status {
    if (!ids::is_uuid(request->endpoint_id())) return no_endpoint(request->endpoint_id());
    auto delivery = store_.ping(caller.tenant, request->endpoint_id());
    if (!delivery) return no_endpoint(request->endpoint_id());
    *response->mutable_delivery() = std::move(*delivery);
    return {};
  });
}

grpc::Status WebhookRpc::ListDeliveries(grpc::ServerContext* context, const v1::ListDeliveriesRequest* request,
                                        v1::ListDeliveriesResponse* response) {
  return rpc::serve(*context, "notifier", [&](const rpc::Caller& caller) -> Status {
    if (!ids::is_uuid(request->endpoint_id())) return no_endpoint(request->endpoint_id());
    const auto before = rpc::place_of(request->page_token());
    if (!before) return fail(before.error());
    std::int64_t next = 0;
    auto found = store_.deliveries(caller.tenant, request->endpoint_id(), *before, rpc::page_size(request->page_size()), next);
    if (!found) return no_endpoint(request->endpoint_id());
    for (auto& delivery : *found) *response->add_deliveries() = std::move(delivery);
    if (next > 0) response->set_next_page_token(std::to_string(next));
    return {};
  });
}

grpc::Status WebhookRpc::ResendDelivery(grpc::ServerContext* context, const v1::ResendDeliveryRequest* request,
                                        v1::ResendDeliveryResponse* response) {
  return rpc::serve(*context, "notifier", [&](const rpc::Caller& caller) -> Status {
    if (!ids::is_uuid(request->delivery_id())) return no_delivery(request->delivery_id());
    auto delivery = store_.resend(caller.tenant, request->delivery_id());
    if (!delivery) return no_delivery(request->delivery_id());
    *response->mutable_delivery() = std::move(*delivery);
    return {};
  });
}

}  // namespace q2o::notifier
