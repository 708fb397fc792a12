#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "common/decimal/decimal.h"
#include "common/result/result.h"

/// What a migration costs. Pure: the same configuration and the same order give the same price.
namespace q2o::billing::payments {

struct Tier {
  std::string id, name;
  Decimal base_price;
  std::uint32_t years_included = 1;
  std::uint64_t records_included = 0;
  std::optional<std::uint64_t> records_max;  ///< none: the last tier
  Decimal extra_thousand;                    ///< for each begun 1,000 records beyond those included
};

struct Platform {
  std::string id, name;
  Decimal multiplier;
  std::vector<std::uint64_t> records_by_years;  ///< of one year, of two, ...
  std::uint64_t records_each_further_year = 0;
  std::set<std::string, std::less<>> records_not_counted;  ///< the source's entities that cost nothing
};

struct Plan {
  std::string id, name;
  std::uint32_t years = 0;                ///< the most that a migration may ask for
  std::uint32_t migrations_included = 0;  ///< per paid period, without a payment of their own
};

/// config/pricing_config.json (described by its schema beside it).
struct Pricing {
  std::string version;  ///< SHA-256 of the file's bytes
  std::string currency;
  Decimal rounding_unit;
  std::uint32_t quote_days = 0, years_max = 0;
  Decimal rate_per_extra_year;
  Decimal credit_amount;
  std::uint64_t credit_records = 0;
  std::vector<Tier> tiers;  ///< ascending by records
  std::vector<Platform> platforms;
  std::vector<Plan> plans;

  const Platform* platform(const std::string& id) const;
  const Plan* plan(const std::string& id) const;
};

/// What is to be moved from one company.
struct Volume {
  std::string platform;
  std::uint32_t years = 0;
  std::optional<std::uint64_t> counted;  ///< records found in the source; none: estimated by platform and years
};

enum class LineKind { base, years, records, platform, credit, rounding };
struct PriceLine {
  LineKind kind = LineKind::base;
  std::string text;
  Decimal amount;  ///< exact; the lines add up to the total
};

struct Price {
  std::string tier, tier_name, platform_name;
  std::uint32_t years = 0;
  std::uint64_t records = 0;
  bool counted = false;  ///< else `records` is an estimate
  std::vector<PriceLine> lines;
  Decimal total;  ///< a multiple of the rounding unit
};

/// Error invalid_argument: unknown platform (the known ones are named), no years or too many.
Result<Price> price(const Pricing& pricing, const Volume& volume);

}  // namespace q2o::billing::payments
