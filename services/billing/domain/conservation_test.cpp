#include "services/billing/domain/conservation.h"

#include <gtest/gtest.h>

namespace q2o::billing {
namespace {

StageCounts sound() {
  return {10, StageCounts::Mapped{7, 1, 1, 1}, StageCounts::Loaded{5, 1, 1}};
}

TEST(Conservation, HoldsWhenEveryRecordHasAFate) {
  EXPECT_EQ(conservation({{"Invoice", sound()}}).verdict, Conservation::holds);
}

TEST(Conservation, ALostRecordBreaksItAndIsNamedByEntity) {
  auto lost_by_mapper = sound();
  lost_by_mapper.mapped->merged = 0;
  auto lost_by_loader = sound();
  lost_by_loader.loaded->parked = 0;
  for (const auto& counts : {lost_by_mapper, lost_by_loader}) {
    const auto result = conservation({{"Bill", sound()}, {"Invoice", counts}});
    EXPECT_EQ(result.verdict, Conservation::broken);
    ASSERT_EQ(result.notes.size(), 1u);
    EXPECT_EQ(result.notes[0].rfind("Invoice", 0), 0u);
  }
}

TEST(Conservation, WaitsForStagesThatHaveNotTold) {
  auto counts = sound();
  counts.mapped.reset();
  EXPECT_EQ(conservation({{"Invoice", counts}}).verdict, Conservation::unknown);
  counts = sound();
  counts.extracted.reset();
  EXPECT_EQ(conservation({{"Invoice", counts}}).verdict, Conservation::unknown);
}

TEST(Conservation, AnEntityWithoutRecordsNeedsNoFurtherWord) {
  EXPECT_EQ(conservation({{"Transfer", {0, {}, {}}}}).verdict, Conservation::holds);
  EXPECT_EQ(conservation({{"Budget", {2, StageCounts::Mapped{0, 0, 0, 2}, {}}}}).verdict, Conservation::holds);
}

TEST(Conservation, BrokenOutweighsUnknown) {
  auto broken = sound();
  broken.mapped->merged = 0;
  auto unknown = sound();
  unknown.mapped.reset();
  EXPECT_EQ(conservation({{"A", broken}, {"B", unknown}}).verdict, Conservation::broken);
}

}  // namespace
}  // namespace q2o::billing
