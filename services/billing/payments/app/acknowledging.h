#pragma once

#include "services/billing/payments/app/quotes.h"

namespace q2o::billing::payments {

/// Operators' word about money that fits no migration: they have seen it, and it may stay as it is. It moves no money and no migration.
class Acknowledging {
 public:
  Acknowledging(TransactBoth transact, Clock now) : transact_(std::move(transact)), now_(std::move(now)) {}
  /// The payment as it is then. Nobody else says it of the same problem once more.
  Result<v1::Payment> acknowledge(const Caller& caller, const v1::AcknowledgePaymentRequest& request);

 private:
  TransactBoth transact_;
  Clock now_;
};

/// As who is no operator sees it: that it was acknowledged and when, not by whom and why.
v1::Payment seen_by(const Caller& caller, v1::Payment payment);

}  // namespace q2o::billing::payments
