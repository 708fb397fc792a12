#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/config/config.h"
#include "common/result/result.h"
#include "services/notifier/domain/standard_webhook.h"

namespace q2o::notifier {

/// A delivery whose time has come, held by this process under a lease.
struct WebhookJob {
  std::string id, endpoint, tenant, event;
  std::string webhook_id;  ///< the same at every attempt
  std::string url, body;
  std::vector<config::Secret> secrets;
  int attempts = 0;  ///< this one included
  std::chrono::seconds age;
  std::int64_t fence = 0;
};

/// The deliveries that are to be made. Called from several threads.
class WebhookQueue {
 public:
  virtual ~WebhookQueue() = default;
  virtual std::optional<WebhookJob> next() = 0;
  /// `pause`: until the next attempt, where there is one. `disable`: why the endpoint gets nothing any more; empty: it does.
  virtual bool settle(const WebhookJob& job, int status, const std::string& error, std::optional<std::chrono::milliseconds> pause,
                      const std::string& disable) = 0;
};

struct WebhookAnswer {
  int status = 0;
  std::chrono::milliseconds retry_after{0};
};
/// Posts to an address that a tenant gave: untrusted. Implementations refuse addresses inside of our own network, follow nothing and read
/// no more than they need. Called from several threads.
class WebhookSender {
 public:
  virtual ~WebhookSender() = default;
  struct Header {
    std::string name, value;
  };
  virtual Result<WebhookAnswer> post(const std::string& url, const std::vector<Header>& headers, const std::string& body) = 0;
  /// Whether an address may be given at all; error invalid_argument in words.
  virtual Status check(const std::string& url) = 0;
};

}  // namespace q2o::notifier
