#include "accounting/report_tree.h"

#include <gtest/gtest.h>

namespace q2o::accounting {
namespace {

std::string report_with(std::string_view rows) {
  return R"({"Header":{"ReportName":"GeneralLedger","StartPeriod":"2026-01-01","EndPeriod":"2026-01-31","Currency":"USD",
    "Option":[{"Name":"NoReportData","Value":"false"}]},
    "Columns":{"Column":[{"ColTitle":"Date","ColType":"Date","MetaData":[{"Name":"ColKey","Value":"tx_date"}]},
                         {"ColTitle":"Betrag","ColType":"subt_nat_amount"},{"ColTitle":"Total","ColType":"Money"}]},
    "Rows":)" +
         std::string(rows) + "}";
}

TEST(ReportTree, KeysColumnsByColKeyOrByAnOldStyleColType) {
  const auto report = read_report(report_with("{}"));
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->column("tx_date"), 0u);
  EXPECT_EQ(report->column("subt_nat_amount"), 1u);
  EXPECT_EQ(report->columns[2].key, "") << "Money is a type, not a key";
}

TEST(ReportTree, KeepsTheSectionAndGroupOfEveryRow) {
  const auto report = read_report(report_with(
      R"({"Row":[{"Header":{"ColData":[{"value":"Income"}]},"type":"Section","group":"Income","Rows":{"Row":[
            {"Header":{"ColData":[{"value":"Labor","id":"51"}]},"Rows":{"Row":[{"ColData":[{"value":"Installation","id":"52"}],"type":"Data"}]},
             "Summary":{"ColData":[{"value":"Total Labor"}]},"type":"Section"}]},
            "Summary":{"ColData":[{"value":"Total Income"}]}}]})"));
  ASSERT_TRUE(report) << report.error().message;
  ASSERT_EQ(report->rows.size(), 5u);
  const auto& leaf = report->rows[2];
  EXPECT_EQ(Report::cell(leaf, 0).id, "52");
  EXPECT_EQ(report->sections[leaf.section].header.id, "51");
  EXPECT_TRUE(report->inside(leaf.section, "Income"));
  EXPECT_FALSE(report->inside(leaf.section, "Expenses"));
}

TEST(ReportTree, AReportWithoutRowsIsEmptyNotAnError) {
  for (const auto* rows : {"{}", "null", R"({"Row":[]})"}) {
    const auto report = read_report(report_with(rows));
    ASSERT_TRUE(report) << rows;
    EXPECT_TRUE(report->rows.empty());
  }
}

TEST(ReportTree, RefusesWhatItDoesNotKnowInsteadOfSkippingIt) {
  for (const auto* rows : {R"({"Row":{"ColData":[]}})", R"({"Row":[7]})", R"({"Row":[{"Surprise":[]}]})", R"({"Row":[{}]})",
                           R"({"Row":[{"ColData":"x"}]})", R"({"Row":[{"ColData":[],"Rows":{}}]})", R"({"Rows":[]})", R"([])"}) {
    const auto report = read_report(report_with(rows));
    ASSERT_FALSE(report) << rows;
    EXPECT_EQ(report.error().reason, "REPORT_SHAPE") << rows;
  }
}

TEST(ReportTree, ACutReportIsAnErrorThatAsksForShorterRanges) {
  const auto report =
      read_report(report_with(R"({"Row":[{"ColData":[{"value":"Unable to display more data. Please reduce the date range."}]}]})"));
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().reason, "REPORT_TRUNCATED");
}

TEST(ReportTree, AFaultIsNotAReport) {
  const auto report = read_report(R"({"Fault":{"Error":[{"Message":"Permission Denied Error"}],"type":"SERVICE"}})");
  ASSERT_FALSE(report);
  EXPECT_NE(report.error().message.find("Permission Denied"), std::string::npos);
  EXPECT_FALSE(read_report("<html>"));
}

TEST(Money, ReadsTheNotationsOfReports) {
  EXPECT_EQ(money({".00", ""})->value(), Decimal::of("0.00"));
  EXPECT_EQ(money({"-.50", ""})->value(), Decimal::of("-0.50"));
  EXPECT_EQ(money({"-1,234.50", ""})->value(), Decimal::of("-1234.50"));
  EXPECT_FALSE(money({"", ""})->has_value());
  EXPECT_FALSE(money({"n/a", ""}));
}

}  // namespace
}  // namespace q2o::accounting
