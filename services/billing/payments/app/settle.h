#pragma once

#include "services/billing/app/commands.h"
#include "services/billing/payments/app/payment_fold.h"
#include "services/billing/payments/app/ports.h"

namespace q2o::billing::payments {

/// What an event led to: "confirmed", "processing", "ended", "refunded", "partly_refunded", "refund_failed", "disputed", "dispute_over",
/// "problem", "plan", or "nothing" (known already, or of no use here). One event may bring money and take it away again.
struct Applied {
  std::string outcome = "nothing";
  bool confirmed = false;  ///< migrations are PAID by it, though perhaps not any more
  std::string currency = {};
  std::int64_t paid_minor = 0, gone_minor = 0;  ///< what came in; what went out: given back, or lost in a dispute
};

/// Turns Stripe's events into payments and lifecycle steps: the rows about payment of the transition table. Events may come in any order,
/// late and twice. A payment that fits no migration is kept with its problem. People are told of what came and went (PaymentStore::tell).
/// Called within one transaction at a time.
class Settler {
 public:
  /// Stripe's price id -> our plan.
  using PlanMap = std::map<std::string, std::string>;
  /// `plan_name`: of our plan, for people.
  using PlanName = std::function<std::string(const std::string& plan)>;
  Settler(PlanMap plans, PlanName plan_name, Clock now)
      : plans_(std::move(plans)), plan_name_(std::move(plan_name)), now_(std::move(now)) {}
  Applied apply(const StripeEvent& event, Migrations& migrations, PaymentStore& store) const;
  const PlanMap& plans() const { return plans_; }

 private:
  Applied session(const SessionFact& fact, Migrations& migrations, PaymentStore& store) const;
  Applied subscription(const SubscriptionFact& fact, std::int64_t created, PaymentStore& store) const;
  /// Merges into the payment of the intent, and settles it when its session is known.
  template <class Fact>
  Applied about_payment(const Fact& fact, std::int64_t created, Migrations& migrations, PaymentStore& store) const;
  Applied ended(const v1::Checkout& checkout, const std::string& why, Migrations& migrations, PaymentStore& store) const;
  Applied settle(v1::Payment& payment, const Standing& before, Migrations& migrations, PaymentStore& store) const;
  /// The bank has the money, or had it.
  Applied paid(v1::Payment& payment, const Standing& before, Migrations& migrations, PaymentStore& store) const;
  /// Holds and releases.
  void dispute(v1::Payment& payment, Applied& out, Migrations& migrations, PaymentStore& store) const;
  void confirm(v1::Payment& payment, Migrations& migrations, PaymentStore& store) const;
  void revoke(v1::Payment& payment, Migrations& migrations, PaymentStore& store) const;
  void hold(v1::Payment& payment, Migrations& migrations) const;
  void release(v1::Payment& payment, Migrations& migrations) const;

  /// Tells of a payment whose tenant is known.
  void tell(PaymentStore& store, const v1::PaymentEvent& event) const;

  PlanMap plans_;
  PlanName plan_name_;
  Clock now_;
};

}  // namespace q2o::billing::payments
