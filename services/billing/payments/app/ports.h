#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "q2o/billing/v1/event.pb.h"
#include "q2o/billing/v1/payments.pb.h"
#include "q2o/billing/v1/pricing.pb.h"
#include "services/billing/app/ports.h"
#include "services/billing/payments/domain/stripe_event.h"

namespace q2o::billing::payments {

/// Quotes, checkouts, payments and plans of one database transaction. What is read for a change is locked until its end.
class PaymentStore {
 public:
  virtual ~PaymentStore() = default;
  /// Each put() inserts, or replaces what has the same id.
  virtual void put(const v1::Quote& quote) = 0;
  virtual std::optional<v1::Quote> quote(const std::string& tenant, const std::string& quote_id) = 0;
  /// Those in state OPEN that hold the migration.
  virtual std::vector<v1::Quote> open_quotes(const std::string& tenant, const std::string& migration_id) = 0;
  virtual std::vector<v1::Quote> quotes(const std::string& tenant, const std::string& after, std::uint32_t most) = 0;

  virtual void put(const v1::Checkout& checkout) = 0;
  virtual std::optional<v1::Checkout> checkout(const std::string& checkout_id) = 0;
  /// All for a quote, or for a plan ("plan/starter"), oldest first.
  virtual std::vector<v1::Checkout> checkouts(const std::string& tenant, const std::string& subject) = 0;

  virtual void put(const v1::Payment& payment) = 0;
  virtual std::optional<v1::Payment> payment(const std::string& payment_id) = 0;
  /// `tenant` empty: of all tenants.
  virtual std::vector<v1::Payment> payments(const std::string& tenant, bool problems, const std::string& after, std::uint32_t most) = 0;

  virtual void put(const v1::Subscription& subscription) = 0;
  virtual std::optional<v1::Subscription> subscription(const std::string& subscription_id) = 0;
  virtual std::vector<v1::Subscription> subscriptions(const std::string& tenant) = 0;
  /// One that this customer of the provider pays for.
  virtual std::optional<v1::Subscription> subscription_of(const std::string& customer_id) = 0;
  /// Migrations that a plan has paid for in the period that began then.
  virtual std::uint32_t plan_uses(const std::string& subscription_id, std::int64_t period_start) = 0;
  virtual void use_plan(const v1::Subscription& subscription, const std::string& migration_id) = 0;

  /// People are told, when this transaction is done. The same event twice is the same to who tells them.
  virtual void tell(const v1::PaymentEvent& event) = 0;
};

/// Runs `work` in one transaction over both modules; `work` may run again from the start.
using TransactBoth = std::function<void(const std::function<void(Migrations&, PaymentStore&)>& work)>;

/// The subject of a checkout.
inline std::string subject_of(const v1::Checkout& checkout) {
  return checkout.quote_id().empty() ? "plan/" + checkout.plan() : checkout.quote_id();
}

/// A payment page to be made. The same idempotency key with the same content gives the same page.
struct NewSession {
  struct Item {
    std::string name;
    std::int64_t minor = 0;
    std::string price_id;  ///< of a plan; then name and minor are the provider's
  };
  bool subscription = false;
  std::vector<Item> items;
  std::string currency, tenant, quote, checkout, success_url, cancel_url, idempotency_key;
};
struct Session {
  std::string id, url;
  std::int64_t expires_at = 0;  ///< unix seconds
};

/// The payment provider. Never called inside a database transaction. Thread-safe.
class PaymentPages {
 public:
  virtual ~PaymentPages() = default;
  virtual Result<Session> create(const NewSession& wanted, std::chrono::milliseconds deadline) = 0;
};

/// What happened, for metrics. Names of steps: "estimate", "analysis", "quote", "checkout", "paid"; outcomes as Applied.outcome.
/// Thread-safe.
class Probe {
 public:
  virtual ~Probe() = default;
  virtual void step(const std::string& name) = 0;
  virtual void payment(const std::string& outcome) = 0;
  virtual void amount(const std::string& kind, const std::string& currency, std::int64_t minor) = 0;
};

/// Wall clock of this module.
using Seconds = std::function<std::int64_t()>;  ///< unix

}  // namespace q2o::billing::payments
