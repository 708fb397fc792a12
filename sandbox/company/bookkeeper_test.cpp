#include "sandbox/company/bookkeeper.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sandbox/checker/check.h"
#include "sandbox/generator/generator.h"

namespace q2o::sandbox {
namespace {

constexpr auto kNow = "2026-11-20T10:00:00.000-08:00";

class Books : public ::testing::Test {
 protected:
  /// Does it; the books must be as true as before. (Which hard cases there are is of no matter here.)
  Node apply(const std::string& wish) {
    auto done = bookkeeper_.apply(*Node::parse(wish));
    EXPECT_TRUE(done) << wish << ": " << (done ? "" : done.error().message);
    std::vector<std::string> complaints;
    checker::check_ledger(company_, complaints);
    checker::check_references(company_, complaints);
    checker::check_balances(company_, complaints);
    EXPECT_THAT(complaints, ::testing::IsEmpty()) << wish;
    return done ? *done : Node();
  }
  Company company_ = generator::generate({.seed = 1});
  Bookkeeper bookkeeper_{company_, kNow};
};

TEST_F(Books, StayTrueWhateverTheirBookkeeperChanges) {
  for (const auto* entity : {"Invoice", "Bill", "Purchase", "JournalEntry"}) {
    for (const auto* op : {"new", "edit", "delete"}) {
      const auto before = company_.of(entity).size();
      const auto done = apply(fmt::format(R"({{"op":"{}","entity":"{}"}})", op, entity));
      EXPECT_EQ(company_.of(entity).size(), before + (op == std::string("new") ? 1 : op == std::string("delete") ? -1 : 0));
      if (op != std::string("delete")) {
        EXPECT_EQ(company_.find(entity, done["id"].text())->at("MetaData.LastUpdatedTime").text(), kNow);
      }
    }
  }
  ASSERT_EQ(bookkeeper_.deleted().size(), 4u);
}

TEST_F(Books, AVoidedInvoiceStaysWithNothingInIt) {
  const auto done = apply(R"({"op":"void","entity":"Invoice"})");
  const auto* invoice = company_.find("Invoice", done["id"].text());
  ASSERT_NE(invoice, nullptr);
  EXPECT_TRUE((*invoice)["TotalAmt"].decimal().is_zero());
  EXPECT_THAT((*invoice)["PrivateNote"].text(), ::testing::StartsWith("Voided"));
}

TEST_F(Books, TheDocumentsOfAMergedCustomerGoToTheOther) {
  const auto done = apply(R"({"op":"merge","entity":"Customer"})");
  EXPECT_FALSE((*company_.find("Customer", done["id"].text()))["Active"].truthy());
  for (const auto& invoice : company_.of("Invoice")) EXPECT_NE(invoice.at("CustomerRef.value").text(), done["id"].text());
}

TEST_F(Books, AClosedYearCanBeChanged) {
  const auto day = company_.ledger[company_.ledger.size() / 2].date;
  apply(fmt::format(R"({{"op":"close","until":"{}"}})", day));
  EXPECT_LE(apply(R"({"op":"edit","entity":"Invoice","closed":true})")["date"].text(), day);
  EXPECT_GT(apply(R"({"op":"edit","entity":"Invoice"})")["date"].text(), day);
}

TEST_F(Books, WhatCannotBeIsRefused) {
  EXPECT_FALSE(bookkeeper_.apply(*Node::parse(R"({"op":"delete","entity":"Invoice","id":"999999"})")));
  EXPECT_FALSE(bookkeeper_.apply(*Node::parse(R"({"op":"burn","entity":"Invoice"})")));
}

}  // namespace
}  // namespace q2o::sandbox
