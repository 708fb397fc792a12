#include "services/notifier/domain/standard_webhook.h"

#include <fmt/format.h>

#include <algorithm>

#include "common/crypto/signed_token.h"
#include "common/json/json.h"

namespace q2o::notifier {
namespace {

constexpr std::string_view kPrefix = "whsec_";
constexpr std::size_t kSecretBytes = 32;
/// Receivers may refuse more than 20 kB; there are a dozen values at most.
constexpr std::size_t kValueMost = 1200;
constexpr std::chrono::hours kRetryAfterMost{12};

/// At most so many bytes, never half a character.
std::string_view cut(std::string_view text) {
  if (text.size() <= kValueMost) return text;
  auto size = kValueMost;
  while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xc0) == 0x80) --size;
  return text.substr(0, size);
}

}  // namespace

config::Secret new_webhook_secret() {
  return config::Secret(std::string(kPrefix) + crypto::base64(crypto::random_bytes(kSecretBytes)));
}

Result<std::string> webhook_signature(const std::vector<config::Secret>& secrets, std::string_view id, std::int64_t timestamp,
                                      std::string_view body) {
  const auto text = fmt::format("{}.{}.{}", id, timestamp, body);
  std::string out;
  for (const auto& secret : secrets) {
    if (!secret.reveal().starts_with(kPrefix)) return fail(Code::invalid_argument, "a webhook's secret begins with whsec_", "BAD_SECRET");
    const auto key = crypto::from_base64(std::string_view(secret.reveal()).substr(kPrefix.size()));
    if (!key) return fail(key.error());
    out += fmt::format("{}v1,{}", out.empty() ? "" : " ", crypto::base64(crypto::hmac_sha256(config::Secret(*key), text)));
  }
  return out;
}

std::string webhook_body(const std::string& event, const std::string& rfc3339, const Values& data) {
  json::Writer out;
  out.begin_object().field("type", event).field("timestamp", rfc3339).key("data").begin_object();
  for (const auto& [name, value] : data) out.field(name, cut(value));
  out.end_object().end_object();
  return out.take();
}

WebhookVerdict judge_webhook(int status, std::chrono::milliseconds retry_after) {
  if (status >= 200 && status < 300) return {WebhookVerdict::Kind::delivered, {}};
  if (status == 410) return {WebhookVerdict::Kind::gone, {}};
  return {WebhookVerdict::Kind::again, std::clamp(retry_after, std::chrono::milliseconds(0), std::chrono::milliseconds(kRetryAfterMost))};
}

}  // namespace q2o::notifier
