#pragma once

#include <map>
#include <string>

#include "services/billing/payments/domain/pricing.h"

namespace q2o::billing::payments {

/// STRIPE_PLAN_MAP: Stripe's price ids -> our plans, as JSON {"price_1": "starter"} or "price_1=starter,price_2=half".
/// Error invalid_argument PLAN_MAP: what cannot be read, and plans that `pricing` does not have.
Result<std::map<std::string, std::string>> parse_plan_map(const std::string& text, const Pricing& pricing);

}  // namespace q2o::billing::payments
