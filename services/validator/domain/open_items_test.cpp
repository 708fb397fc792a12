#include "services/validator/domain/open_items.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/validator/domain/proof.h"
#include "services/validator/tests/books.h"

namespace q2o::validator {
namespace {

using ::testing::HasSubstr;

/// The small company with a second receivable account, in euro. Entry 14 is in home currency, entry 15 in euro.
class TwoReceivables : public ::testing::Test {
 protected:
  TwoReceivables() {
    source_.accounts["7"] = {"7", "Receivables EUR", "Accounts Receivable", "AccountsReceivable", "EUR"};
    source_.ids["Account"].insert("7");
    entry("14", {posting("2", "50.00"), posting("3", "-50.00")});
    entry("15", {euro("7", "44.00", "40.00"), euro("3", "-44.00", "-40.00")});
    settle("13", "14", "20.00");
  }
  static accounting::Posting posting(std::string account, const char* amount) {
    return {std::move(account), Decimal::of(amount), "", {}, "90", "", ""};
  }
  static accounting::Posting euro(std::string account, const char* amount, const char* foreign) {
    return {std::move(account), Decimal::of(amount), "EUR", Decimal::of(foreign), "90", "", ""};
  }
  void entry(const std::string& id, std::vector<accounting::Posting> postings) {
    source_.ids["JournalEntry"].insert(id);
    source_.entity_of_transaction[id] = "JournalEntry";
    source_.labels["JournalEntry/" + id] = "JournalEntry " + id;
    source_.ledger.push_back({id, "Journal Entry", "2026-01-25", "", std::move(postings)});
  }
  void settle(const std::string& payment, const std::string& settled, const char* amount) {
    source_.allocations.push_back({payment, settled, true, Decimal::of(amount)});
  }
  void open(const std::string& id, std::int64_t account, const char* home, const char* foreign) {
    residuals_.push_back({1'000'000 + std::stoll(id), account, Decimal::of(home), Decimal::of(foreign)});
  }
  Check documents() {
    auto target = fakes::migrated(source_);
    for (const auto& want : residuals_) {
      for (auto& item : target.items) {
        if (item.move_id != want.move || item.account_id != want.account) continue;
        item.residual = want.home;
        item.residual_currency = want.foreign;
        break;
      }
    }
    const auto proof = prove(source_, target, fakes::clean_notes(source_));
    for (const auto& check : proof.checks) {
      if (check.name == "documents") return check;
    }
    throw std::out_of_range("documents");
  }
  static std::vector<Line> differing(const Check& check) {
    std::vector<Line> out;
    for (const auto& line : check.lines) {
      if (line.differs) out.push_back(line);
    }
    return out;
  }
  struct Residual {
    std::int64_t move, account;
    Decimal home, foreign;
  };
  SourceBooks source_ = fakes::small_company();
  std::vector<Residual> residuals_;
};

TEST_F(TwoReceivables, AForeignAccountKeepsNothingFromBeingCompared) {
  open("14", 2, "30.00", "30.00");
  open("15", 7, "44.00", "40.00");
  const auto check = documents();
  EXPECT_EQ(check.outcome, Outcome::equal) << check.note;
  EXPECT_EQ(check.compared, 4u);
}

TEST_F(TwoReceivables, EntriesInHomeAndForeignCurrencyThatAreOpenOtherwiseAreFound) {
  open("14", 2, "50.00", "50.00");
  open("15", 7, "44.00", "39.00");
  const auto lines = differing(documents());
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(lines[0].source_id + " " + lines[0].difference + lines[0].currency, "14 -20.00");
  EXPECT_EQ(lines[1].source_id + " " + lines[1].difference + " " + lines[1].currency, "15 1.00 EUR");
}

TEST_F(TwoReceivables, ItemsOnBothSidesAreComparedAsTheirSumUntilAPaymentSettlesOneOfThem) {
  open("14", 2, "30.00", "30.00");
  open("15", 7, "44.00", "40.00");
  entry("16", {posting("2", "9.00"), posting("2", "-4.00"), posting("3", "-5.00")});
  open("16", 2, "5.00", "5.00");
  EXPECT_EQ(documents().outcome, Outcome::equal);
  settle("13", "16", "3.00");
  const auto check = documents();
  EXPECT_EQ(check.outcome, Outcome::not_checked);
  EXPECT_THAT(check.note, HasSubstr("1 transaction on receivable accounts could not be checked: a payment settles a transaction with items "
                                    "on both sides, and the source does not say which of them (JournalEntry 16)."));
}

TEST_F(TwoReceivables, ALedgerWithoutForeignAmountsIsSaidToBeUnchecked) {
  open("14", 2, "30.00", "30.00");
  for (auto& posting : source_.ledger.back().postings) {
    posting.currency.clear();
    posting.amount_currency.reset();
  }
  const auto check = documents();
  EXPECT_EQ(check.outcome, Outcome::not_checked);
  EXPECT_THAT(check.note, HasSubstr("1 transaction on receivable accounts could not be checked: the recorded ledger does not tell"));
  EXPECT_EQ(check.compared, 3u) << "the others are compared";
}

}  // namespace
}  // namespace q2o::validator
