#include "common/calendar/calendar.h"

#include <gtest/gtest.h>

namespace q2o::calendar {
namespace {

Day day(std::string_view iso) {
  return read_day(iso).value();
}

TEST(Calendar, ReadsAndWritesIsoDays) {
  EXPECT_EQ(to_text(day("2024-02-29")), "2024-02-29");
  for (const auto* bad : {"", "2023-02-29", "2024-13-01", "2024-1-01", "24-01-01", "2024/01/01", "Beginning Balance", "2024-01-01T",
                          "-024-01-01", "2024-+1-01", "2024-01- 1"})
    EXPECT_FALSE(read_day(bad)) << bad;
}

TEST(Calendar, KnowsTheEndsOfMonths) {
  EXPECT_EQ(to_text(month_first(day("2024-02-03"))), "2024-02-01");
  EXPECT_EQ(to_text(month_last(day("2024-02-03"))), "2024-02-29");
  EXPECT_EQ(to_text(month_last(day("2025-02-28"))), "2025-02-28");
}

TEST(Calendar, AFiscalYearMayBeginInAnyMonth) {
  EXPECT_EQ(to_text(fiscal_year_first(day("2026-05-03"), 1)), "2026-01-01");
  EXPECT_EQ(to_text(fiscal_year_first(day("2026-03-31"), 4)), "2025-04-01");
  EXPECT_EQ(to_text(fiscal_year_first(day("2026-04-01"), 4)), "2026-04-01");
}

TEST(Calendar, KnowsMonthsByNameAndNumber) {
  EXPECT_EQ(month_number("October"), 10u);
  EXPECT_EQ(month_number("4"), 4u);
  for (const auto* bad : {"Brumaire", "0", "13", "", "4th"}) EXPECT_EQ(month_number(bad), 0u) << bad;
}

TEST(Calendar, WritesMomentsInUtc) {
  const auto at = std::chrono::system_clock::time_point(day("2026-04-01")) + std::chrono::hours(12) + std::chrono::milliseconds(45);
  EXPECT_EQ(rfc3339(at), "2026-04-01T12:00:00Z");
  EXPECT_EQ(rfc3339_milliseconds(at), "2026-04-01T12:00:00.045Z");
}

}  // namespace
}  // namespace q2o::calendar
