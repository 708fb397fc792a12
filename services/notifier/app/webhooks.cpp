#include "services/notifier/app/webhooks.h"

#include <fmt/format.h>

#include <random>

#include "common/failpoint/failpoint.h"
#include "common/log/log.h"

namespace q2o::notifier {
namespace {

const failpoint::Point kBeforeWebhook{"before_webhook"};
const failpoint::Point kAfterWebhook{"after_webhook"};

double dice() {
  thread_local std::mt19937_64 random(std::random_device{}());
  return std::uniform_real_distribution<double>(0, 1)(random);
}

std::int64_t now_seconds() {
  return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

}  // namespace

bool Webhooks::run_one() {
  const auto job = queue_.next();
  if (!job) return false;
  kBeforeWebhook.hit(job->event);
  const auto at = now_seconds();
  const auto signature = webhook_signature(job->secrets, job->webhook_id, at, job->body);
  Result<WebhookAnswer> answer = signature ? sender_.post(job->url,
                                                          {{"Content-Type", "application/json"},
                                                           {"User-Agent", "Quick2Odoo-Webhooks/1"},
                                                           {"webhook-id", job->webhook_id},
                                                           {"webhook-timestamp", std::to_string(at)},
                                                           {"webhook-signature", *signature}},
                                                          job->body)
                                           : Result<WebhookAnswer>(fail(signature.error()));
  kAfterWebhook.hit(job->event);
  const int status = answer ? answer->status : 0;
  const auto verdict = judge_webhook(status, answer ? answer->retry_after : std::chrono::milliseconds(0));
  const bool delivered = verdict.kind == WebhookVerdict::Kind::delivered;
  std::optional<std::chrono::milliseconds> pause;
  if (verdict.kind == WebhookVerdict::Kind::again) {
    pause = plan_.pause(job->attempts, job->age, dice());
    if (pause) pause = std::max(*pause, verdict.at_least);
  }
  const auto error = delivered ? std::string() : answer ? fmt::format("answered with {}", status) : answer.error().message;
  metrics_
      .counter("q2o_notifier_webhooks_total", "Attempts to deliver a webhook",
               {{"event", job->event},
                {"outcome", delivered ? "delivered"
                            : pause   ? "again"
                                      : "failed"}})
      .add();
  if (!delivered)
    log::warn("webhook not delivered",
              {{"delivery", job->id}, {"status", status}, {"attempt", job->attempts}, {"again", pause.has_value()}, {"error", error}});
  queue_.settle(*job, status, error, pause, verdict.kind == WebhookVerdict::Kind::gone ? "its server says that it is gone (410)" : "");
  return true;
}

}  // namespace q2o::notifier
