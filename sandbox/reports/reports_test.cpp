#include "sandbox/reports/reports.h"

#include <filesystem>
#include <fstream>

#include "common/testing/testing.h"

namespace q2o::sandbox::reports {
namespace {

namespace fs = std::filesystem;

Node recorded(const fs::path& file) {
  std::ifstream in(file);
  std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  auto node = Node::parse(std::move(text));
  EXPECT_TRUE(node) << file;
  return node ? *node : Node{};
}

Node computed(const Books& books, const std::string& name, const Node& wanted) {
  const auto start = wanted.at("Header.StartPeriod").text();
  const auto end = wanted.at("Header.EndPeriod").text();
  if (name == "TrialBalance") return trial_balance(books, start, end);
  if (name == "BalanceSheet") return balance_sheet(books, start, end);
  if (name == "ProfitAndLoss") return profit_and_loss(books, start, end);
  if (name == "AgedReceivables") return aged(books, Side::receivable, end);
  if (name == "AgedPayables") return aged(books, Side::payable, end);
  return general_ledger(books, start, end);
}

TEST(Reports, EqualTheRecordedOnesJsonForJson) {
  const auto shared = testing::shared_folder();
  if (shared.empty()) GTEST_SKIP() << "the recorded company is not here";
  const auto folder = fs::path(shared) / "qbo" / "company";
  const auto company = load_company(folder);
  ASSERT_TRUE(company) << company.error().message;
  const Books books(*company);
  int compared = 0;
  for (const auto& file : fs::directory_iterator(folder / "reports")) {
    const auto wanted = recorded(file.path());
    const auto name = wanted.at("Header.ReportName").text();
    const auto got = computed(books, name, wanted);
    EXPECT_EQ(got, wanted) << file.path() << "\n" << got.dump(1).substr(0, 3000);
    ++compared;
  }
  EXPECT_EQ(compared, 17);
}

Company tiny() {
  Company out;
  const auto account = [&](const char* id, const char* name, const char* type, const char* sub) {
    out.entities["Account"].push_back(
        Node::object({{"Id", id}, {"Name", name}, {"FullyQualifiedName", name}, {"AccountType", type}, {"AccountSubType", sub}}));
  };
  account("1", "Bank", "Bank", "Checking");
  account("2", "Sales", "Income", "SalesOfProductIncome");
  account("3", "Retained Earnings", "Equity", "RetainedEarnings");
  account("4", "A/R", "Accounts Receivable", "AccountsReceivable");
  out.entities["CompanyInfo"].push_back(Node::object({{"CompanyName", "Tiny"}, {"FiscalYearStartMonth", "April"}}));
  const auto post = [&](const char* id, const char* day, const char* debit, const char* amount) {
    out.ledger.push_back({id, "Journal Entry", "JournalEntry", day, "", {}});
    out.ledger.back().lines = {{debit, "", Decimal::of(amount), "7", "Customer", "Kim", "", "2", "Sales", 1, false},
                               {"2", "Sales", -Decimal::of(amount), "", "", "", "", debit, "", 2, false}};
  };
  post("1", "2025-03-31", "1", "100.00");
  post("2", "2025-04-01", "1", "0.50");
  post("3", "2025-04-02", "4", "7.00");
  out.entities["Customer"].push_back(Node::object({{"Id", "7"}, {"DisplayName", "Kim"}}));
  return out;
}

TEST(Reports, PutTheProfitOfEarlierFiscalYearsIntoRetainedEarnings) {
  const auto company = tiny();
  const Books books(company);
  const auto report = trial_balance(books, "2025-04-01", "2025-04-30");
  const auto& rows = report.at("Rows.Row").items();
  ASSERT_EQ(rows.size(), 5u);
  EXPECT_EQ(rows[2]["ColData"].items()[0]["id"].text(), "3");
  EXPECT_EQ(rows[2]["ColData"].items()[2]["value"].text(), "100.00");
  EXPECT_EQ(rows[3]["ColData"].items()[2]["value"].text(), "7.50");
}

TEST(Reports, DropTheZeroBeforeThePointInTheGeneralLedgerOnly) {
  EXPECT_EQ(money(Decimal::of("0.5"), true), ".50");
  EXPECT_EQ(money(Decimal::of("-0.5"), true), "-.50");
  EXPECT_EQ(money(Decimal::of("-0.5")), "-0.50");
  EXPECT_EQ(money(Decimal::of("10.5"), true), "10.50");
}

TEST(Reports, GiveDebitAndCreditColumnsWhenTheyAreWished) {
  const auto company = tiny();
  const Books books(company);
  const auto report = general_ledger(books, "2025-04-01", "2025-04-30", {{"tx_date", "debt_amt", "credit_amt"}});
  EXPECT_EQ(report.at("Columns.Column").items().size(), 3u);
  const auto& sections = report.at("Rows.Row").items();
  const auto& sales = sections.back().at("Rows.Row").items().front()["ColData"].items();
  EXPECT_EQ(sales[1]["value"].text(), "");
  EXPECT_EQ(sales[2]["value"].text(), ".50");
}

TEST(Reports, TellWhatIsReconciledOfBanksAndCardsWhenAsked) {
  const auto company = tiny();
  const Books books(company);
  const auto marks = [&](const char* start, const char* end) {
    std::string out;
    const auto report = general_ledger(books, start, end, {{"tx_date", "is_cleared", "subt_nat_amount"}});
    for (const auto& section : report.at("Rows.Row").items())
      for (const auto& row : section.at("Rows.Row").items())
        if (row["ColData"].items().size() == 3) out += row["ColData"].items()[1]["value"].text();
    return out;
  };
  std::string last;
  for (const auto& transaction : company.ledger) last = std::max(last, transaction.date);
  EXPECT_EQ(marks("1990-01-01", "2099-12-31").find_first_not_of("RU"), std::string::npos);
  EXPECT_EQ(marks((last.substr(0, 7) + "-01").c_str(), last.c_str()).find('R'), std::string::npos)
      << "the last month is not reconciled yet";
}

TEST(Reports, SayThatTheRangeIsTooLongInsideTheReport) {
  const auto company = tiny();
  const Books books(company);
  const auto report = general_ledger(books, "2025-03-01", "2025-04-30", {{}, 10});
  EXPECT_NE(report.dump().find("Unable to display more data"), std::string::npos);
}

TEST(Reports, AgeJournalEntriesOnReceivableAccounts) {
  const auto company = tiny();
  const Books books(company);
  const auto items = open_items(company, Side::receivable, "2025-04-30");
  ASSERT_EQ(items.size(), 1u);
  EXPECT_EQ(items[0].party, "7");
  EXPECT_EQ(items[0].amount, Decimal::of("7"));
  EXPECT_NE(aged(books, Side::receivable, "2025-04-30").dump().find("Kim"), std::string::npos);
}

}  // namespace
}  // namespace q2o::sandbox::reports
