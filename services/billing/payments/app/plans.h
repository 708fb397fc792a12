#pragma once

#include <memory>

#include "services/billing/app/commands.h"
#include "services/billing/payments/app/ports.h"
#include "services/billing/payments/domain/pricing.h"

namespace q2o::billing::payments {

using Prices = std::function<std::shared_ptr<const Pricing>()>;

/// What a tenant's plan allows and includes. A tenant without a plan pays each migration, for as many years as he likes.
class Plans {
 public:
  Plans(TransactBoth transact, Prices prices, Clock now, Probe& probe)
      : transact_(std::move(transact)), prices_(std::move(prices)), now_(std::move(now)), probe_(probe) {}

  /// Error failed_precondition PLAN_YEARS when the plan in force covers fewer years. All of the history (0) is asked about when it is
  /// priced: then its years are known.
  Status allows(const std::string& tenant, std::uint32_t years);
  Status allows(PaymentStore& store, const std::string& tenant, std::uint32_t years);
  Result<v1::GetPlanResponse> get(const Caller& caller);
  /// PRICED → PAID; once per migration, as often in a period as the plan includes.
  Status use(const Caller& caller, const std::string& migration_id);
  /// Years that the migration's price goes by: of its extent, or of what was counted of all of its history; 0: not known.
  std::uint32_t years_priced(const v1::Migration& migration) const;

 private:
  /// The one with the most years that is in force; its plan may be read in `pricing`.
  std::optional<v1::Subscription> in_force(PaymentStore& store, const std::string& tenant, const Pricing& pricing);

  TransactBoth transact_;
  Prices prices_;
  Clock now_;
  Probe& probe_;
};

}  // namespace q2o::billing::payments
