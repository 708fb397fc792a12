#pragma once

#include "services/billing/payments/app/quotes.h"

namespace q2o::billing::payments {

/// Opens payment pages. Asked again it gives the page that is open; an answer that was lost is asked for with the same key.
class Cashier {
 public:
  /// Our plan -> the provider's price id.
  using PriceIds = std::map<std::string, std::string>;
  Cashier(TransactBoth transact, PaymentPages& pages, Quotes& quotes, Prices prices, PriceIds price_ids, Clock now, Seconds seconds,
          Probe& probe)
      : transact_(std::move(transact)),
        pages_(pages),
        quotes_(quotes),
        prices_(std::move(prices)),
        price_ids_(std::move(price_ids)),
        now_(std::move(now)),
        seconds_(std::move(seconds)),
        probe_(probe) {}

  Result<v1::Checkout> checkout(const Caller& caller, const v1::CheckoutRequest& request, std::chrono::milliseconds deadline);
  Result<v1::Checkout> subscribe(const Caller& caller, const v1::SubscribeRequest& request, std::chrono::milliseconds deadline);
  std::vector<v1::Payment> payments(const std::string& tenant, bool problems, const std::string& after, std::uint32_t most);

 private:
  /// The visit that an earlier call with the caller's key began.
  static std::optional<Result<v1::Checkout>> visit_before(const Caller& caller, Migrations& migrations, PaymentStore& store);
  /// The newest visit of the subject that is still open or of which nothing is known; else a new one.
  v1::Checkout begun(v1::Checkout wanted, PaymentStore& store) const;
  Result<v1::Checkout> opened(v1::Checkout checkout, NewSession session, std::chrono::milliseconds deadline);

  TransactBoth transact_;
  PaymentPages& pages_;
  Quotes& quotes_;
  Prices prices_;
  PriceIds price_ids_;
  Clock now_;
  Seconds seconds_;
  Probe& probe_;
};

}  // namespace q2o::billing::payments
