#include "services/connector/domain/reports.h"

#include <gtest/gtest.h>

#include "common/testing/testing.h"
#include "services/connector/tests/shipped.h"

namespace q2o::connector {
namespace {

Period span() {
  return {*parse_day("2025-11-23"), *parse_day("2026-05-03")};
}

bool asks(const std::vector<ReportRequest>& all, const std::string& name, const std::string& start, const std::string& end) {
  return std::any_of(all.begin(), all.end(), [&](const auto& r) { return r.name == name && r.start_date == start && r.end_date == end; });
}

TEST(Reports, AreAskedForAtEveryMonthEndYearEndAndTheLastDate) {
  const auto all = plan_reports(testing::shipped(), span(), 1);
  EXPECT_TRUE(asks(all, "TrialBalance", "2025-01-01", "2025-11-30"));
  EXPECT_TRUE(asks(all, "TrialBalance", "2026-01-01", "2026-05-31"));
  EXPECT_TRUE(asks(all, "BalanceSheet", "2025-01-01", "2025-12-31"));
  EXPECT_TRUE(asks(all, "ProfitAndLoss", "2026-01-01", "2026-12-31"));
  EXPECT_TRUE(asks(all, "ProfitAndLoss", "2026-01-01", "2026-05-03"));
  EXPECT_TRUE(asks(all, "AgedReceivables", "", "2026-05-03"));
}

TEST(Reports, AreAlwaysAskedForOnAccrualAndOnlyOnce) {
  const auto all = plan_reports(testing::shipped(), span(), 1);
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all[i].name.find("Aged") == std::string::npos) {
      EXPECT_EQ(all[i].parameters.at("accounting_method"), "Accrual");
    }
    for (std::size_t k = i + 1; k < all.size(); ++k) EXPECT_FALSE(all[i] == all[k]) << all[i].name << all[i].end_date;
  }
}

TEST(Reports, TheLedgerOfACompanyWithSeveralCurrenciesAsksForTheirColumns) {
  const auto one = ledger_request(testing::shipped(), span(), false), several = ledger_request(testing::shipped(), span(), true);
  EXPECT_EQ(one.parameters.at("start_date"), "2025-11-23");
  EXPECT_EQ(one.parameters.at("columns").find("currency"), std::string::npos);
  EXPECT_NE(several.parameters.at("columns").find("currency"), std::string::npos);
  for (const auto& request : {one, several})
    EXPECT_NE(request.parameters.at("columns").find("is_cleared"), std::string::npos) << "else nobody can say what is not reconciled";
}

TEST(Reports, DatesAreFoundByTheColumnsKeyAtAnyDepth) {
  const auto report = json::Document::parse(
      R"({"Columns":{"Column":[{"ColTitle":"x"},{"ColTitle":"Datum","MetaData":[{"Name":"ColKey","Value":"tx_date"}]}]},)"
      R"("Rows":{"Row":[{"Header":{"ColData":[{"value":"Bank"},{"value":""}]},"Rows":{"Row":[{"ColData":[{"value":""},{"value":"2026-02-03"}]},)"
      R"({"Rows":{"Row":[{"ColData":[{"value":""},{"value":"2025-12-31"}]},{"ColData":[{"value":""},{"value":"Beginning Balance"}]}]}}]}}]}})");
  const auto dates = dates_in(report->root(), "tx_date");
  ASSERT_TRUE(dates && *dates);
  EXPECT_EQ(**dates, (Period{*parse_day("2025-12-31"), *parse_day("2026-02-03")}));
  EXPECT_FALSE(dates_in(report->root(), "gone"));
}

TEST(Reports, DatesOfTheRecordedLedgerAreTheCompanys) {
  const auto shared = q2o::testing::shared_folder();
  if (shared.empty()) GTEST_SKIP() << "../shared is not there";
  const auto report = json::Document::parse(testing::file_text(shared + "/qbo/company/reports/GeneralLedger.json"));
  const auto dates = dates_in(report->root(), "tx_date");
  ASSERT_TRUE(dates && *dates);
  EXPECT_EQ(**dates, span());
}

}  // namespace
}  // namespace q2o::connector
