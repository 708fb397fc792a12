#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/pg/pg.h"
#include "q2o/notifier/v1/webhook.pb.h"
#include "services/notifier/app/webhook_ports.h"
#include "services/notifier/domain/notices.h"

namespace q2o::notifier {

/// A delivery to every enabled endpoint of the tenant that wants the event.
void add_deliveries(pg::Tx& tx, const Notice& notice);

/// Postgres behind the webhooks. Tenants take turns: who was served longest ago comes next, with two deliveries under way at most. Ids of
/// other tenants are not found (empty, false).
class WebhookStore final : public WebhookQueue {
 public:
  WebhookStore(pg::Pool& pool, std::string instance) : pool_(pool), instance_(std::move(instance)) {}
  std::optional<WebhookJob> next() override;
  bool settle(const WebhookJob& job, int status, const std::string& error, std::optional<std::chrono::milliseconds> pause,
              const std::string& disable) override;

  /// Error resource_exhausted (TOO_MANY_ENDPOINTS).
  Result<v1::Endpoint> create(const std::string& tenant, const v1::CreateEndpointRequest& wanted, const config::Secret& secret);
  std::vector<v1::Endpoint> list(const std::string& tenant);
  std::optional<v1::Endpoint> update(const std::string& tenant, const v1::UpdateEndpointRequest& wanted);
  bool remove(const std::string& tenant, const std::string& endpoint);
  /// Until when the old secret signs as well (RFC 3339).
  std::optional<std::string> rotate(const std::string& tenant, const std::string& endpoint, const config::Secret& secret);
  std::optional<v1::Delivery> ping(const std::string& tenant, const std::string& endpoint);
  /// Nothing: there is no such endpoint. Newest first, those before `before` (0: from the newest).
  std::optional<std::vector<v1::Delivery>> deliveries(const std::string& tenant, const std::string& endpoint, std::int64_t before,
                                                      std::uint32_t most, std::int64_t& next);
  std::optional<v1::Delivery> resend(const std::string& tenant, const std::string& delivery);

 private:
  /// The job of a delivery that this process has leased; nothing: it is not due any more, or does not open.
  static std::optional<WebhookJob> opened(pg::Tx& tx, const std::string& id, const pg::Lease& lease);
  pg::Pool& pool_;
  const std::string instance_;
};

}  // namespace q2o::notifier
