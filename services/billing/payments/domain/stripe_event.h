#pragma once

#include <cstdint>
#include <string>
#include <variant>

#include "common/result/result.h"

/// What Stripe's events tell, read from their JSON. Pure. Amounts are in the currency's smallest unit, currencies in capitals.
namespace q2o::billing::payments {

struct SessionFact {
  enum class Kind { completed, async_succeeded, async_failed, expired };
  Kind kind = Kind::completed;
  std::string session, intent, mode, payment_status, currency;
  std::string tenant, checkout;  ///< our metadata; empty when the session is none of ours
  std::int64_t total = 0, subtotal = 0, tax = 0;
};
/// `intent` here and below: the payment's id, or the charge's where there is no payment intent.
struct RefundFact {
  std::string intent, refund, status;
  std::int64_t amount = 0;
  std::string currency = {};
  std::int64_t created = 0;  ///< when it was asked for, unix seconds
};
/// A charge with all that was given back of it so far.
struct ChargeFact {
  std::string intent;
  std::int64_t refunded = 0, amount = 0;
  std::string currency = {}, customer = {};
};
struct DisputeFact {
  std::string intent, dispute, status;
  bool closed = false;
  std::string currency = {};
};
struct SubscriptionFact {
  std::string subscription, tenant, price, status;
  std::int64_t period_start = 0, period_end = 0;
  std::string customer = {};
};

struct StripeEvent {
  std::string id, type;
  std::int64_t created = 0;  ///< unix seconds
  bool live = false;
  /// monostate: an event that billing has no use for.
  std::variant<std::monostate, SessionFact, RefundFact, ChargeFact, DisputeFact, SubscriptionFact> fact;
};

/// Error invalid_argument EVENT_UNREADABLE: no JSON, no event, or a needed member is missing.
Result<StripeEvent> read_event(std::string body);

}  // namespace q2o::billing::payments
