#include "services/validator/domain/calendar.h"

#include <gtest/gtest.h>

namespace q2o::validator {
namespace {

TEST(Calendar, KnowsMonthEndsAndLeapYears) {
  EXPECT_EQ(month_end("2024-02-03"), "2024-02-29");
  EXPECT_EQ(month_end("2025-02-28"), "2025-02-28");
  EXPECT_EQ(day_before("2026-03-01"), "2026-02-28");
  EXPECT_EQ(day_before("2026-01-01"), "2025-12-31");
  EXPECT_EQ(month_ends("2025-11-23", "2026-01-01"), (std::vector<std::string>{"2025-11-30", "2025-12-31", "2026-01-31"}));
}

TEST(Calendar, AFiscalYearMayBeginInAnyMonth) {
  EXPECT_EQ(fiscal_year_start("2026-05-03", 1), "2026-01-01");
  EXPECT_EQ(fiscal_year_start("2026-03-31", 4), "2025-04-01");
  EXPECT_EQ(fiscal_year_start("2026-04-01", 4), "2026-04-01");
}

TEST(Calendar, CountsDaysOverMonthsAndRefusesNonsense) {
  EXPECT_EQ(days_between("2026-02-27", "2026-03-01"), 2);
  EXPECT_EQ(days_between("2026-03-01", "2026-02-27"), -2);
  EXPECT_THROW(day_before("soon"), std::invalid_argument);
}

}  // namespace
}  // namespace q2o::validator
