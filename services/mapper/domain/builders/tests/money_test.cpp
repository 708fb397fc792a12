#include "services/mapper/domain/builders/tests/workbench.h"

namespace q2o::mapper {
namespace {

class Money : public testing::Workbench {
 protected:
  void SetUp() override { ledger("14", "Invoice", {{"20", "100", "1"}, {"30", "-100", "1"}}); }
  Outcome payment(const std::string& to, const std::string& amount = "80") {
    ledger("15", "Payment", {{to.c_str(), amount.c_str(), "1"}, {"20", ("-" + amount).c_str(), "1"}});
    return build("payment", "Payment",
                 "{'Id':'15','TxnDate':'2026-04-06','PaymentRefNum':'5664','CustomerRef':{'value':'1'},'DepositToAccountRef':{'value':'" + to + "'},'TotalAmt':" + amount +
                     ",'Line':[{'Amount':" + amount + ",'LinkedTxn':[{'TxnId':'14','TxnType':'Invoice'}]}]}");
  }
};

TEST_F(Money, APaymentToABankIsAPaymentAndALineOfItsStatement) {
  const auto outcome = payment("10");
  EXPECT_EQ(sent(outcome, "q_payment_15", "values.journal_id"), R"({"ref":"q_account_10_journal"})");
  EXPECT_EQ(sent(outcome, "q_payment_15_line", "values.amount"), "80");
  EXPECT_EQ(sent(outcome, "q_payment_15_line", "values.line_ids.lines.1.account_id"), R"({"ref":"q_company_info_1_outstandingreceipts"})");
  EXPECT_EQ(sent(outcome, "q_payment_15_match1", "debit"), R"("q_invoice_14")");
  EXPECT_EQ(sent(outcome, "q_payment_15_match1", "amount"), "80.00");
  EXPECT_EQ(sent(outcome, "q_payment_15_line_match1", "debit"), R"("q_payment_15")");
}

TEST_F(Money, ABillPaidByCardGoesOutOfTheCard) {
  ledger("9", "Bill", {{"21", "-70", "2"}, {"50", "70", "2"}});
  ledger("15", "Bill Payment (Credit Card)", {{"11", "-70", "2"}, {"21", "70", "2"}});
  const auto outcome = build("bill_payment", "BillPayment",
                             "{'Id':'15','TxnDate':'2026-04-06','DocNumber':'1','VendorRef':{'value':'2'},'TotalAmt':70,'CreditCardPayment':{'CCAccountRef':{'value':'11'}},"
                             "'Line':[{'Amount':70,'LinkedTxn':[{'TxnId':'9','TxnType':'Bill'}]}]}");
  EXPECT_EQ(sent(outcome, "q_bill_payment_15", "values.payment_type"), R"("outbound")");
  EXPECT_EQ(sent(outcome, "q_bill_payment_15_line", "values.amount"), "-70");
  EXPECT_EQ(sent(outcome, "q_bill_payment_15_match1", "credit"), R"("q_bill_9")");
  EXPECT_EQ(sent(outcome, "q_bill_payment_15_line_match1", "debit"), R"("q_bill_payment_15_line")");
}

TEST_F(Money, AnUndepositedPaymentWaitsForItsDeposit) {
  know("deposited", "Payment/15", "{'account':'10'}");
  const auto outcome = payment("12");
  EXPECT_EQ(target(outcome, "q_payment_15_line"), nullptr);
  EXPECT_EQ(sent(outcome, "q_payment_15", "values.payment_method_line_id"), R"({"ref":"q_account_10_undepositedinbound"})");
}

TEST_F(Money, ADepositTakesThePaymentsOutOfUndepositedFunds) {
  ledger("15", "Payment", {{"12", "80", "1"}, {"20", "-80", "1"}});
  ledger("16", "Deposit", {{"10", "80"}, {"12", "-80", "1"}});
  const auto outcome = build("deposit", "Deposit",
                             "{'Id':'16','TxnDate':'2026-04-07','DepositToAccountRef':{'value':'10'},'TotalAmt':80,'Line':[{'Amount':80,'LinkedTxn':[{'TxnId':'15','TxnType':'Payment'}]}]}");
  EXPECT_EQ(sent(outcome, "q_deposit_16_line", "values.amount"), "80");
  EXPECT_EQ(sent(outcome, "q_deposit_16_match1", "debit"), R"("q_payment_15")");
  EXPECT_EQ(sent(outcome, "q_deposit_16_match1", "credit"), R"("q_deposit_16_line")");
  EXPECT_EQ(remembered("deposited", "Payment/15"), R"({"account":"10"})");
}

TEST_F(Money, ATransferIsALineOnEachBankTiedToEachOther) {
  ledger("17", "Transfer", {{"10", "-30"}, {"11", "30"}});
  const auto outcome = build("transfer", "Transfer", "{'Id':'17','TxnDate':'2026-04-07','FromAccountRef':{'value':'10'},'ToAccountRef':{'value':'11'},'Amount':30}");
  EXPECT_EQ(sent(outcome, "q_transfer_17_line", "values.amount"), "-30");
  EXPECT_EQ(sent(outcome, "q_transfer_17_line2", "values.amount"), "30");
  EXPECT_EQ(sent(outcome, "q_transfer_17_line2_match1", "account"), R"({"company":"transfer_account_id"})");
}

TEST_F(Money, AnExpenseByCardIsALineOfTheCard) {
  ledger("18", "Credit Card Expense", {{"11", "-34", "2"}, {"50", "34"}});
  const auto outcome = build("purchase", "Purchase",
                             "{'Id':'18','TxnDate':'2026-04-07','AccountRef':{'value':'11'},'EntityRef':{'value':'2'},'TotalAmt':34,'Line':[{'Amount':34,'DetailType':'AccountBasedExpenseLineDetail'}]}");
  EXPECT_EQ(sent(outcome, "q_purchase_18_line", "values.amount"), "-34");
  EXPECT_EQ(sent(outcome, "q_purchase_18_line", "sudo"), "true");
}

TEST_F(Money, WithoutABankAnEntryIsMade) {
  ledger("19", "Journal Entry", {{"50", "5"}, {"30", "-5"}});
  const auto journal = build("journal_entry", "JournalEntry", "{'Id':'19','TxnDate':'2026-04-07','Line':[{'Amount':5}]}");
  EXPECT_EQ(sent(journal, "q_journal_entry_19", "values.journal_id"), R"({"ref":"q_company_info_1_journal"})");
  const auto only_ledger = build("ledger_transaction", "LedgerTransaction", "{'Id':'19'}");
  EXPECT_EQ(sent(only_ledger, "q_ledger_transaction_19", "values.date"), R"("2026-04-06")");
}

TEST_F(Money, APaymentOfNothingOnlyMatchesCreditsAndCharges) {
  ledger("13", "Credit Memo", {{"20", "-40", "1"}, {"30", "40", "1"}});
  const auto outcome = build("payment", "Payment",
                             "{'Id':'15','TxnDate':'2026-04-06','CustomerRef':{'value':'1'},'TotalAmt':0,'Line':[{'Amount':40,'LinkedTxn':[{'TxnId':'14','TxnType':'Invoice'}]},"
                             "{'Amount':40,'LinkedTxn':[{'TxnId':'13','TxnType':'CreditMemo'}]}]}");
  ASSERT_EQ(outcome.targets.size(), 1U) << reason(outcome);
  EXPECT_EQ(sent(outcome, "q_payment_15_match1", "credit"), R"("q_credit_memo_13")");
  EXPECT_EQ(sent(outcome, "q_payment_15_match1", "amount"), "40.00");
}

TEST_F(Money, WhatCannotBeBookedIsRejectedWithTheReason) {
  EXPECT_EQ(reason(build("payment", "Payment", "{'Id':'15','TxnDate':'2026-04-06','CustomerRef':{'value':'1'},'TotalAmt':5}")), "LEDGER_MISSING");
  EXPECT_EQ(reason(build("payment", "Payment", "{'Id':'15','TxnDate':'2026-04-06','TotalAmt':5}")), "REFERENCE_MISSING");
  EXPECT_EQ(reason(build("transfer", "Transfer", "{'Id':'17','TxnDate':'2026-04-07','Amount':30}", "{'mode':'payment'}")), "UNSUPPORTED_MONEY_MODE");
  EXPECT_EQ(reason(build("ledger_transaction", "LedgerTransaction", "{'Id':'404'}")), "LEDGER_MISSING");
}

}  // namespace
}  // namespace q2o::mapper
