#pragma once

#include "services/billing/payments/domain/pricing.h"

namespace q2o::billing::payments {

/// Reads a pricing configuration. Error invalid_argument (reason PRICING_CONFIG) names everything that is wrong, one line each
/// with its place ("tiers[2].base_price: a number is missing"); unknown members are wrong too.
Result<Pricing> parse_pricing(std::string text);

}  // namespace q2o::billing::payments
