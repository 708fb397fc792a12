#include "sandbox/company/date.h"

namespace q2o::sandbox::date {
namespace {

TEST(Date, RefusesWhatIsNoDay) {
  EXPECT_TRUE(is_valid("2024-02-29"));
  for (const auto* text : {"2025-02-29", "2025-13-01", "2025-1-1", "yesterday", "", "2025-01-01T00:00"})
    EXPECT_FALSE(is_valid(text)) << text;
}

TEST(Date, CountsOverMonthsAndYears) {
  EXPECT_EQ(plus_days("2024-12-31", 1), "2025-01-01");
  EXPECT_EQ(plus_days("2025-03-01", -1), "2025-02-28");
  EXPECT_EQ(days_between("2024-02-28", "2024-03-01"), 2);
  EXPECT_EQ(month_end("2024-02-10"), "2024-02-29");
}

TEST(Date, KnowsTheFiscalYear) {
  EXPECT_EQ(fiscal_year_start("2025-03-31", 4), "2024-04-01");
  EXPECT_EQ(fiscal_year_end("2025-03-31", 4), "2025-03-31");
  EXPECT_EQ(fiscal_year_start("2025-04-01", 4), "2025-04-01");
  EXPECT_EQ(fiscal_year_end("2025-06-01", 1), "2025-12-31");
  EXPECT_EQ(month_number("October"), 10u);
}

}  // namespace
}  // namespace q2o::sandbox::date
