#include "accounting/general_ledger.h"

#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <sstream>

#include "common/json/json.h"
#include "common/testing/testing.h"

namespace q2o::accounting {
namespace {

const Classifications kAccounts{{"35", Classification::asset}, {"49", Classification::revenue}, {"89", Classification::liability}};

std::string column(std::string_view key) {
  return R"({"ColTitle":"x","ColType":"String","MetaData":[{"Name":"ColKey","Value":")" + std::string(key) + R"("}]})";
}

std::string slice(std::string_view columns, std::string_view rows, std::string_view from = "2026-01-01",
                  std::string_view to = "2026-01-31") {
  std::string list;
  std::istringstream keys{std::string(columns)};
  for (std::string key; keys >> key;) list += (list.empty() ? "" : ",") + column(key);
  return R"({"Header":{"ReportName":"GeneralLedger","Currency":"USD","StartPeriod":")" + std::string(from) + R"(","EndPeriod":")" +
         std::string(to) + R"("},"Columns":{"Column":[)" + list + R"(]},"Rows":{"Row":[)" + std::string(rows) + "]}}";
}

constexpr auto kNatural = "tx_date txn_type doc_num name subt_nat_amount";

std::string account(std::string_view id, std::string_view rows, std::string_view total) {
  return R"({"Header":{"ColData":[{"value":"A","id":")" + std::string(id) + R"("}]},"Rows":{"Row":[)" + std::string(rows) +
         R"(]},"Summary":{"ColData":[{"value":"Total"},{"value":""},{"value":""},{"value":""},{"value":")" + std::string(total) +
         R"("}]},"type":"Section"})";
}
std::string line(std::string_view id, std::string_view amount, std::string_view date = "2026-01-05") {
  return R"({"ColData":[{"value":")" + std::string(date) + R"("},{"value":"Invoice","id":")" + std::string(id) +
         R"("},{"value":"1001"},{"value":"Amy","id":"1"},{"value":")" + std::string(amount) + R"("}],"type":"Data"})";
}

TEST(GeneralLedger, TurnsNaturalAmountsIntoDebitAndCredit) {
  const auto ledger = read_general_ledger(
      {slice(kNatural, account("35", line("9", "108.00"), "108.00") + "," + account("49", line("9", "100.00"), "100.00") + "," +
                           account("89", line("9", "8.00"), "8.00"))},
      kAccounts);
  ASSERT_TRUE(ledger) << ledger.error().message;
  ASSERT_EQ(ledger->size(), 1u);
  const auto& invoice = ledger->front();
  EXPECT_EQ(invoice.document_number, "1001");
  ASSERT_EQ(invoice.postings.size(), 3u);
  EXPECT_EQ(invoice.postings[0].amount.to_string(), "108.00");
  EXPECT_EQ(invoice.postings[1].amount.to_string(), "-100.00");
  EXPECT_EQ(invoice.postings[1].name_id, "1");
  EXPECT_TRUE(imbalance(invoice).is_zero());
}

TEST(GeneralLedger, KeepsWhatTheReportTellsOfClearing) {
  const auto row = [](std::string_view id, std::string_view cleared) {
    return R"({"ColData":[{"value":"2026-01-05"},{"value":"Check","id":")" + std::string(id) + R"("},{"value":")" + std::string(cleared) +
           R"("},{"value":"5.00"}],"type":"Data"})";
  };
  const auto part = R"({"Header":{"ColData":[{"value":"A","id":"35"}]},"Rows":{"Row":[)" + row("9", "R") + "," + row("10", "") +
                    R"(]},"type":"Section"})";
  const auto ledger = read_general_ledger({slice("tx_date txn_type is_cleared subt_nat_amount", part)}, kAccounts);
  ASSERT_TRUE(ledger) << ledger.error().message;
  EXPECT_EQ(ledger->at(0).postings[0].cleared, "R");
  EXPECT_EQ(ledger->at(1).postings[0].cleared, "");
}

TEST(GeneralLedger, OwnPostingsOfAParentStandInASectionWithoutHeader) {
  const auto own = R"({"Rows":{"Row":[)" + line("9", "5.00") + R"(]},"Summary":{"ColData":[{"value":"Total"}]},"type":"Section"})";
  const auto ledger =
      read_general_ledger({slice(kNatural, account("35", own + "," + account("49", line("9", "5.00"), "5.00"), "10.00"))}, kAccounts);
  ASSERT_TRUE(ledger) << ledger.error().message;
  EXPECT_EQ(ledger->front().postings[0].account_id, "35");
  EXPECT_EQ(ledger->front().postings[1].account_id, "49");
}

TEST(GeneralLedger, DebitAndCreditColumnsNeedNoClassification) {
  const auto row = R"({"ColData":[{"value":"2026-01-05"},{"value":"Check","id":"7"},{"value":""},{"value":"12.10"}],"type":"Data"})";
  const auto ledger = read_general_ledger(
      {slice("tx_date txn_type debt_amt credit_amt",
             R"({"Header":{"ColData":[{"value":"A","id":"999"}]},"Rows":{"Row":[)" + std::string(row) + R"(]},"type":"Section"})")},
      {});
  ASSERT_TRUE(ledger) << ledger.error().message;
  EXPECT_EQ(ledger->front().postings[0].amount.to_string(), "-12.10");
}

TEST(GeneralLedger, HomeColumnsGiveTheHomeAmountAndTheOthersTheForeignOne) {
  const auto row =
      R"({"ColData":[{"value":"2026-01-05"},{"value":"Invoice","id":"7"},{"value":"EUR"},{"value":"100.00"},{"value":"110.00"}],"type":"Data"})";
  const auto ledger = read_general_ledger(
      {slice("tx_date txn_type currency subt_nat_amount subt_nat_home_amount",
             R"({"Header":{"ColData":[{"value":"A","id":"49"}]},"Rows":{"Row":[)" + std::string(row) + R"(]},"type":"Section"})")},
      kAccounts);
  ASSERT_TRUE(ledger) << ledger.error().message;
  const auto& posting = ledger->front().postings[0];
  EXPECT_EQ(posting.amount.to_string(), "-110.00");
  EXPECT_EQ(posting.currency, "EUR");
  EXPECT_EQ(posting.amount_currency->to_string(), "-100.00");
}

TEST(GeneralLedger, ATotalThatIsNotTheSumOfItsRowsIsAnError) {
  const auto ledger = read_general_ledger({slice(kNatural, account("35", line("9", "108.00"), "109.00"))}, kAccounts);
  ASSERT_FALSE(ledger);
  EXPECT_EQ(ledger.error().reason, "LEDGER_TOTAL");
}

TEST(GeneralLedger, SlicesThatHoldTheSameDaysAreRefused) {
  const auto ledger =
      read_general_ledger({slice(kNatural, "", "2026-01-01", "2026-01-31"), slice(kNatural, "", "2026-01-31", "2026-02-28")}, kAccounts);
  ASSERT_FALSE(ledger);
  EXPECT_EQ(ledger.error().reason, "LEDGER_OVERLAP");
}

TEST(GeneralLedger, AnAccountWithoutClassificationIsAnError) {
  const auto ledger = read_general_ledger({slice(kNatural, account("404", line("9", "1.00"), "1.00"))}, kAccounts);
  ASSERT_FALSE(ledger);
  EXPECT_EQ(ledger.error().reason, "UNKNOWN_ACCOUNT");
}

TEST(GeneralLedger, AnAmountWithoutTransactionOrAccountIsAnError) {
  const auto nameless = R"({"ColData":[{"value":"2026-01-05"},{"value":""},{"value":""},{"value":""},{"value":"3.00"}],"type":"Data"})";
  EXPECT_FALSE(read_general_ledger({slice(kNatural, account("35", nameless, ""))}, kAccounts));
  EXPECT_FALSE(
      read_general_ledger({slice("tx_date txn_type debt_amt credit_amt",
                                 R"({"ColData":[{"value":"2026-01-05"},{"value":"Check","id":"7"},{"value":"3.00"},{"value":""}]})")},
                          {}));
  EXPECT_FALSE(read_general_ledger({slice(kNatural, account("35", line("9", "1.00", "01/05/2026"), ""))}, kAccounts));
  EXPECT_FALSE(read_general_ledger({slice("tx_date doc_num", "")}, kAccounts));
}

TEST(GeneralLedger, BeginningBalancesAreNoPostings) {
  const auto beginning =
      R"({"ColData":[{"value":"Beginning Balance"},{"value":""},{"value":""},{"value":""},{"value":""},{"value":"500.00"}]})";
  const auto ledger = read_general_ledger({slice(kNatural, account("35", beginning, ""))}, kAccounts);
  ASSERT_TRUE(ledger) << ledger.error().message;
  EXPECT_TRUE(ledger->empty());
}

TEST(GeneralLedger, OrdersTransactionsByDateAndThenByNumber) {
  const auto ledger = read_general_ledger(
      {slice(kNatural, account("35", line("10", "1.00") + "," + line("9", "1.00") + "," + line("8", "1.00", "2026-01-06"), "3.00"))},
      kAccounts);
  ASSERT_TRUE(ledger);
  EXPECT_EQ((*ledger)[0].id, "9");
  EXPECT_EQ((*ledger)[1].id, "10");
  EXPECT_EQ((*ledger)[2].id, "8");
}

std::string read_file(const std::string& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

TEST(GeneralLedger, GivesTheRecordedCompanysLedgerPostingForPosting) {
  const auto shared = testing::shared_folder();
  if (shared.empty()) GTEST_SKIP() << "../shared is not there";
  const auto company = shared + "/qbo/company/";
  const auto accounts = json::Document::parse(read_file(company + "entities/Account.json"));
  ASSERT_TRUE(accounts) << accounts.error().message;
  Classifications classes;
  for (const auto& account : accounts->root()["Account"].items()) {
    classes.emplace(account["Id"].text(), *classify_account(account["Classification"].text(), account["AccountType"].text()));
  }
  const auto ledger = read_general_ledger({read_file(company + "reports/GeneralLedger.json")}, classes);
  ASSERT_TRUE(ledger) << ledger.error().message;
  const auto truth = json::Document::parse(read_file(company + "ledger.json"));
  ASSERT_TRUE(truth);
  ASSERT_EQ(ledger->size(), truth->root().items().size());
  std::map<std::string, const LedgerTransaction*> by_id;
  std::size_t postings = 0;
  for (const auto& transaction : *ledger) {
    by_id[transaction.id] = &transaction;
    postings += transaction.postings.size();
    EXPECT_TRUE(imbalance(transaction).is_zero()) << transaction.id;
  }
  EXPECT_EQ(ledger->size(), 127u);
  EXPECT_EQ(postings, 335u);
  for (const auto& expected : truth->root().items()) {
    const auto& mine = *by_id.at(std::string(expected["txn_id"].text()));
    EXPECT_EQ(mine.date, expected["date"].text());
    EXPECT_EQ(mine.type, expected["txn_type"].text());
    EXPECT_EQ(mine.document_number, expected["doc_number"].text());
    std::map<std::pair<std::string, std::string>, Decimal> a, b;
    for (const auto& posting : mine.postings) a[{posting.account_id, posting.name_id}] += posting.amount;
    for (const auto& posting : expected["lines"].items()) {
      b[{std::string(posting["account_id"].text()), std::string(posting["name_id"].text())}] += *posting["amount"].decimal();
    }
    EXPECT_EQ(a, b) << mine.id;
  }
}

}  // namespace
}  // namespace q2o::accounting
