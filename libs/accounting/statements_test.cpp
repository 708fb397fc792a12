#include "accounting/statements.h"

#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <sstream>

#include "common/testing/testing.h"

namespace q2o::accounting {
namespace {

std::string report(std::string_view name, std::string_view titles, std::string_view rows) {
  std::string columns;
  std::istringstream list{std::string(titles)};
  for (std::string title; list >> title;)
    columns += (columns.empty() ? "" : ",") + (R"({"ColTitle":")" + title + R"(","ColType":"Money"})");
  return R"({"Header":{"ReportName":")" + std::string(name) +
         R"(","StartPeriod":"2026-01-01","EndPeriod":"2026-01-31","Currency":"USD"},"Columns":{"Column":[)" + columns +
         R"(]},"Rows":{"Row":[)" + std::string(rows) + "]}}";
}
std::string total(std::string_view cells) {
  return R"({"Summary":{"ColData":[{"value":"TOTAL"},)" + std::string(cells) + R"(]},"type":"Section","group":"GrandTotal"})";
}

TEST(TrialBalance, GivesDebitMinusCreditPerAccount) {
  const auto tb = read_trial_balance(report("TrialBalance", "A Debit Credit",
                                            R"({"ColData":[{"value":"Bank","id":"1"},{"value":"5.00"},{"value":""}]},
                                               {"ColData":[{"value":"Equity","id":"2"},{"value":""},{"value":"5.00"}]},)" +
                                                total(R"({"value":"5.00"},{"value":"5.00"})")));
  ASSERT_TRUE(tb) << tb.error().message;
  EXPECT_EQ(tb->date, "2026-01-31");
  EXPECT_EQ(tb->accounts[1].amount.to_string(), "-5.00");
}

TEST(TrialBalance, OneThatDoesNotAddUpIsAnError) {
  for (const auto* cells : {R"({"value":"6.00"},{"value":"6.00"})", R"({"value":"5.00"},{"value":"4.00"})"}) {
    const auto tb = read_trial_balance(report("TrialBalance", "A Debit Credit",
                                              R"({"ColData":[{"value":"Bank","id":"1"},{"value":"5.00"},{"value":""}]},
                                                 {"ColData":[{"value":"Equity","id":"2"},{"value":""},{"value":"5.00"}]},)" +
                                                  total(cells)));
    ASSERT_FALSE(tb);
    EXPECT_EQ(tb.error().reason, "LEDGER_TOTAL");
  }
  EXPECT_FALSE(read_trial_balance(report("ProfitAndLoss", "A B C", "")));
}

TEST(Statement, AnAccountInASectionOfUnknownKindIsAnError) {
  const auto statement = read_statement(report("BalanceSheet", "A Total", R"({"ColData":[{"value":"Bank","id":"1"},{"value":"5.00"}]})"));
  ASSERT_FALSE(statement);
  EXPECT_EQ(statement.error().reason, "REPORT_SHAPE");
}

TEST(Statement, ADayThatIsNoneIsAnError) {
  for (const auto* name : {"TrialBalance", "BalanceSheet", "ProfitAndLoss"}) {
    auto body = report(name, "A Debit Credit", "");
    EXPECT_TRUE(std::string_view(name) == "TrialBalance" ? read_trial_balance(body).has_value() : read_statement(body).has_value()) << name;
    body.replace(body.find("2026-01-31"), 10, "2026-01-32");
    const auto error = std::string_view(name) == "TrialBalance" ? read_trial_balance(body).error() : read_statement(body).error();
    EXPECT_NE(error.message.find("'2026-01-32' is not a date"), std::string::npos) << error.message;
  }
}

TEST(Aged, ReadsBucketsAndRefusesAWrongGrandTotal) {
  const std::string row = R"({"ColData":[{"value":"Amy","id":"1"},{"value":"2.00"},{"value":"3.00"},{"value":"5.00"}]},)";
  const auto aged =
      read_aged(report("AgedReceivables", "A Current 1-30 Total", row + total(R"({"value":"2.00"},{"value":"3.00"},{"value":"5.00"})")));
  ASSERT_TRUE(aged) << aged.error().message;
  EXPECT_EQ(aged->bucket_titles, (std::vector<std::string>{"Current", "1-30"}));
  EXPECT_EQ(aged->parties[0].buckets[1].to_string(), "3.00");
  EXPECT_FALSE(read_aged(report("AgedReceivables", "A Current 1-30 Total", row + total(R"({"value":""},{"value":""},{"value":"6.00"})"))));
}

class RecordedStatements : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto shared = testing::shared_folder();
    if (shared.empty()) GTEST_SKIP() << "../shared is not there";
    folder_ = shared + "/qbo/company/reports/";
  }
  std::string text(const std::string& name) const {
    std::ifstream file(folder_ + name + ".json");
    std::stringstream out;
    out << file.rdbuf();
    return out.str();
  }
  std::string folder_;
};

TEST_F(RecordedStatements, TheTrialBalanceHasTheKnownCheckSums) {
  const auto tb = read_trial_balance(text("TrialBalance.2026-05-03"));
  ASSERT_TRUE(tb) << tb.error().message;
  std::map<std::string, Decimal> by_account;
  for (const auto& account : tb->accounts) by_account[account.account_id] = account.amount;
  EXPECT_EQ(by_account.at("35"), Decimal::of("1201.00"));
  EXPECT_EQ(by_account.at("33"), Decimal::of("-1602.67"));
  EXPECT_EQ(by_account.at("2"), Decimal::of("-91.25"));
  EXPECT_EQ(by_account.at("86"), Decimal::of("89.50"));
}

TEST_F(RecordedStatements, TheBalanceSheetGivesTheSameBalancesAsTheTrialBalance) {
  const auto tb = read_trial_balance(text("TrialBalance.2026-05-03"));
  const auto sheet = read_statement(text("BalanceSheet.2026-05-03"));
  ASSERT_TRUE(sheet) << sheet.error().message;
  std::map<std::string, Decimal> by_account;
  for (const auto& account : tb->accounts) by_account[account.account_id] = account.amount;
  EXPECT_GT(sheet->accounts.size(), 10u);
  for (const auto& account : sheet->accounts) EXPECT_EQ(account.amount, by_account[account.account_id]) << account.name;
  EXPECT_TRUE(sheet->has_net_income);
  EXPECT_EQ(sheet->net_income, Decimal::of("1551.21"));
  EXPECT_EQ(sheet->total_assets, sheet->total_liabilities_and_equity);
}

TEST_F(RecordedStatements, ProfitAndLossAddsUpToNetIncome) {
  for (const auto* year : {"2025", "2026"}) {
    const auto statement = read_statement(text(std::string("ProfitAndLoss.") + year));
    ASSERT_TRUE(statement) << statement.error().message;
    Decimal profit;
    for (const auto& account : statement->accounts) profit -= account.amount;
    EXPECT_EQ(profit, statement->net_income) << year;
  }
}

TEST_F(RecordedStatements, AgedReportsAddUpToTheControlAccounts) {
  const auto receivables = read_aged(text("AgedReceivables.2026-05-03"));
  ASSERT_TRUE(receivables) << receivables.error().message;
  EXPECT_EQ(receivables->total, Decimal::of("5281.52"));
  const auto payables = read_aged(text("AgedPayables.2026-05-03"));
  ASSERT_TRUE(payables) << payables.error().message;
  EXPECT_EQ(payables->total, Decimal::of("1602.67"));
}

}  // namespace
}  // namespace q2o::accounting
