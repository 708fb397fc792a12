#include "services/validator/adapters/shorten.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/validator/adapters/render.h"

namespace q2o::validator {
namespace {

using ::testing::HasSubstr;

void fill(v1::Check& check, int lines, bool differ) {
  for (int i = 0; i < lines; ++i) {
    auto& line = *check.add_lines();
    line.set_subject("Invoice " + std::to_string(i));
    line.set_differs(differ);
  }
}

TEST(Shorten, LeavesAReportThatFitsAsItIs) {
  v1::Report report;
  fill(*report.add_checks(), 100, false);
  fill(*report.mutable_checks(0), 1, true);
  const auto before = report.SerializeAsString();
  shorten(report);
  EXPECT_EQ(report.SerializeAsString(), before);
}

TEST(Shorten, CutsTheLongSectionDifferencesFirstAndCountsTheRest) {
  v1::Report report;
  fill(*report.add_checks(), 3, false);
  auto& long_one = *report.add_checks();
  fill(long_one, 1'000, false);
  fill(long_one, 2, true);
  shorten(report, 10'000);
  EXPECT_EQ(report.checks(0).lines_size(), 3);
  const auto& lines = report.checks(1).lines();
  ASSERT_GT(lines.size(), 10);
  ASSERT_LT(lines.size(), 50);
  EXPECT_TRUE(lines[0].differs() && lines[1].differs());
  const auto rest = 1'002 - (lines.size() - 1);
  EXPECT_EQ(lines[lines.size() - 1].subject(),
            "and " + std::to_string(rest) + " more comparisons that are not listed here, of which 0 differ");
}

TEST(Shorten, ListsAreCountedToo) {
  v1::Report report;
  for (int i = 0; i < 500; ++i) report.add_rejects()->set_source_id(std::to_string(i));
  for (int i = 0; i < 500; ++i) report.add_losses()->set_source_id(std::to_string(i));
  shorten(report, 20'000);
  EXPECT_LT(report.rejects_size(), 100);
  EXPECT_THAT(report.rejects(report.rejects_size() - 1).message(), HasSubstr("more that are not listed here"));
  EXPECT_THAT(report.losses(report.losses_size() - 1).label(), HasSubstr("more that are not listed here"));
}

TEST(Shorten, SoAreChangesOfClosedBooksRepairsAndWhatWasNotCleared) {
  v1::Report report;
  auto& bank = *report.add_uncleared();
  for (int i = 0; i < 500; ++i) {
    report.add_closed_changes()->set_source_id(std::to_string(i));
    report.add_repairs()->set_source_id(std::to_string(i));
    report.add_settings()->set_before(std::to_string(i));
    bank.add_items()->set_source_id(std::to_string(i));
  }
  bank.set_amount("12.50");
  shorten(report, 40'000);
  for (const int size : {report.closed_changes_size(), report.repairs_size(), report.settings_size(), report.uncleared(0).items_size()}) {
    EXPECT_GT(size, 10);
    EXPECT_LT(size, 100);
  }
  EXPECT_THAT(report.closed_changes(report.closed_changes_size() - 1).number(), HasSubstr("more that are not listed here"));
  EXPECT_THAT(report.uncleared(0).items(report.uncleared(0).items_size() - 1).name(), HasSubstr("more that are not listed here"));
  EXPECT_EQ(report.uncleared(0).amount(), "12.50") << "the sum is of all of them";
}

TEST(Shorten, MoreDifferencesThanAMessageHoldsStillMakeOneMessage) {
  constexpr std::size_t kMessage = std::size_t{64} << 20;
  v1::Report report;
  fill(*report.add_checks(), 250'000, true);
  fill(*report.add_checks(), 150'000, true);
  shorten(report);
  EXPECT_LT(render_json(report).size(), kMessage);
  std::size_t csv = 0;
  for (const auto& file : render_csv(report)) csv += file.content.size();
  EXPECT_LT(csv, kMessage);
  EXPECT_GT(report.checks(0).lines_size(), 50'000);
}

}  // namespace
}  // namespace q2o::validator
