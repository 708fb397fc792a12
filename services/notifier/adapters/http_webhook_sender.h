#pragma once

#include "common/http/guard.h"
#include "common/http/http.h"
#include "services/notifier/app/webhook_ports.h"

namespace q2o::notifier {

/// Webhooks over HTTPS. Addresses of tenants are untrusted: the guard looks at each (libs/common/http/guard.h); no redirects, small
/// answers, 20 s at most.
class HttpWebhookSender final : public WebhookSender {
 public:
  explicit HttpWebhookSender(const http::GuardRules& rules);
  Result<WebhookAnswer> post(const std::string& url, const std::vector<Header>& headers, const std::string& body) override;
  Status check(const std::string& url) override;

 private:
  std::shared_ptr<const http::Guard> guard_;
  http::Client client_;
};

}  // namespace q2o::notifier
