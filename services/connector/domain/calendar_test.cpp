#include "services/connector/domain/calendar.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace q2o::connector {
namespace {

Period period(const char* first, const char* last) {
  return {*parse_day(first), *parse_day(last)};
}

TEST(Calendar, SaysWhatIsNoDay) {
  EXPECT_EQ(parse_day("Beginning Balance").error().reason, "BAD_DATE");
}

TEST(Calendar, CutsASpanIntoWholeMonths) {
  const auto all = months(period("2025-11-23", "2026-02-01"));
  ASSERT_EQ(all.size(), 4u);
  EXPECT_EQ(all.front(), period("2025-11-01", "2025-11-30"));
  EXPECT_EQ(all.back(), period("2026-02-01", "2026-02-28"));
  EXPECT_EQ(period_name(all.back()), "2026-02");
}

TEST(Calendar, FiscalYearsBeginWhereTheCompanySays) {
  EXPECT_EQ(fiscal_year(*parse_day("2026-03-31"), 4), period("2025-04-01", "2026-03-31"));
  EXPECT_EQ(fiscal_year(*parse_day("2026-04-01"), 4), period("2026-04-01", "2027-03-31"));
  EXPECT_EQ(fiscal_years(period("2025-11-23", "2026-05-03"), 1).size(), 2u);
}

TEST(Calendar, HalvesCoverThePeriodWithoutGapOrOverlap) {
  for (const auto& whole : {period("2026-03-01", "2026-03-31"), period("2026-03-01", "2026-03-02"), period("2024-02-01", "2024-02-29")}) {
    const auto [left, right] = halves(whole);
    EXPECT_EQ(left.first, whole.first);
    EXPECT_EQ(right.last, whole.last);
    EXPECT_EQ(left.last + std::chrono::days{1}, right.first);
  }
  EXPECT_EQ(period_name(halves(period("2026-03-01", "2026-03-31")).first), "2026-03-01..2026-03-16");
}

}  // namespace
}  // namespace q2o::connector
