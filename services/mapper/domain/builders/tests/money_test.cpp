#include "services/mapper/domain/builders/tests/workbench.h"

namespace q2o::mapper {
namespace {

class Money : public testing::Workbench {
 protected:
  void SetUp() override { ledger("14", "Invoice", {{"20", "100", "1"}, {"30", "-100", "1"}}); }
  Outcome payment(const std::string& to, const std::string& amount = "80") {
    ledger("15", "Payment", {{to.c_str(), amount.c_str(), "1"}, {"20", ("-" + amount).c_str(), "1"}});
    return build("payment", "Payment",
                 "{'Id':'15','TxnDate':'2026-04-06','PaymentRefNum':'5664','CustomerRef':{'value':'1'},'DepositToAccountRef':{'value':'" +
                     to + "'},'TotalAmt':" + amount + ",'Line':[{'Amount':" + amount +
                     ",'LinkedTxn':[{'TxnId':'14','TxnType':'Invoice'}]}]}");
  }
};

TEST_F(Money, APaymentToABankIsAPaymentAndALineOfItsStatement) {
  const auto outcome = payment("10");
  EXPECT_EQ(sent(outcome, "q_payment_15", "values.journal_id"), R"({"ref":"q_account_10_journal"})");
  EXPECT_EQ(sent(outcome, "q_payment_15", "values.destination_account_id"), R"({"ref":"q_account_20"})")
      << "the ledger's, not the partner's default";
  EXPECT_EQ(sent(outcome, "q_payment_15_line", "values.amount"), "80");
  EXPECT_EQ(sent(outcome, "q_payment_15_line", "values.line_ids.lines.1.account_id"), R"({"ref":"q_company_info_1_outstandingreceipts"})");
  EXPECT_EQ(sent(outcome, "q_payment_15_match1", "debit"), R"("q_invoice_14")");
  EXPECT_EQ(sent(outcome, "q_payment_15_match1", "amount"), "80.00");
  EXPECT_EQ(sent(outcome, "q_payment_15_line_match1", "debit"), R"("q_payment_15")");
}

TEST_F(Money, ANegativePartOfNothingIsRefused) {
  accounting::LedgerTransaction revaluation{"13", "Journal Entry", "2026-04-06", "", {}};
  revaluation.postings.push_back({"20", Decimal::of("1.50"), "EUR", Decimal::of("0"), "1", "", ""});
  revaluation.postings.push_back({"30", Decimal::of("-1.50"), {}, {}, "1", "", ""});
  know("Account", "20", "{'Name':'R','AccountType':'Accounts Receivable','CurrencyRef':{'value':'EUR'}}");
  lookups_.add_ledger(std::move(revaluation));
  ledger("15", "Payment", {{"10", "80", "1"}, {"20", "-80", "1"}});
  const auto outcome = build("payment", "Payment",
                             "{'Id':'15','TxnDate':'2026-04-06','CustomerRef':{'value':'1'},'TotalAmt':80,'Line':[{'Amount':-5,"
                             "'LinkedTxn':[{'TxnId':'13','TxnType':'JournalEntry'}]}]}");
  EXPECT_EQ(reason(outcome), "AMOUNT_MISMATCH");
}

TEST_F(Money, ABillPaidByCardGoesOutOfTheCard) {
  ledger("9", "Bill", {{"21", "-70", "2"}, {"50", "70", "2"}});
  ledger("15", "Bill Payment (Credit Card)", {{"11", "-70", "2"}, {"21", "70", "2"}});
  const auto outcome = build("bill_payment", "BillPayment",
                             "{'Id':'15','TxnDate':'2026-04-06','DocNumber':'1','VendorRef':{'value':'2'},'TotalAmt':70,'CreditCardPayment'"
                             ":{'CCAccountRef':{'value':'11'}},"
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
                             "{'Id':'16','TxnDate':'2026-04-07','DepositToAccountRef':{'value':'10'},'TotalAmt':80,'Line':[{'Amount':80,'"
                             "LinkedTxn':[{'TxnId':'15','TxnType':'Payment'}]}]}");
  EXPECT_EQ(sent(outcome, "q_deposit_16_line", "values.amount"), "80");
  EXPECT_EQ(sent(outcome, "q_deposit_16_match1", "debit"), R"("q_payment_15")");
  EXPECT_EQ(sent(outcome, "q_deposit_16_match1", "credit"), R"("q_deposit_16_line")");
  EXPECT_EQ(remembered("deposited", "Payment/15"), R"({"account":"10"})");
}

TEST_F(Money, ATransferIsALineOnEachBankTiedToEachOther) {
  ledger("17", "Transfer", {{"10", "-30"}, {"11", "30"}});
  const auto outcome =
      build("transfer", "Transfer",
            "{'Id':'17','TxnDate':'2026-04-07','FromAccountRef':{'value':'10'},'ToAccountRef':{'value':'11'},'Amount':30}");
  EXPECT_EQ(sent(outcome, "q_transfer_17_line", "values.amount"), "-30");
  EXPECT_EQ(sent(outcome, "q_transfer_17_line2", "values.amount"), "30");
  EXPECT_EQ(sent(outcome, "q_transfer_17_line2_match1", "account"), R"({"company":"transfer_account_id"})");
}

TEST_F(Money, AnExpenseByCardIsALineOfTheCard) {
  ledger("18", "Credit Card Expense", {{"11", "-34", "2"}, {"50", "34"}});
  const auto outcome = build("purchase", "Purchase",
                             "{'Id':'18','TxnDate':'2026-04-07','AccountRef':{'value':'11'},'EntityRef':{'value':'2'},'TotalAmt':34,'Line':"
                             "[{'Amount':34,'DetailType':'AccountBasedExpenseLineDetail'}]}");
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
                             "{'Id':'15','TxnDate':'2026-04-06','CustomerRef':{'value':'1'},'TotalAmt':0,'Line':[{'Amount':40,'LinkedTxn':["
                             "{'TxnId':'14','TxnType':'Invoice'}]},"
                             "{'Amount':40,'LinkedTxn':[{'TxnId':'13','TxnType':'CreditMemo'}]}]}");
  ASSERT_EQ(outcome.targets.size(), 1U) << reason(outcome);
  EXPECT_EQ(sent(outcome, "q_payment_15_match1", "credit"), R"("q_credit_memo_13")");
  EXPECT_EQ(sent(outcome, "q_payment_15_match1", "amount"), "40.00");
}

TEST_F(Money, WhatCannotBeBookedIsRejectedWithTheReason) {
  EXPECT_EQ(reason(build("payment", "Payment", "{'Id':'15','TxnDate':'2026-04-06','CustomerRef':{'value':'1'},'TotalAmt':5}")),
            "LEDGER_MISSING");
  EXPECT_EQ(reason(build("payment", "Payment", "{'Id':'15','TxnDate':'2026-04-06','TotalAmt':5}")), "REFERENCE_MISSING");
  EXPECT_EQ(reason(build("ledger_transaction", "LedgerTransaction", "{'Id':'404'}")), "LEDGER_MISSING");
}

/// The same payments where Undeposited Funds has a journal of its own.
class MoneyModes : public Money {
 protected:
  void SetUp() override {
    Money::SetUp();
    ledger("15", "Payment", {{"12", "80", "1"}, {"20", "-80", "1"}});
    ledger("21", "Payment", {{"12", "80", "1"}, {"20", "-80", "1"}});
    ledger("16", "Deposit", {{"10", "155"}, {"12", "-80"}, {"12", "-80"}, {"50", "5"}});
  }
  Outcome deposit() {
    return build("deposit", "Deposit",
                 "{'Id':'16','TxnDate':'2026-04-07','DepositToAccountRef':{'value':'10'},'TotalAmt':155,'Line':[{'Amount':80,'LinkedTxn':[{"
                 "'TxnId':'15','TxnType':'Payment'}]},"
                 "{'Amount':80,'LinkedTxn':[{'TxnId':'21','TxnType':'Payment'}]},{'Amount':-5}]}");
  }
  Outcome transfer() {
    ledger("17", "Transfer", {{"10", "-30"}, {"11", "30"}});
    return build("transfer", "Transfer",
                 "{'Id':'17','TxnDate':'2026-04-07','FromAccountRef':{'value':'10'},'ToAccountRef':{'value':'11'},'Amount':30}");
  }
  /// Balances of all items sent, per account.
  static std::map<std::string, std::string> nets(const Outcome& outcome) {
    std::map<std::string, Decimal> sums;
    for (const auto& target : outcome.targets) {
      const auto document = json::Document::parse(target.values_json).value();
      for (const auto& item : document.root().at("values.line_ids.lines").items())
        sums[std::string(item["account_id"].raw())] += item["balance"].decimal().value();
    }
    std::map<std::string, std::string> result;
    for (const auto& [account, sum] : sums) {
      if (!sum.is_zero()) result[account] = sum.to_string(0);
    }
    return result;
  }
  static std::set<std::string> models(const Outcome& outcome) {
    std::set<std::string> result;
    for (const auto& target : outcome.targets) result.insert(target.model);
    return result;
  }
  using Nets = std::map<std::string, std::string>;
  const Nets deposit_nets_{{R"({"ref":"q_account_10"})", "155"}, {R"({"ref":"q_account_12"})", "-160"}, {R"({"ref":"q_account_50"})", "5"}};
};

TEST_F(MoneyModes, StatementBooksAPaymentAsALineOnly) {
  money_mode_ = MoneyMode::statement;
  for (const char* to : {"10", "12"}) {
    const auto outcome = payment(to);
    EXPECT_EQ(models(outcome), (std::set<std::string>{"account.bank.statement.line", "account.partial.reconcile"}));
    EXPECT_EQ(sent(outcome, "q_payment_15_line", "values.journal_id"), std::string(R"({"ref":"q_account_)") + to + R"(_journal"})");
    EXPECT_EQ(sent(outcome, "q_payment_15_match1", "credit"), R"("q_payment_15_line")");
    EXPECT_EQ(nets(outcome), (Nets{{std::string(R"({"ref":"q_account_)") + to + R"("})", "80"}, {R"({"ref":"q_account_20"})", "-80"}}));
  }
}

TEST_F(MoneyModes, StatementHasALineForEachUndepositedItemOfADeposit) {
  money_mode_ = MoneyMode::statement;
  const auto outcome = deposit();
  EXPECT_EQ(nets(outcome), deposit_nets_);
  EXPECT_EQ(sent(outcome, "q_deposit_16_line", "values.amount"), "155");
  EXPECT_EQ(sent(outcome, "q_deposit_16_line2", "values.amount"), "-80");
  EXPECT_EQ(sent(outcome, "q_deposit_16_line3", "values.journal_id"), R"({"ref":"q_account_12_journal"})");
  EXPECT_EQ(sent(outcome, "q_deposit_16_match1", "debit"), R"("q_payment_15_line")");
  EXPECT_EQ(sent(outcome, "q_deposit_16_match1", "credit"), R"("q_deposit_16_line2")");
  EXPECT_EQ(sent(outcome, "q_deposit_16_match2", "credit"), R"("q_deposit_16_line3")");
}

TEST_F(MoneyModes, PaymentBooksTheBankItselfByThePayment) {
  money_mode_ = MoneyMode::payment;
  for (const char* to : {"10", "12"}) {
    const auto outcome = payment(to);
    EXPECT_EQ(models(outcome), (std::set<std::string>{"account.payment", "account.partial.reconcile"}));
    EXPECT_EQ(sent(outcome, "q_payment_15", "values.journal_id"), std::string(R"({"ref":"q_account_)") + to + R"(_journal"})");
    EXPECT_EQ(sent(outcome, "q_payment_15", "values.payment_method_line_id").find("undeposited"), std::string::npos);
    EXPECT_EQ(sent(outcome, "q_payment_15_match1", "credit"), R"("q_payment_15")");
  }
}

TEST_F(MoneyModes, PaymentBooksDepositsAndTransfersAsEntriesOfTheBank) {
  money_mode_ = MoneyMode::payment;
  const auto outcome = deposit();
  EXPECT_EQ(nets(outcome), deposit_nets_);
  EXPECT_EQ(sent(outcome, "q_deposit_16", "values.journal_id"), R"({"ref":"q_account_10_journal"})");
  EXPECT_EQ(sent(outcome, "q_deposit_16_match2", "debit"), R"("q_payment_21")");
  EXPECT_EQ(sent(outcome, "q_deposit_16_match2", "credit"), R"("q_deposit_16")");
  const auto moved = transfer();
  EXPECT_EQ(models(moved), std::set<std::string>{"account.move"});
  EXPECT_EQ(nets(moved), (Nets{{R"({"ref":"q_account_10"})", "-30"}, {R"({"ref":"q_account_11"})", "30"}}));
}

TEST_F(MoneyModes, AReceiptIsSettledByWhateverTheModeMakes) {
  ledger("22", "Sales Receipt", {{"12", "40", "1"}, {"30", "-40", "1"}});
  const auto receipt = [&] {
    return build("sales_document", "SalesReceipt",
                 "{'Id':'22','TxnDate':'2026-04-06','CustomerRef':{'value':'1'},'DepositToAccountRef':{'value':'12'},'TotalAmt':40,"
                 "'Line':[{'Amount':40,'DetailType':'SalesItemLineDetail','SalesItemLineDetail':{'ItemRef':{'value':'5'}}}]}",
                 "{'move_type':'out_receipt','settled':true}");
  };
  money_mode_ = MoneyMode::statement;
  EXPECT_EQ(sent(receipt(), "q_sales_receipt_22_match1", "credit"), R"("q_sales_receipt_22_line")");
  EXPECT_EQ(sent(receipt(), "q_sales_receipt_22_line", "values.amount"), "40");
  money_mode_ = MoneyMode::payment;
  EXPECT_EQ(sent(receipt(), "q_sales_receipt_22_match1", "credit"), R"("q_sales_receipt_22_pay")");
}

}  // namespace
}  // namespace q2o::mapper
