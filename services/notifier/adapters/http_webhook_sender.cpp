#include "services/notifier/adapters/http_webhook_sender.h"

namespace q2o::notifier {
namespace {

constexpr std::chrono::milliseconds kDeadline{20'000};
constexpr std::size_t kAnswerBytesMost = 64 << 10;

http::Options guarded(std::shared_ptr<const http::Guard> guard) {
  http::Options out;
  out.guard = std::move(guard);
  return out;
}

}  // namespace

HttpWebhookSender::HttpWebhookSender(const http::GuardRules& rules)
    : guard_(std::make_shared<const http::Guard>(rules)), client_(guarded(guard_)) {}

Status HttpWebhookSender::check(const std::string& url) {
  if (const auto good = guard_->check(url); !good) return fail(good.error());
  return {};
}

Result<WebhookAnswer> HttpWebhookSender::post(const std::string& url, const std::vector<Header>& headers, const std::string& body) {
  http::Request request{"POST", url, {}, body, kAnswerBytesMost};
  for (const auto& header : headers) request.headers.push_back({header.name, header.value});
  const auto answer = client_.send(request, kDeadline);  // the guard looks at the address once more, and at where it leads
  if (!answer) return fail(answer.error());
  return WebhookAnswer{answer->status, answer->retry_after()};
}

}  // namespace q2o::notifier
