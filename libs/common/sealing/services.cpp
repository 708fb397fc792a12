#include "common/sealing/services.h"

#include <openssl/crypto.h>

#include <thread>

#include "common/bus/topic.h"
#include "common/log/log.h"
#include "common/sealing/remote_keys.h"

namespace q2o::sealing {
namespace {

constexpr const char* kTokenKey = "q2o-service-token";

/// A loop that finds no keys ends its process. So none begins before identity is there; what waited in vain ends and is started again.
void wait_for(RemoteKeys& keys, const std::stop_token& stop) {
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  for (;;) {
    keys.refresh_once();
    if (keys.usable() || stop.stop_requested()) return;
    if (std::chrono::steady_clock::now() > give_up) throw std::runtime_error("the identity service does not answer: no data keys");
    std::this_thread::sleep_for(std::chrono::milliseconds(500));
  }
}

void follow_changes(RemoteKeys& keys, const bus::Incoming& message) {
  identity::v1::KeysChanged changed;
  if (!changed.ParseFromString(message.value)) {
    log::error("message about keys is unreadable", {{"offset", message.offset}});
    return;
  }
  keys.forget(changed.tenant_id(), changed.migration_id());
}

}  // namespace

Options read_options(config::Reader& config) {
  Options out;
  out.identity = config.text("peers.identity", "");
  if (!out.identity.empty()) out.token = config.secret("service.token");
  out.fresh = std::chrono::seconds(config.integer("sealing.fresh_s", 60, 1, 3600));
  out.valid = std::chrono::seconds(config.integer("sealing.valid_s", 600, 1, 86400));
  return out;
}

std::shared_ptr<const Seal> start(runtime::Runtime& runtime, const Options& options, const bus::Options& kafka) {
  if (options.identity.empty()) {
    log::warn("content is not sealed: peers.identity is not configured");
    return nullptr;
  }
  const auto keys = std::make_shared<RemoteKeys>(
      RemoteKeys::Options{options.identity, runtime.service(), options.token, options.fresh, options.valid}, runtime.metrics());
  wait_for(*keys, runtime.stop_token());
  runtime.ready_when("keys of the identity service", [keys] { return keys->usable(); });
  runtime.loop("keys", [keys](std::stop_token stop) { keys->refresh(stop); });
  runtime.loop("changed keys", [keys, kafka](std::stop_token stop) {
    bus::follow(kafka, topic::kIdentityKey, [&keys](const bus::Incoming& message) { follow_changes(*keys, message); }, stop);
  });
  return std::make_shared<const Seal>(keys);
}

std::unique_ptr<grpc::ClientContext> service_context(std::string_view tenant, std::string_view service, const config::Secret& token,
                                                     std::chrono::milliseconds deadline) {
  auto context = rpc::context(tenant, service, deadline);
  context->AddMetadata(kTokenKey, token.reveal());
  return context;
}

Status is_service(const grpc::ServerContext& context, const config::Secret& token) {
  const auto& all = context.client_metadata();
  const auto at = all.find(kTokenKey);
  const bool same = at != all.end() && !token.empty() && at->second.size() == token.reveal().size() &&
                    CRYPTO_memcmp(at->second.data(), token.reveal().data(), token.reveal().size()) == 0;
  if (same) return {};
  return fail(Code::permission_denied, "this call is for services only", "NO_SERVICE", "Give every service the same service.token_file.");
}

}  // namespace q2o::sealing
