#include "services/validator/domain/uncleared.h"

#include <gtest/gtest.h>

#include "services/validator/domain/cut_over.h"
#include "services/validator/domain/proof.h"
#include "services/validator/tests/books.h"

namespace q2o::validator {
namespace {

accounting::Posting& on_the_bank(SourceBooks& source, std::size_t transaction) {
  return source.ledger.at(transaction).postings.at(0);
}

TEST(Uncleared, ItemsOfBanksAndCardsAreListedWithTheirSum) {
  auto source = fakes::small_company();
  on_the_bank(source, 0).cleared = "R";
  on_the_bank(source, 2).cleared = "U";
  source.ledger[1].postings[0].cleared = "U";  // receivables have no statement
  const auto clearing = clearing_of(source);
  EXPECT_EQ(clearing.unknown, "");
  ASSERT_EQ(clearing.accounts.size(), 1u);
  const auto& checking = clearing.accounts[0];
  EXPECT_EQ(checking.name, "Checking");
  EXPECT_EQ(checking.currency, "USD");
  EXPECT_EQ(checking.amount.to_string(2), "60.00");
  ASSERT_EQ(checking.items.size(), 1u);
  EXPECT_EQ(checking.items[0].source_id, "13");
  EXPECT_EQ(checking.items[0].type, "Payment");
}

TEST(Uncleared, ForeignAccountsTellTheirOwnAmounts) {
  auto source = fakes::small_company();
  source.accounts.at("1").currency = "EUR";
  auto& item = on_the_bank(source, 2);
  item.cleared = "U";
  item.currency = "EUR";
  item.amount_currency = Decimal::of("55.00");
  on_the_bank(source, 0).cleared = "C";
  const auto clearing = clearing_of(source);
  ASSERT_EQ(clearing.accounts.size(), 1u);
  EXPECT_EQ(clearing.accounts[0].currency, "EUR");
  EXPECT_EQ(clearing.accounts[0].amount.to_string(2), "55.00");
}

TEST(Uncleared, ALedgerWithoutAnyMarkDoesNotTell) {
  const auto clearing = clearing_of(fakes::small_company());
  EXPECT_TRUE(clearing.accounts.empty());
  EXPECT_NE(clearing.unknown.find("does not tell"), std::string::npos);
}

TEST(Uncleared, WhatIsOlderThanTheFirstDayIsListedToo) {
  auto source = fakes::small_company();
  on_the_bank(source, 0).cleared = on_the_bank(source, 2).cleared = "U";
  const auto before = clearing_of(source);
  begin_at(source, fakes::clean_notes(source), "2026-01-15", false);
  const auto clearing = clearing_of(source);
  ASSERT_EQ(clearing.accounts.size(), 1u);
  EXPECT_EQ(clearing.accounts[0].items.size(), 2u) << "the older one is in the opening balance, and comes on a statement all the same";
  EXPECT_LT(clearing.accounts[0].items[0].date, "2026-01-15");
  EXPECT_EQ(clearing.accounts[0].amount.to_string(2), before.accounts[0].amount.to_string(2));
}

TEST(Uncleared, NothingIsListedWhereAllIsReconciledAndNoneOfItIsADifference) {
  auto source = fakes::small_company();
  on_the_bank(source, 0).cleared = on_the_bank(source, 2).cleared = "Reconciled";
  EXPECT_TRUE(clearing_of(source).accounts.empty());
  EXPECT_EQ(clearing_of(source).unknown, "");
  on_the_bank(source, 2).cleared = "U";
  auto target = fakes::migrated(source);
  fakes::sum_up(target, days_needed(source));
  EXPECT_EQ(prove(source, target, fakes::clean_notes(source)).verdict, kMatched);
}

}  // namespace
}  // namespace q2o::validator
