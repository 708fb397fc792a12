#include "cli/ids.h"

#include <gtest/gtest.h>

namespace q2o::cli {
namespace {

constexpr std::string_view kOne = "01a226a2-30a4-7bdc-94da-d38aaa1d71d9";
constexpr std::string_view kMadeAMomentLater = "01a226a2-37c1-7d02-8c11-5b1c9d20e4f7";

TEST(Ids, TheShortFormTellsApartWhatWasMadeInTheSameMinute) {
  EXPECT_EQ(short_id(kOne), "aa1d71d9");
  EXPECT_TRUE(is_meant(kOne, short_id(kOne)));
  EXPECT_FALSE(is_meant(kMadeAMomentLater, short_id(kOne)));
  EXPECT_EQ(short_id("abc"), "abc");
}

TEST(Ids, WholeBeginningOrEndIsEnough) {
  EXPECT_TRUE(is_meant(kOne, kOne));
  EXPECT_TRUE(is_meant(kOne, "01a226a2-30a4"));
  EXPECT_TRUE(is_meant(kMadeAMomentLater, "01a226a2")) << "ambiguous: the caller counts";
  EXPECT_FALSE(is_meant(kOne, "30a4"));
}

}  // namespace
}  // namespace q2o::cli
