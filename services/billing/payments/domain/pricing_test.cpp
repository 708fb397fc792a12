#include "services/billing/payments/domain/pricing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/billing/payments/domain/words.h"
#include "services/billing/payments/tests/shipped.h"

namespace q2o::billing::payments {
namespace {

Price priced(const Volume& volume) {
  const auto out = price(shipped_pricing(), volume);
  EXPECT_TRUE(out) << out.error().message;
  return out.value_or(Price());
}

const PriceLine* line(const Price& price, LineKind kind) {
  for (const auto& each : price.lines)
    if (each.kind == kind) return &each;
  return nullptr;
}

TEST(Pricing, FiveYearsOfQuickBooksOnlineCost2099) {
  const auto price = priced({"quickbooks_online", 5, {}});
  EXPECT_EQ(price.tier_name, "Professional");
  EXPECT_EQ(price.records, 50'000u);
  EXPECT_FALSE(price.counted);
  EXPECT_EQ(line(price, LineKind::base)->amount, Decimal(1499));
  EXPECT_EQ(line(price, LineKind::years)->amount, Decimal::of("599.60"));
  EXPECT_EQ(line(price, LineKind::years)->text, "4 extra years, 10 % of the base price each");
  EXPECT_EQ(line(price, LineKind::platform)->amount, Decimal(0));
  EXPECT_EQ(line(price, LineKind::platform)->text, "QuickBooks Online: ×1.0");
  EXPECT_EQ(price.total, Decimal(2099));
}

TEST(Pricing, FewerCountedRecordsGiveACreditAfterYearsAndPlatform) {
  const auto price = priced({"quickbooks_online", 5, 28'543});
  EXPECT_EQ(price.tier_name, "Professional");
  EXPECT_TRUE(price.counted);
  EXPECT_EQ(line(price, LineKind::credit)->amount, Decimal(-200));
  EXPECT_EQ(price.total, Decimal(1899));
}

TEST(Pricing, TheLinesAddUpToTheTotal) {
  for (const auto* platform : {"quickbooks_online", "quickbooks_desktop", "sage", "wave"}) {
    for (std::uint32_t years = 1; years <= 12; ++years) {
      for (const std::uint64_t counted : {0u, 1u, 9'999u, 10'001u, 28'543u, 75'000u, 75'001u, 400'000u}) {
        const auto price = priced({platform, years, counted});
        Decimal sum;
        for (const auto& each : price.lines) sum += each.amount;
        EXPECT_EQ(sum, price.total) << platform << years << counted;
        EXPECT_EQ(price.total, price.total.rounded(0, Rounding::down));
        EXPECT_GT(price.total, Decimal(0));
      }
    }
  }
}

TEST(Pricing, MoreYearsNeverCostLess) {
  for (std::uint32_t years = 1; years < 20; ++years) {
    EXPECT_LE(priced({"quickbooks_online", years, {}}).total, priced({"quickbooks_online", years + 1, {}}).total) << years;
  }
}

TEST(Pricing, EachBegunThousandBeyondTheTierIsPaid) {
  EXPECT_FALSE(line(priced({"quickbooks_online", 1, 50'000}), LineKind::records));
  EXPECT_EQ(line(priced({"quickbooks_online", 1, 50'001}), LineKind::records)->amount, Decimal(30));
  EXPECT_EQ(line(priced({"quickbooks_online", 1, 52'000}), LineKind::records)->amount, Decimal(60));
  EXPECT_EQ(priced({"quickbooks_online", 1, 75'001}).tier_name, "Enterprise");
}

TEST(Pricing, YearsBeyondTheTableGrowByTheFurtherYear) {
  EXPECT_EQ(priced({"quickbooks_online", 7, {}}).records, 70'000u);
}

TEST(Pricing, WhatCannotBePricedSaysWhatCan) {
  const auto unknown = price(shipped_pricing(), {"xero", 5, {}});
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().reason, "PLATFORM_UNKNOWN");
  EXPECT_THAT(unknown.error().hint, testing::HasSubstr("quickbooks_online"));
  EXPECT_EQ(price(shipped_pricing(), {"wave", 0, {}}).error().reason, "YEARS_OUT_OF_RANGE");
  EXPECT_EQ(price(shipped_pricing(), {"wave", 31, {}}).error().reason, "YEARS_OUT_OF_RANGE");
}

TEST(Words, AmountsAreWrittenAndCountedAsPeopleAndProvidersDo) {
  EXPECT_EQ(amount_text(Decimal::of("1234567.5")), "1,234,567.50");
  EXPECT_EQ(amount_text(Decimal(-200)), "-200");
  EXPECT_EQ(grouped(999), "999");
  EXPECT_EQ(percent(Decimal::of("0.125")), "12.5 %");
  EXPECT_EQ(minor_units(Decimal(2099), "USD"), 209'900);
  EXPECT_EQ(minor_units(Decimal::of("2099.00"), "JPY"), 2'099);
  EXPECT_EQ(minor_units(Decimal::of("1.5"), "KWD"), 1'500);
  EXPECT_THROW(static_cast<void>(minor_units(Decimal::of("0.001"), "USD")), std::logic_error);
  EXPECT_EQ(from_minor_units(189'900, "USD"), Decimal(1899));
}

}  // namespace
}  // namespace q2o::billing::payments
