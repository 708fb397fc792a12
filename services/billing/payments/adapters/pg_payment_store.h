#pragma once

#include "common/pg/pg.h"
#include "services/billing/payments/app/ports.h"

namespace q2o::billing::payments {

/// The payments module's tables within one transaction.
class PgPaymentStore final : public PaymentStore {
 public:
  explicit PgPaymentStore(pg::Tx& tx) : tx_(tx) {}
  void put(const v1::Quote& quote) override;
  std::optional<v1::Quote> quote(const std::string& tenant, const std::string& quote_id) override;
  std::vector<v1::Quote> open_quotes(const std::string& tenant, const std::string& migration_id) override;
  std::vector<v1::Quote> quotes(const std::string& tenant, const std::string& after, std::uint32_t most) override;
  void put(const v1::Checkout& checkout) override;
  std::optional<v1::Checkout> checkout(const std::string& checkout_id) override;
  std::vector<v1::Checkout> checkouts(const std::string& tenant, const std::string& subject) override;
  void put(const v1::Payment& payment) override;
  std::optional<v1::Payment> payment(const std::string& payment_id) override;
  std::vector<v1::Payment> payments(const std::string& tenant, bool problems, const std::string& after, std::uint32_t most) override;
  void put(const v1::Subscription& subscription) override;
  std::optional<v1::Subscription> subscription(const std::string& subscription_id) override;
  std::vector<v1::Subscription> subscriptions(const std::string& tenant) override;
  std::optional<v1::Subscription> subscription_of(const std::string& customer_id) override;
  std::uint32_t plan_uses(const std::string& subscription_id, std::int64_t period_start) override;
  void use_plan(const v1::Subscription& subscription, const std::string& migration_id) override;
  void tell(const v1::PaymentEvent& event) override;

 private:
  pg::Tx& tx_;
};

}  // namespace q2o::billing::payments
