#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/validator/domain/open_items.h"
#include "services/validator/domain/proof.h"
#include "services/validator/tests/books.h"

namespace q2o::validator {
namespace {

using ::testing::HasSubstr;

/// The small company without its payment of 60.00, which was rejected: the invoice of 108.00 is open as a whole.
class WithoutThePayment : public ::testing::Test {
 protected:
  WithoutThePayment() {
    remove("13");
    leave_open(Decimal(108));
    notes_.rejects.push_back({"Payment", "13", "", "", "NO_ACCOUNT", "the account is unknown", "map it", ""});
  }
  void remove(const std::string& id) {
    const auto move = 1'000'000 + std::stoll(id);
    std::erase_if(target_.items, [&](const auto& i) { return i.move_id == move; });
    std::erase_if(target_.records, [&](const auto& r) { return r.id == move; });
    std::erase_if(target_.statement_lines, [&](const auto& l) { return l.move_id == move; });
    target_.moves.erase(move);
  }
  TargetItem& receivable(std::int64_t move) {
    for (auto& item : target_.items) {
      if (item.move_id == move && item.account_id == 2) return item;
    }
    throw std::out_of_range("no such item");
  }
  void leave_open(const Decimal& amount) { receivable(1'000'012).residual = receivable(1'000'012).residual_currency = amount; }
  std::vector<Line> unexplained(std::string_view name) {
    fakes::sum_up(target_, days_needed(source_));
    std::vector<Line> out;
    for (const auto& check : prove(source_, target_, notes_).checks) {
      for (const auto& line : check.lines) {
        if (check.name == name && line.differs && !line.explained) out.push_back(line);
      }
    }
    return out;
  }
  SourceBooks source_ = fakes::small_company();
  TargetBooks target_ = fakes::migrated(source_);
  RunNotes notes_ = fakes::clean_notes(source_);
};

TEST_F(WithoutThePayment, ExactlyWhatItSettlesIsExplained) {
  EXPECT_TRUE(unexplained("documents").empty());
  EXPECT_TRUE(unexplained("receivables").empty());
}

TEST_F(WithoutThePayment, OneCentMoreOnTheInvoiceThatItSettlesStaysADifference) {
  leave_open(Decimal::of("108.01"));
  const auto lines = unexplained("documents");
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_EQ(lines[0].difference, "-60.01");
  EXPECT_EQ(unexplained("receivables").size(), 2u) << "the total and its bucket";
}

TEST_F(WithoutThePayment, AnotherAgeOfTheSameCustomerStaysADifference) {
  receivable(1'000'012).maturity = "2025-12-15";
  EXPECT_EQ(unexplained("receivables").size(), 2u) << "1 - 30 and 31 - 60";
}

TEST_F(WithoutThePayment, AnInvoiceThatAnotherPaymentTiesToItStaysADifference) {
  source_.documents.push_back({"Payment", "14", "Payment 14", "USD", "90", true, Decimal()});
  source_.documents.push_back({"Invoice", "15", "Invoice 15", "USD", "90", true, Decimal::of("1.00")});
  source_.allocations.push_back({"14", "12", true, Decimal::of("5.00")});
  source_.allocations.push_back({"14", "15", true, Decimal::of("5.00")});
  const auto lines = unexplained("documents");
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_EQ(lines[0].source_id, "15");
}

/// Payments and what they settle, without any books around them.
class Explaining : public ::testing::Test {
 protected:
  void post(const std::string& id, const char* amount, const std::string& entity = "Invoice") {
    source_.entity_of_transaction[id] = entity;
    source_.ledger.push_back({id, entity, "2026-01-01", "", {{"2", Decimal::of(amount), "", {}, "90", "", ""}}});
  }
  void settle(const std::string& payment, const std::string& settled, const char* amount) {
    source_.allocations.push_back({payment, settled, true, Decimal::of(amount)});
  }
  std::map<std::string, Explained> without(const std::string& id) {
    RunNotes notes;
    notes.rejects.push_back({source_.entity_of_transaction.at(id), id, "", "", "", "", "", ""});
    const TargetBooks target;
    const Bridge bridge(source_, target);
    const Missing missing(source_, bridge, notes, {});
    return OpenItems(source_, target, bridge, missing, true).explained;
  }
  SourceBooks source_ = [] {
    SourceBooks books;
    books.home_currency = "USD";
    books.accounts["2"] = {"2", "Receivables", "Accounts Receivable", "AccountsReceivable", "USD"};
    return books;
  }();
};

TEST_F(Explaining, APaymentStaysOpenByWhatItPaidOfAMissingInvoice) {
  post("1", "60.00");
  post("2", "40.00");
  post("3", "-100.00", "Payment");
  settle("3", "1", "60.00");
  settle("3", "2", "40.00");
  const auto explained = without("1");
  EXPECT_EQ(explained.at("3").amount, Decimal::of("60.00"));
  EXPECT_FALSE(explained.contains("2")) << "the other invoice is paid as before";
}

TEST_F(Explaining, APaymentOfNothingLeavesTheCreditOpenThatItApplied) {
  post("1", "60.00");
  post("2", "-60.00", "CreditMemo");
  settle("3", "1", "60.00");
  settle("3", "2", "60.00");
  EXPECT_EQ(without("1").at("2").amount, Decimal::of("60.00"));
  source_.entity_of_transaction["3"] = "Payment";
  const auto explained = without("3");
  EXPECT_EQ(explained.at("1").amount, Decimal::of("-60.00"));
  EXPECT_EQ(explained.at("2").amount, Decimal::of("60.00"));
}

TEST_F(Explaining, AllThatPaidTheOnlyInvoiceIsOpen) {
  post("1", "100.00");
  post("2", "-30.00", "CreditMemo");
  post("3", "-70.00", "Payment");
  settle("3", "1", "100.00");
  settle("3", "2", "30.00");
  const auto explained = without("1");
  EXPECT_EQ(explained.at("2").amount, Decimal::of("30.00"));
  EXPECT_EQ(explained.at("3").amount, Decimal::of("70.00"));
}

TEST_F(Explaining, WhichOfSeveralStaysOpenIsNeverGuessed) {
  post("1", "60.00");
  post("4", "40.00");
  post("2", "-30.00", "CreditMemo");
  post("3", "-70.00", "Payment");
  settle("3", "1", "60.00");
  settle("3", "4", "40.00");
  settle("3", "2", "30.00");
  const auto explained = without("1");
  EXPECT_TRUE(explained.at("1").exact) << "all of it is missing";
  EXPECT_FALSE(explained.at("2").exact);
  EXPECT_FALSE(explained.at("3").exact);
}

}  // namespace
}  // namespace q2o::validator
