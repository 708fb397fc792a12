#include "services/billing/payments/domain/pricing.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "services/billing/payments/domain/words.h"

namespace q2o::billing::payments {
namespace {

Decimal whole(std::uint64_t number) {
  return Decimal(static_cast<std::int64_t>(number));
}

std::uint64_t estimate(const Platform& platform, std::uint32_t years) {
  const auto& table = platform.records_by_years;
  if (years <= table.size()) return table[years - 1];
  return table.back() + (years - table.size()) * platform.records_each_further_year;
}

const Tier& tier_for(const Pricing& pricing, std::uint64_t records) {
  const auto fits = [&](const Tier& tier) { return !tier.records_max || records <= *tier.records_max; };
  return *std::ranges::find_if(pricing.tiers, fits);  // the last one always fits
}

Decimal rounded_to(const Decimal& amount, const Decimal& unit) {
  return Decimal::divide(amount, unit, 0, Rounding::half_up) * unit;
}

/// Adds lines and their sum.
class Bill {
 public:
  explicit Bill(Price& price) : price_(price) {}
  void add(LineKind kind, const Decimal& amount, std::string text) {
    price_.lines.push_back({kind, std::move(text), amount});
    price_.total += amount;
  }
  const Decimal& sum() const { return price_.total; }

 private:
  Price& price_;
};

}  // namespace

const Platform* Pricing::platform(const std::string& id) const {
  const auto found = std::ranges::find(platforms, id, &Platform::id);
  return found == platforms.end() ? nullptr : &*found;
}

const Plan* Pricing::plan(const std::string& id) const {
  const auto found = std::ranges::find(plans, id, &Plan::id);
  return found == plans.end() ? nullptr : &*found;
}

Result<Price> price(const Pricing& pricing, const Volume& volume) {
  const auto* platform = pricing.platform(volume.platform);
  if (platform == nullptr) {
    std::vector<std::string> known;
    for (const auto& each : pricing.platforms) known.push_back(each.id);
    return fail(Code::invalid_argument, fmt::format("there is no price for the platform '{}'", volume.platform), "PLATFORM_UNKNOWN",
                fmt::format("Give one of {}.", fmt::join(known, ", ")));
  }
  if (volume.years == 0 || volume.years > pricing.years_max) {
    return fail(Code::invalid_argument, fmt::format("{} years cannot be priced", volume.years), "YEARS_OUT_OF_RANGE",
                fmt::format("Say how many years are to be moved: 1 to {}.", pricing.years_max));
  }
  Price out;
  out.years = volume.years;
  out.counted = volume.counted.has_value();
  out.records = volume.counted.value_or(estimate(*platform, volume.years));
  const auto& tier = tier_for(pricing, out.records);
  out.tier = tier.id;
  out.tier_name = tier.name;
  out.platform_name = platform->name;
  Bill bill(out);
  bill.add(LineKind::base, tier.base_price,
           fmt::format("{}: {} and {} included", tier.name, counted(tier.records_included, "record", "records"),
                       counted(tier.years_included, "year", "years")));
  if (volume.years > tier.years_included) {
    const auto extra = volume.years - tier.years_included;
    bill.add(
        LineKind::years, tier.base_price * pricing.rate_per_extra_year * whole(extra),
        fmt::format("{}, {} of the base price each", counted(extra, "extra year", "extra years"), percent(pricing.rate_per_extra_year)));
  }
  if (out.records > tier.records_included) {
    const auto thousands = (out.records - tier.records_included + 999) / 1000;
    bill.add(LineKind::records, tier.extra_thousand * whole(thousands),
             fmt::format("{} beyond {}, {} for each 1,000", counted(out.records - tier.records_included, "record", "records"),
                         grouped(tier.records_included), amount_text(tier.extra_thousand)));
  }
  bill.add(LineKind::platform, bill.sum() * (platform->multiplier - Decimal(1)),
           fmt::format("{}: \u00d7{}", platform->name, platform->multiplier.to_string()));
  if (out.counted && out.records < tier.records_included) {
    const auto steps = (tier.records_included - out.records) / pricing.credit_records;
    if (steps > 0) {
      bill.add(LineKind::credit, -(pricing.credit_amount * whole(steps)),
               fmt::format("{} counted instead of {}: {} off for each full {}", grouped(out.records), grouped(tier.records_included),
                           amount_text(pricing.credit_amount), grouped(pricing.credit_records)));
    }
  }
  const auto total = rounded_to(bill.sum(), pricing.rounding_unit);
  if (total != bill.sum()) {
    bill.add(LineKind::rounding, total - bill.sum(),
             fmt::format("rounded to whole {} {}", amount_text(pricing.rounding_unit), pricing.currency));
  }
  out.total = total;
  return out;
}

}  // namespace q2o::billing::payments
