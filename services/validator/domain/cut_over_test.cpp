#include "services/validator/domain/cut_over.h"

#include <gtest/gtest.h>

#include "services/validator/tests/books.h"

namespace q2o::validator {
namespace {

class CutOverBooks : public ::testing::Test {
 protected:
  /// What has to be there of a transaction, by account.
  std::map<std::string, std::string> of(const std::string& id) const {
    std::map<std::string, Decimal> sums;
    for (const auto& transaction : books_.ledger) {
      if (transaction.id != id) continue;
      for (const auto& posting : transaction.postings) sums[posting.account_id] += posting.amount;
    }
    std::map<std::string, std::string> out;
    for (const auto& [account, amount] : sums) out[account] = amount.to_string(2);
    return out;
  }
  using Amounts = std::map<std::string, std::string>;
  const std::string clearing_{kOpeningClearing}, opening_{kOpening};
  SourceBooks books_ = fakes::small_company();
  RunNotes notes_ = fakes::clean_notes(books_);
};

TEST_F(CutOverBooks, OpenItemsStayWithTheirTransactionAndTheRestIsBalances) {
  begin_at(books_, notes_, "2026-01-15", false);
  EXPECT_EQ(of("12"), (Amounts{{"2", "108.00"}, {clearing_, "-108.00"}}));
  EXPECT_EQ(of("13"), (Amounts{{"1", "60.00"}, {"2", "-60.00"}})) << "is after the first day";
  EXPECT_EQ(of("11"), Amounts{});
  EXPECT_EQ(of(opening_),
            (Amounts{{"1", "50.00"}, {"3", "-100.00"}, {"4", "-8.00"}, {"5", "-30.00"}, {"6", "-20.00"}, {clearing_, "108.00"}}))
      << "income of the year stays income, that of the year before is retained earnings";
  EXPECT_EQ(books_.cut_over->date, "2026-01-14");
  EXPECT_EQ(books_.cut_over->transactions, 2u);
  EXPECT_EQ(books_.cut_over->open, 1u);
  EXPECT_EQ(books_.allocations.size(), 1u) << "the payment settles what arrived open";
}

TEST_F(CutOverBooks, WhatWasSettledBeforeIsTakenOffBothSides) {
  begin_at(books_, notes_, "2026-01-31", false);
  EXPECT_EQ(of("12"), (Amounts{{"2", "48.00"}, {clearing_, "-48.00"}}));
  EXPECT_EQ(of("13"), Amounts{});
  EXPECT_EQ(of(opening_).at("1"), "110.00");
  EXPECT_TRUE(books_.allocations.empty());
  EXPECT_EQ((books_.cut_over->parties.at({"2", "90"})), Decimal::of("48.00"));
}

TEST_F(CutOverBooks, ReportsOfEarlierDaysAreNoPartOfIt) {
  begin_at(books_, notes_, "2026-01-15", false);
  ASSERT_EQ(books_.trial_balances.size(), 1u);
  EXPECT_EQ(books_.trial_balances.front().date, "2026-01-31");
  EXPECT_EQ(books_.balance_sheets.size(), 1u);
}

TEST_F(CutOverBooks, AForeignDocumentKeepsTheHomeValueOfWhatIsOpen) {
  books_.accounts["7"] = {"7", "Receivables EUR", "Accounts Receivable", "AccountsReceivable", "EUR"};
  const auto euro = [](const char* account, const char* home, const char* foreign) {
    return accounting::Posting{account, Decimal::of(home), "EUR", Decimal::of(foreign), "90", "", ""};
  };
  books_.ledger.push_back({"20", "Invoice", "2026-01-11", "", {euro("7", "33.33", "30.00"), euro("3", "-33.33", "-30.00")}});
  books_.ledger.push_back({"21", "Payment", "2026-01-12", "", {euro("7", "-11.11", "-10.00"), euro("1", "11.11", "10.00")}});
  books_.allocations.push_back({"21", "20", true, Decimal::of("10.00"), "2026-01-12"});
  begin_at(books_, notes_, "2026-01-15", false);
  EXPECT_EQ(of("20"), (Amounts{{"7", "22.22"}, {clearing_, "-22.22"}}));
  EXPECT_EQ(of("21"), Amounts{});
}

TEST_F(CutOverBooks, MoneyThatIsNotYetDepositedWaitsForItsDeposit) {
  books_.accounts["8"] = {"8", "Undeposited Funds", "Other Current Asset", "UndepositedFunds", "USD"};
  const auto posting = [](const char* account, const char* amount) {
    return accounting::Posting{account, Decimal::of(amount), "", {}, "90", "", ""};
  };
  books_.ledger.push_back({"30", "Sales Receipt", "2026-01-02", "", {posting("8", "25.00"), posting("3", "-25.00")}});
  books_.ledger.push_back({"31", "Sales Receipt", "2026-01-02", "", {posting("8", "5.00"), posting("3", "-5.00")}});
  books_.ledger.push_back({"32", "Deposit", "2026-01-03", "", {posting("1", "5.00"), posting("8", "-5.00")}});
  books_.deposited = {{"32", "31"}};
  begin_at(books_, notes_, "2026-01-15", false);
  EXPECT_EQ(of("30"), (Amounts{{"8", "25.00"}, {clearing_, "-25.00"}}));
  EXPECT_EQ(of("31"), Amounts{});
  EXPECT_EQ(of("32"), Amounts{});
}

TEST_F(CutOverBooks, WhatWasRejectedArrivesNowhereAndStaysToBeExplained) {
  notes_.rejects.push_back({"JournalEntry", "11", "", "", "", "", "", ""});
  begin_at(books_, notes_, "2026-01-15", false);
  EXPECT_EQ(of("11").size(), 3u);
  EXPECT_FALSE(of(opening_).contains("5"));
}

}  // namespace
}  // namespace q2o::validator
