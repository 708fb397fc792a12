#pragma once

#include "common/config/config.h"
#include "services/billing/payments/app/plans.h"

namespace q2o::billing::payments {

/// Prices and quotes. Every refusal says what to do.
class Quotes {
 public:
  /// `key` signs quotes.
  Quotes(TransactBoth transact, Prices prices, Plans& plans, config::Secret key, Clock now, Seconds seconds, Probe& probe)
      : transact_(std::move(transact)),
        prices_(std::move(prices)),
        plans_(plans),
        key_(std::move(key)),
        now_(std::move(now)),
        seconds_(std::move(seconds)),
        probe_(probe) {}

  Result<v1::EstimateResponse> estimate(const v1::EstimateRequest& request);
  Result<v1::Quote> request(const Caller& caller, const v1::RequestQuoteRequest& request);
  /// A new quote for the migration's order, after something of it is known better; alone where it has no open order.
  Result<v1::Quote> request_again(const Caller& caller, const std::string& migration_id);
  /// What the migration costs as it is, by what was counted and by estimate. Error YEARS_MISSING as request().
  struct Both {
    v1::Price price, estimate;
  };
  Result<Both> compare(const v1::Migration& migration, std::uint32_t years, std::uint64_t records) const;
  Result<v1::Quote> get(const Caller& caller, const std::string& quote_id);
  std::vector<v1::Quote> list(const Caller& caller, const std::string& after, std::uint32_t most);
  Result<v1::EditScopeResponse> edit_scope(const Caller& caller, const v1::EditScopeRequest& request);

  /// Open, in time and as it was signed; else what is wrong with it.
  Status payable(const v1::Quote& quote) const;

 private:
  Result<v1::Quote> quoted(const Caller& caller, const v1::RequestQuoteRequest& request, Migrations& migrations, PaymentStore& store);
  Result<Price> priced(const Caller& caller, const v1::RequestQuoteRequest::Company& company, Aggregate& migration, PaymentStore& store,
                       const Pricing& pricing);
  /// Voids what is open for the migration; the other migrations of such an order are DRAFT again, but those in `keep`.
  void void_quotes(const Caller& caller, const std::string& migration_id, const std::vector<std::string>& keep, const std::string& why,
                   Migrations& migrations, PaymentStore& store);
  Result<v1::Quote> kept(const Caller& caller, const std::string& quote_id, PaymentStore& store) const;
  std::string sign(const v1::Quote& quote) const;
  /// As it is shown: what is too old is EXPIRED.
  v1::Quote seen(v1::Quote quote) const;

  TransactBoth transact_;
  Prices prices_;
  Plans& plans_;
  config::Secret key_;
  Clock now_;
  Seconds seconds_;
  Probe& probe_;
};

}  // namespace q2o::billing::payments
