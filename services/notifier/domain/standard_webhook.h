#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "common/config/config.h"
#include "common/result/result.h"
#include "services/notifier/domain/mail_templates.h"

/// Outgoing webhooks as Standard Webhooks v1 says it. Pure.
namespace q2o::notifier {

/// "whsec_" and base64 of 32 random bytes.
config::Secret new_webhook_secret();

/// Value of the header "webhook-signature": one "v1,…" per secret, so that a secret can be changed without a gap. Error invalid_argument
/// when one is no secret of that form.
Result<std::string> webhook_signature(const std::vector<config::Secret>& secrets, std::string_view id, std::int64_t timestamp,
                                      std::string_view body);

/// {"type": "job.completed", "timestamp": "…", "data": {…}}; below 20 kB: long values are cut.
std::string webhook_body(const std::string& event, const std::string& rfc3339, const Values& data);

/// What an answer means for the delivery.
struct WebhookVerdict {
  enum class Kind { delivered, again, gone } kind = Kind::again;  ///< gone: 410, the endpoint wants nothing any more
  std::chrono::milliseconds at_least{0};                          ///< before the next attempt, from Retry-After
};
/// `status` 0: no answer. Only 2xx is success; redirects are not followed.
WebhookVerdict judge_webhook(int status, std::chrono::milliseconds retry_after);

}  // namespace q2o::notifier
