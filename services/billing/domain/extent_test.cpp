#include "services/billing/domain/extent.h"

#include <gtest/gtest.h>

namespace q2o::billing {
namespace {

v1::Extent wish(const char* first_day, std::uint32_t years = 0, v1::Depth depth = v1::DEPTH_UNSPECIFIED) {
  v1::Extent out;
  out.set_first_day(first_day);
  out.set_years(years);
  out.set_depth(depth);
  return out;
}
constexpr const char* kToday = "2026-05-20";

TEST(Extent, IsAllOfTheHistoryUnlessADayIsSaid) {
  EXPECT_EQ(complete(wish(""), 4, kToday)->first_day(), "");
  EXPECT_EQ(complete(wish("", 0, v1::DEPTH_FULL), 4, kToday)->first_day(), "");
}

TEST(Extent, CountsFiscalYearsBackFromThePresentOne) {
  EXPECT_EQ(complete(wish("", 1), 4, kToday)->first_day(), "2026-04-01");
  EXPECT_EQ(complete(wish("", 3), 4, kToday)->first_day(), "2024-04-01");
  EXPECT_EQ(complete(wish("", 2), 7, kToday)->first_day(), "2024-07-01");
  EXPECT_EQ(complete(wish("", 2), 1, kToday)->depth(), v1::DEPTH_OPEN);
}

TEST(Extent, RefusesWhatContradictsItselfAndSaysWhatToDo) {
  const auto reason = [](const v1::Extent& wanted, unsigned month = 1) {
    const auto result = complete(wanted, month, kToday);
    if (result) return std::string("taken");
    EXPECT_FALSE(result.error().hint.empty());
    return result.error().reason;
  };
  EXPECT_EQ(reason(wish("2026-01-01", 2)), "EXTENT_CONTRADICTION");
  EXPECT_EQ(reason(wish("2026-01-01", 0, v1::DEPTH_FULL)), "EXTENT_CONTRADICTION");
  EXPECT_EQ(reason(wish("", 0, v1::DEPTH_ARCHIVE)), "EXTENT_WITHOUT_DAY");
  EXPECT_EQ(reason(wish("2026-02-30")), "NOT_A_DATE");
  EXPECT_EQ(reason(wish("2026-05-22")), "FIRST_DAY_IN_FUTURE");
  EXPECT_EQ(reason(wish("2026-05-21")), "taken") << "a cut-over at the end of today";
  EXPECT_EQ(reason(wish("", 101)), "TOO_MANY_YEARS");
}

TEST(Extent, OfYearsWaitsForItsDayUntilTheFiscalYearIsKnown) {
  const auto waits = *complete(wish("", 3), 0, kToday);
  EXPECT_TRUE(waits_for_day(waits));
  EXPECT_FALSE(is_all(waits));
  EXPECT_EQ(waits.depth(), v1::DEPTH_OPEN);
  EXPECT_EQ(complete(waits, 4, kToday)->first_day(), "2024-04-01") << "from the day of the choice";
  EXPECT_EQ(in_words(waits), "full history of 3 fiscal years, before it opening balances and open items");
}

TEST(Extent, TellsTheYearsThatAPriceGoesBy) {
  EXPECT_EQ(years_of(wish(""), kToday), 0u) << "all of them";
  EXPECT_EQ(years_of(wish("", 5), kToday), 5u);
  EXPECT_EQ(years_of(*complete(wish("", 5), 4, kToday), "2028-01-01"), 5u) << "what was chosen, whenever it is asked";
  EXPECT_EQ(years_of(wish("2024-04-01"), kToday), 3u);
  EXPECT_EQ(years_of(wish("2024-05-20"), kToday), 3u);
  EXPECT_EQ(years_of(wish("2024-05-21"), kToday), 2u);
  EXPECT_EQ(years_of(wish("2026-05-21"), kToday), 1u) << "a cut-over tomorrow";
}

TEST(Extent, IsTheSameOnlyWhereItBeginsOnTheSameDay) {
  const auto open = [](const char* day) { return wish(day, 0, v1::DEPTH_OPEN); };
  EXPECT_TRUE(same(*complete(wish("", 2), 1, kToday), *complete(wish("", 2), 1, "2026-12-31")));
  EXPECT_FALSE(same(*complete(wish("", 2), 1, kToday), *complete(wish("", 2), 1, "2027-05-20"))) << "another fiscal year has begun";
  EXPECT_FALSE(same(*complete(wish("", 2), 1, kToday), *complete(wish("", 3), 1, kToday)));
  EXPECT_TRUE(same(*complete(wish("", 2), 1, kToday), open("2025-01-01")));
  EXPECT_FALSE(same(open("2025-01-01"), wish("2025-01-01", 0, v1::DEPTH_ARCHIVE)));
  EXPECT_FALSE(same(v1::Extent{}, open("2025-01-01")));
  EXPECT_TRUE(same(*complete(wish("", 2), 0, kToday), *complete(wish("", 2), 1, kToday))) << "not known yet: by the number";
}

}  // namespace
}  // namespace q2o::billing
