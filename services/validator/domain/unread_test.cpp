#include "services/validator/domain/unread.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/validator/domain/proof.h"
#include "services/validator/tests/books.h"

namespace q2o::validator {
namespace {

using ::testing::HasSubstr;
using Absence = RunNotes::Absence;

/// The small company, of which the invoice's record never came; its ledger and Odoo have the transaction (as an entry of the ledger's
/// amounts).
class WithoutTheInvoice : public ::testing::Test {
 protected:
  WithoutTheInvoice() {
    source_.ids.at("Invoice").erase("12");
    source_.entity_of_transaction.erase("12");
    std::erase_if(source_.documents, [](const auto& document) { return document.id == "12"; });
    target_ = fakes::migrated(source_);
    notes_ = fakes::clean_notes(source_);
    notes_.rejects.clear();
    count("Invoice").ledger_types = {"Invoice"};
    for (auto& item : target_.items) {
      if (item.move_id == 1'000'012 && item.account_id == 2) item.residual = item.residual_currency = Decimal::of("48.00");
    }
  }
  RunNotes::Count& count(const std::string& entity) {
    const auto found = std::ranges::find(notes_.counts, entity, &RunNotes::Count::entity);
    if (found == notes_.counts.end()) throw std::out_of_range(entity);
    return *found;
  }
  Proof proof() {
    fakes::sum_up(target_, days_needed(source_));
    return prove(source_, target_, notes_);
  }
  SourceBooks source_ = fakes::small_company();
  TargetBooks target_;
  RunNotes notes_;
};

TEST_F(WithoutTheInvoice, ADamagedRecordIsAnExceptionTiedToItsTransaction) {
  count("Invoice").counted = 1;
  count("Invoice").explanation = "The record at position 1 cannot be read.";
  const auto result = proof();
  EXPECT_EQ(result.verdict, kMatchedWithExceptions) << result.sentence;
  EXPECT_THAT(result.sentence, HasSubstr("except for 1 record of the source that could not be read"));
  ASSERT_EQ(result.unread.size(), 1u);
  EXPECT_EQ(result.unread[0].source_id, "12");
  EXPECT_EQ(result.unread[0].label, "Invoice 1001 of 2026-01-10");
  EXPECT_EQ(result.unread[0].became, "booked in Odoo with the ledger's amounts");
  EXPECT_EQ(result.unread[0].reason, "The record at position 1 cannot be read.");
}

TEST_F(WithoutTheInvoice, ARecordOfAnEarlierRunIsTheTransactionAndNoLeftover) {
  count("Invoice").counted = 1;
  count("Invoice").explanation = "The record at position 1 cannot be read.";
  source_.ids.erase("Invoice");  // no invoice at all was read
  for (auto& record : target_.records) {
    if (record.name == "ledger_transaction_12") record.name = "invoice_12";
  }
  const auto result = proof();
  EXPECT_EQ(result.verdict, kMatchedWithExceptions) << result.sentence;
  ASSERT_EQ(result.unread.size(), 1u);
  EXPECT_EQ(result.unread[0].became, "in Odoo as an earlier run read it");
}

TEST_F(WithoutTheInvoice, ARefusedEntityIsKnownByTheLedgersWordingAlsoWhereThatIsNotItsName) {
  for (auto& transaction : source_.ledger) {
    if (transaction.id == "12") transaction.type = "Inventory Qty Adjust";
  }
  notes_.counts.push_back({"InventoryAdjustment", "The source refused to list it.", 0, 0, Absence::refused, {"Inventory Qty Adjust"}});
  const auto result = proof();
  EXPECT_EQ(result.verdict, kMatchedWithExceptions) << result.sentence;
  ASSERT_EQ(result.unread.size(), 1u);
  EXPECT_EQ(result.unread[0].entity, "InventoryAdjustment");
  EXPECT_EQ(result.unread[0].label, "Inventory Qty Adjust 1001 of 2026-01-10");
}

TEST_F(WithoutTheInvoice, AWordingThatNobodyKnowsMayBeOfARefusedEntityThatPosts) {
  for (auto& transaction : source_.ledger) {
    if (transaction.id == "12") transaction.type = "Facture";
  }
  count("Invoice").absence = Absence::refused;
  count("Invoice").explanation = "The source refused to list it.";
  EXPECT_EQ(proof().verdict, kMatchedWithExceptions);
  notes_.ledger_only_types = {"Facture"};  // the platform has no record of such a transaction at all
  EXPECT_EQ(proof().verdict, kMatched);
}

TEST_F(WithoutTheInvoice, AFeatureThatIsOffIsNoExceptionAndARefusedEntityWithoutPostingsIsNone) {
  notes_.ledger_only_types = {"Invoice"};
  count("Invoice").ledger_types.clear();
  notes_.counts.push_back({"Bill", "The feature is off in the source.", 0, 0, Absence::feature_off, {"Bill"}});
  notes_.counts.push_back({"Budget", "The source refused to list it.", 0, 0, Absence::refused, {}});
  const auto result = proof();
  EXPECT_EQ(result.verdict, kMatched) << result.sentence;
  EXPECT_TRUE(result.unread.empty());
}

TEST_F(WithoutTheInvoice, AFeatureThatIsOffNowIsAnExceptionWhereTheLedgerStillHasItsTransactions) {
  count("Invoice").absence = Absence::feature_off;
  count("Invoice").explanation = "The feature is off in the source.";
  const auto result = proof();
  EXPECT_EQ(result.verdict, kMatchedWithExceptions);
  EXPECT_EQ(result.unread.size(), 1u);
}

TEST_F(WithoutTheInvoice, ARecordOfWhichTheLedgerKnowsNothingIsStillNamed) {
  notes_.counts.push_back({"Attachable", "Record 77 is larger than a message may be.", 3, 2, Absence::none, {}});
  source_.ids["Attachable"] = {"75", "76"};
  notes_.ledger_only_types = {"Invoice"};
  count("Invoice").ledger_types.clear();
  target_.records.push_back({"attachable_75", "ir.attachment", 1});
  target_.records.push_back({"attachable_76", "ir.attachment", 2});
  const auto result = proof();
  EXPECT_EQ(result.verdict, kMatchedWithExceptions) << result.sentence;
  ASSERT_EQ(result.unread.size(), 1u);
  EXPECT_EQ(result.unread[0].source_id, "");
  EXPECT_EQ(result.unread[0].became, "it posts nothing");
}

TEST_F(WithoutTheInvoice, ARejectedRecordThatCannotEvenBeReadIsTiedToItsTransaction) {
  source_.ids.at("Invoice").insert("12");  // it came, but has no date: its id is all that is known
  count("Invoice").counted = count("Invoice").extracted = 1;
  notes_.rejects.push_back({"Invoice", "12", "TxnDate", "", "REQUIRED", "the date is missing", "Give it a date.", ""});
  std::erase_if(target_.items, [](const auto& item) { return item.move_id == 1'000'012; });
  std::erase_if(target_.records, [](const auto& record) { return record.id == 1'000'012; });
  target_.moves.erase(1'000'012);
  for (auto& item : target_.items) {
    if (item.move_id == 1'000'013 && item.account_id == 2) item.residual = item.residual_currency = Decimal::of("-60.00");
  }
  const auto result = proof();
  EXPECT_EQ(result.verdict, kMatchedWithExceptions) << result.sentence;
  EXPECT_THAT(result.sentence, HasSubstr("except for 1 posting record that was not taken over"));
}

}  // namespace
}  // namespace q2o::validator
