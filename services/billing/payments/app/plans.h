#pragma once

#include <memory>

#include "services/billing/app/commands.h"
#include "services/billing/payments/app/ports.h"
#include "services/billing/payments/domain/pricing.h"

namespace q2o::billing::payments {

using Prices = std::function<std::shared_ptr<const Pricing>()>;

/// Years of history between two years, both included; an open end is this year. 0: the beginning is open.
std::uint32_t years_between(std::uint32_t first, std::uint32_t last, std::uint32_t this_year);

/// What a tenant's plan allows and includes. A tenant without a plan pays each migration, for as many years as he likes.
class Plans {
 public:
  Plans(TransactBoth transact, Prices prices, Clock now, Probe& probe)
      : transact_(std::move(transact)), prices_(std::move(prices)), now_(std::move(now)), probe_(probe) {}

  /// Error failed_precondition PLAN_YEARS when the plan in force covers fewer years. An open beginning (0) is asked about when it is
  /// priced.
  Status allows(const std::string& tenant, std::uint32_t first_year, std::uint32_t last_year);
  Status allows(PaymentStore& store, const std::string& tenant, std::uint32_t years);
  Result<v1::GetPlanResponse> get(const Caller& caller);
  /// PRICED → PAID; once per migration, as often in a period as the plan includes.
  Status use(const Caller& caller, const std::string& migration_id);

 private:
  /// The one with the most years that is in force; its plan may be read in `pricing`.
  std::optional<v1::Subscription> in_force(PaymentStore& store, const std::string& tenant, const Pricing& pricing);
  std::uint32_t this_year() const;

  TransactBoth transact_;
  Prices prices_;
  Clock now_;
  Probe& probe_;
};

}  // namespace q2o::billing::payments
