#include "services/billing/payments/domain/volume.h"

#include <gtest/gtest.h>

namespace q2o::billing::payments {
namespace {

/// 2019 to 2026, 1,000 documents a year, 500 customers without a date, and rates that cost nothing.
connector::v1::Assessment counted() {
  connector::v1::Assessment out;
  out.set_assessment_id("a");
  out.set_finished_at("2026-09-20T00:00:00Z");
  auto& invoices = *out.add_entities();
  invoices.set_entity("Invoice");
  invoices.set_records(8000);
  for (std::uint32_t year = 2019; year <= 2026; ++year) {
    auto& one = *invoices.add_years();
    one.set_year(year);
    one.set_records(1000);
  }
  auto& customers = *out.add_entities();
  customers.set_entity("Customer");
  customers.set_records(500);
  auto& rates = *out.add_entities();
  rates.set_entity("ExchangeRate");
  rates.set_records(70'000);
  out.set_records(78'500);
  return out;
}
v1::CountedVolume volume(const connector::v1::Assessment& assessment, const v1::Extent& extent, const std::string& today) {
  return within(volume_of(assessment, {"ExchangeRate"}), extent, today);
}
v1::Extent extent(std::uint32_t years, const std::string& first_day = {}) {
  v1::Extent out;
  out.set_years(years);
  out.set_first_day(first_day);
  return out;
}
constexpr const char* kToday = "2026-09-21";

TEST(Volume, IsWhatLiesWithinTheYearsAndWhatHasNoDate) {
  EXPECT_EQ(volume(counted(), extent(5, "2022-01-01"), kToday).records(), 5500u);
  EXPECT_EQ(volume(counted(), extent(5), kToday).records(), 5500u) << "the first day is not known yet";
  EXPECT_EQ(volume(counted(), extent(5, "2022-04-01"), kToday).records(), 5500u) << "the first year counts whole";
  EXPECT_EQ(volume(counted(), extent(30), kToday).records(), 8500u);
  const auto three = volume(counted(), extent(0, "2024-01-01"), kToday);
  EXPECT_EQ(three.years(), 3u);
  EXPECT_EQ(three.first_day(), "2024-01-01");
  EXPECT_EQ(three.counted_at(), "2026-09-20T00:00:00Z");
}

TEST(Volume, OfAllTheHistoryTellsItsYears) {
  const auto all = volume(counted(), {}, kToday);
  EXPECT_EQ(all.records(), 8500u);
  EXPECT_EQ(all.years(), 8u);
  EXPECT_EQ(volume({}, {}, kToday).years(), 1u) << "an empty company is a year's";
}

TEST(Volume, WhatCountsIsData) {
  EXPECT_EQ(within(volume_of(counted(), {}), {}, kToday).records(), 78'500u);
  EXPECT_EQ(within(volume_of(counted(), {"Invoice", "ExchangeRate"}), {}, kToday).records(), 500u);
}

TEST(Volume, OfOneExtentTellsThatOfEveryOther) {
  const auto first = volume(counted(), extent(2), kToday);
  EXPECT_EQ(first.records(), 2500u);
  EXPECT_EQ(within(first, extent(5), kToday).records(), 5500u);
  EXPECT_EQ(within(first, {}, kToday).years(), 8u);
}

}  // namespace
}  // namespace q2o::billing::payments
