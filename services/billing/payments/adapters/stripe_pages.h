#pragma once

#include "common/config/config.h"
#include "common/http/http.h"
#include "services/billing/payments/app/ports.h"

namespace q2o::billing::payments {

struct StripeAccess {
  std::string url = "https://api.stripe.com";
  std::string api_version;
  config::Secret secret_key;  ///< empty: payments are switched off
};

/// Checkout Sessions of Stripe. Network errors, 409, 429 and 5xx are tried again with the same idempotency key within the deadline.
class StripePages final : public PaymentPages {
 public:
  StripePages(http::Client& client, StripeAccess access) : client_(client), access_(std::move(access)) {}
  Result<Session> create(const NewSession& wanted, std::chrono::milliseconds deadline) override;

 private:
  http::Client& client_;
  StripeAccess access_;
};

/// The request's body: application/x-www-form-urlencoded with Stripe's nested names.
std::string session_form(const NewSession& wanted);

}  // namespace q2o::billing::payments
