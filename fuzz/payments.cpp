#include "common/crypto/hmac.h"
#include "fuzz/targets.h"
#include "services/billing/payments/app/payment_fold.h"
#include "services/billing/payments/domain/pricing.h"
#include "services/billing/payments/domain/pricing_config.h"
#include "services/billing/payments/domain/webhook_signature.h"

/// What Stripe sends (anybody may send it to that address), and the file with the prices.
namespace q2o::fuzz {
namespace {

using namespace billing::payments;

/// Every fact that a payment is folded from keeps its decimals readable.
void fold(const StripeEvent& event) {
  billing::v1::Payment payment;
  payment.set_currency("USD");
  if (const auto* session = std::get_if<SessionFact>(&event.fact)) merge(payment, *session);
  if (const auto* refund = std::get_if<RefundFact>(&event.fact)) merge(payment, *refund, event.created);
  if (const auto* charge = std::get_if<ChargeFact>(&event.fact)) merge(payment, *charge, event.created);
  if (const auto* dispute = std::get_if<DisputeFact>(&event.fact)) merge(payment, *dispute, event.created);
  refresh(payment);
  if (!payment.total().empty()) expect(Decimal::parse(payment.total()).has_value(), "a total is a decimal");
  expect(payment.session_id().empty() || !is_gone(payment) || was_paid(payment),
         "only what was paid at a page of ours can be given back there");
}

}  // namespace

void webhook(std::string_view bytes) {
  const auto event = read_event(std::string(bytes));
  if (!event) return expect(event.error().reason == "EVENT_UNREADABLE", "a refusal names its reason");
  expect(!event->id.empty() && !event->type.empty(), "an event has an id and a type");
  fold(*event);
}

/// The first line is the header, the rest the body.
void webhook_signature(std::string_view bytes) {
  static const config::Secret kSecret("whsec_fuzz");
  constexpr std::int64_t kNow = 1'790'000'000;
  const auto end = bytes.find('\n');
  const auto header = bytes.substr(0, end);
  const auto body = end == std::string_view::npos ? std::string_view() : bytes.substr(end + 1);
  const auto right = crypto::hmac_sha256_hex(kSecret, std::to_string(kNow) + "." + std::string(body));
  expect(verify_signature("t=" + std::to_string(kNow) + ",v1=" + right, body, {kSecret}, kNow).has_value(), "the right one passes");
  if (verify_signature(header, body, {kSecret}, kNow)) expect(header.find("v1=") != std::string_view::npos, "only v1 is believed");
  expect(!verify_signature(header, body, {}, kNow), "without a secret nothing passes");
}

void prices(std::string_view bytes) {
  const auto pricing = parse_pricing(std::string(bytes));
  if (!pricing) return expect(!pricing.error().message.empty(), "complaints say what is wrong");
  for (const auto& platform : pricing->platforms) {
    for (const std::uint32_t years : {1u, 2u, pricing->years_max}) {
      for (const auto& counted : {std::optional<std::uint64_t>(), std::optional<std::uint64_t>(0), std::optional<std::uint64_t>(123'456)}) {
        const auto one = price(*pricing, {platform.id, years, counted});
        if (!one) continue;
        Decimal sum;
        for (const auto& line : one->lines) sum += line.amount;
        expect(sum == one->total, "the lines add up");
        expect(one->total.sign() >= 0, "nobody is paid for moving");
      }
    }
  }
}

}  // namespace q2o::fuzz
