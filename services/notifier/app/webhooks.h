#pragma once

#include "common/metrics/metrics.h"
#include "services/notifier/app/webhook_ports.h"
#include "services/notifier/domain/retry_plan.h"

namespace q2o::notifier {

/// Makes one delivery after the other: sign, post, remember. At least once: receivers know a repeat by its webhook-id. Thread-safe.
class Webhooks {
 public:
  Webhooks(WebhookQueue& queue, WebhookSender& sender, metrics::Registry& metrics, RetryPlan plan = webhook_plan())
      : queue_(queue), sender_(sender), metrics_(metrics), plan_(std::move(plan)) {}
  /// False: nothing is due.
  bool run_one();

 private:
  WebhookQueue& queue_;
  WebhookSender& sender_;
  metrics::Registry& metrics_;
  const RetryPlan plan_;
};

}  // namespace q2o::notifier
