#include "services/billing/payments/domain/webhook_signature.h"

#include <charconv>
#include <optional>

#include "common/crypto/hmac.h"

namespace q2o::billing::payments {
namespace {

constexpr std::size_t kHeaderBytesMax = 4096;
constexpr std::size_t kSignaturesMax = 16;

struct Header {
  std::string t;  ///< as written: it is part of what was signed
  std::int64_t at_s = 0;
  std::vector<std::string_view> v1;
};

std::optional<Header> parse(std::string_view text) {
  if (text.size() > kHeaderBytesMax) return std::nullopt;
  Header out;
  while (!text.empty()) {
    const auto comma = text.find(',');
    const auto pair = text.substr(0, comma);
    text = comma == std::string_view::npos ? std::string_view() : text.substr(comma + 1);
    const auto equals = pair.find('=');
    if (equals == std::string_view::npos) return std::nullopt;
    const auto value = pair.substr(equals + 1);
    if (pair.substr(0, equals) == "t") {
      const auto [end, problem] = std::from_chars(value.data(), value.data() + value.size(), out.at_s);
      if (problem != std::errc() || end != value.data() + value.size() || !out.t.empty() || out.at_s < 0) return std::nullopt;
      out.t = value;
    } else if (pair.substr(0, equals) == "v1") {
      out.v1.push_back(value);
    }
  }
  if (out.t.empty() || out.v1.empty() || out.v1.size() > kSignaturesMax) return std::nullopt;
  return out;
}

std::string signed_text(std::string_view t, std::string_view body) {
  std::string out(t);
  out += '.';
  out += body;
  return out;
}

}  // namespace

Status verify_signature(std::string_view header, std::string_view body, const std::vector<config::Secret>& secrets, std::int64_t now_s) {
  const auto wrong = [](const char* reason, const char* what) {
    return fail(Code::unauthenticated, what, reason, "Compare the endpoint's signing secret at Stripe with stripe.webhook_secrets.");
  };
  const auto parsed = parse(header);
  if (!parsed) return wrong("SIGNATURE_MALFORMED", "the webhook's signature header cannot be read");
  const auto text = signed_text(parsed->t, body);
  bool good = false;
  for (const auto& secret : secrets) {
    const auto expected = crypto::hmac_sha256_hex(secret, text);
    for (const auto& given : parsed->v1) good |= crypto::equal_in_constant_time(expected, given);
  }
  if (!good) return wrong("SIGNATURE_WRONG", "the webhook's signature is not that of its body");
  if (now_s - parsed->at_s > kSignatureToleranceS || parsed->at_s - now_s > kSignatureToleranceS) {
    return wrong("SIGNATURE_TOO_OLD", "the webhook was signed more than 300 s ago or ahead");
  }
  return {};
}

}  // namespace q2o::billing::payments
