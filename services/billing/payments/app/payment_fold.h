#pragma once

#include "q2o/billing/v1/payments.pb.h"
#include "services/billing/payments/domain/stripe_event.h"

/// A payment is the sum of what events told of it, in whatever order and however often they came.
namespace q2o::billing::payments {

void merge(v1::Payment& payment, const SessionFact& fact);
void merge(v1::Payment& payment, const RefundFact& fact, std::int64_t created);
void merge(v1::Payment& payment, const ChargeFact& fact, std::int64_t created);
void merge(v1::Payment& payment, const DisputeFact& fact, std::int64_t created);

/// Smallest units given back.
std::int64_t refunded_minor(const v1::Payment& payment);
/// Of refunds that failed, without those that another, asked for later, has taken the place of.
std::int64_t missing_minor(const v1::Payment& payment);
/// All of it was on its way back at one time, whatever became of that.
bool was_taken_back(const v1::Payment& payment);

/// What people can be told of a payment's way back.
struct Standing {
  std::int64_t refunded = 0, failed = 0;  ///< smallest units: given back; of refunds that failed
  bool lost = false;                      ///< in a dispute
};
Standing standing_of(const v1::Payment& payment);

/// Sets state and the decimals from what was merged.
void refresh(v1::Payment& payment);
bool was_paid(const v1::Payment& payment);
/// Nothing of it is ours any more.
bool is_gone(const v1::Payment& payment);
/// It has a problem that no operator has acknowledged.
bool is_open(const v1::Payment& payment);

}  // namespace q2o::billing::payments
