#include "services/billing/payments/domain/volume.h"

#include <gtest/gtest.h>

namespace q2o::billing::payments {
namespace {

/// 2019 to 2026, 1,000 documents a year, and 500 customers without a date.
connector::v1::Assessment counted() {
  connector::v1::Assessment out;
  out.set_assessment_id("a");
  out.set_finished_at("2026-09-20T00:00:00Z");
  for (std::uint32_t year = 2019; year <= 2026; ++year) {
    auto& one = *out.add_years();
    one.set_year(year);
    one.set_records(1000);
  }
  out.set_records(8500);
  return out;
}
v1::Extent extent(std::uint32_t years, const std::string& first_day = {}) {
  v1::Extent out;
  out.set_years(years);
  out.set_first_day(first_day);
  return out;
}
constexpr const char* kToday = "2026-09-21";

TEST(Volume, IsWhatLiesWithinTheYearsAndWhatHasNoDate) {
  EXPECT_EQ(volume_of(counted(), extent(5, "2022-01-01"), kToday).records(), 5500u);
  EXPECT_EQ(volume_of(counted(), extent(5), kToday).records(), 5500u) << "the first day is not known yet";
  EXPECT_EQ(volume_of(counted(), extent(5, "2022-04-01"), kToday).records(), 5500u) << "the first year counts whole";
  EXPECT_EQ(volume_of(counted(), extent(30), kToday).records(), 8500u);
  const auto three = volume_of(counted(), extent(0, "2024-01-01"), kToday);
  EXPECT_EQ(three.years(), 3u);
  EXPECT_EQ(three.first_day(), "2024-01-01");
  EXPECT_EQ(three.counted_at(), "2026-09-20T00:00:00Z");
}

TEST(Volume, OfAllTheHistoryTellsItsYears) {
  const auto all = volume_of(counted(), {}, kToday);
  EXPECT_EQ(all.records(), 8500u);
  EXPECT_EQ(all.years(), 8u);
  EXPECT_EQ(volume_of({}, {}, kToday).years(), 1u) << "an empty company is a year's";
}

}  // namespace
}  // namespace q2o::billing::payments
