#include <fmt/format.h>

#include "services/mapper/domain/builders/tests/workbench.h"

namespace q2o::mapper {
namespace {

class Documents : public testing::Workbench {
 protected:
  Outcome invoice(const std::string& lines, const std::string& total, const std::string& more = "") {
    return build("sales_document", "Invoice",
                 "{'Id':'14','DocNumber':'1001','TxnDate':'2026-04-06','DueDate':'2026-05-06','CustomerRef':{'value':'1'},'TotalAmt':" +
                     total + "," + more + "'Line':[" + lines + "]}",
                 "{'move_type':'out_invoice'}");
  }
  static std::string service(const std::string& amount, const std::string& tax = "NON") {
    return "{'Amount':" + amount +
           ",'DetailType':'SalesItemLineDetail','SalesItemLineDetail':{'ItemRef':{'value':'5','name':'Design'},'TaxCodeRef':{'value':'" +
           tax + "'}}}";
  }
};

TEST_F(Documents, AnInvoiceHasItsLinesAndItsOpenItem) {
  ledger("14", "Invoice", {{"20", "100", "1"}, {"30", "-100", "1"}});
  const auto outcome = invoice(service("100"), "100");
  EXPECT_EQ(sent(outcome, "q_invoice_14", "values.name"), R"("1001")");
  EXPECT_EQ(sent(outcome, "q_invoice_14", "values.line_ids.lines.0.account_id"), R"({"ref":"q_account_30"})");
  EXPECT_EQ(sent(outcome, "q_invoice_14", "values.line_ids.lines.0.balance"), "-100");
  EXPECT_EQ(sent(outcome, "q_invoice_14", "values.line_ids.lines.1.display_type"), R"("payment_term")");
  EXPECT_EQ(sent(outcome, "q_invoice_14", "values.line_ids.lines.1.balance"), "100");
  EXPECT_EQ(sent(outcome, "q_invoice_14", "context.skip_invoice_sync"), "true");
  EXPECT_FALSE(outcome.fallback);
  EXPECT_EQ(outcome.claimed, std::vector<std::string>{"14"});
}

TEST_F(Documents, TaxIsWhatTheDocumentSaysAndLinesBearItsRate) {
  ledger("14", "Invoice", {{"20", "108.01", "1"}, {"30", "-100", "1"}, {"40", "-8.01", "1"}});
  const auto outcome = invoice(service("100", "TAX"), "108.01",
                               "'TxnTaxDetail':{'TotalTax':8.01,'TaxLine':[{'Amount':8.01,'DetailType':'TaxLineDetail','TaxLineDetail':{'"
                               "TaxRateRef':{'value':'7'},'NetAmountTaxable':100}}]},");
  EXPECT_EQ(sent(outcome, "q_invoice_14", "values.line_ids.lines.0.tax_ids"), R"({"refs":[{"ref":"q_tax_rate_7"}]})");
  EXPECT_EQ(sent(outcome, "q_invoice_14", "values.line_ids.lines.1.display_type"), R"("tax")");
  EXPECT_EQ(sent(outcome, "q_invoice_14", "values.line_ids.lines.1.balance"), "-8.01");
  EXPECT_EQ(sent(outcome, "q_invoice_14", "values.line_ids.lines.1.account_id"), R"({"ref":"q_account_40"})");
}

TEST_F(Documents, CostOfGoodsIsAnEntryOfItsOwn) {
  ledger("14", "Invoice", {{"20", "50", "1"}, {"31", "-50", "1"}, {"60", "-20", "1"}, {"61", "20", "1"}});
  const auto outcome = invoice(
      "{'Amount':50,'DetailType':'SalesItemLineDetail','SalesItemLineDetail':{'ItemRef':{'value':'6','name':'Pump'},'Qty':2,'UnitPrice':25}"
      "}",
      "50");
  EXPECT_EQ(sent(outcome, "q_invoice_14_cogs", "values.move_type"), R"("entry")");
  EXPECT_EQ(sent(outcome, "q_invoice_14_cogs", "values.journal_id"), R"({"ref":"q_company_info_1_cogs"})");
  EXPECT_FALSE(outcome.fallback);
}

TEST_F(Documents, TheLedgersLinesReplaceThoseThatSayAnotherAccount) {
  ledger("14", "Invoice", {{"20", "100", "1"}, {"30", "-60", "1"}, {"31", "-40", "1"}});
  const auto outcome = invoice(service("100"), "100");
  ASSERT_TRUE(outcome.fallback);
  EXPECT_EQ(outcome.fallback->step, "ledger_lines");
  EXPECT_EQ(sent(outcome, "q_invoice_14", "values.move_type"), R"("out_invoice")") << "it stays a document";
}

TEST_F(Documents, AnItemWhoseAccountChangedTakesTheLedgersAccount) {
  ledger("14", "Invoice", {{"20", "100", "1"}, {"31", "-100", "1"}});
  const auto outcome = invoice(service("100"), "100");
  EXPECT_FALSE(outcome.fallback);
  EXPECT_EQ(sent(outcome, "q_invoice_14", "values.line_ids.lines.0.account_id"), R"({"ref":"q_account_31"})");
}

TEST_F(Documents, ATermOfTooManyDaysIsNotTheDocuments) {
  ledger("14", "Invoice", {{"20", "100", "1"}, {"30", "-100", "1"}});
  know("Term", "8", "{'Type':'STANDARD','DueDays':99999999999}");
  know("Term", "9", "{'Type':'STANDARD','DueDays':30,'DiscountPercent':2,'DiscountDays':99999999999}");
  for (const char* term : {"8", "9"}) {
    const auto outcome = invoice(service("100"), "100", fmt::format("'SalesTermRef':{{'value':'{}'}},", term));
    EXPECT_EQ(sent(outcome, "q_invoice_14", "values.invoice_payment_term_id"), "null");
    EXPECT_EQ(sent(outcome, "q_invoice_14", "values.invoice_date_due"), R"("2026-05-06")");
    EXPECT_EQ(outcome.losses.size(), term == std::string("9") ? 1u : 0u);
  }
}

TEST_F(Documents, ATermThatFitsIsTheDocuments) {
  ledger("14", "Invoice", {{"20", "100", "1"}, {"30", "-100", "1"}});
  know("Term", "8", "{'Type':'STANDARD','DueDays':30,'DiscountPercent':2,'DiscountDays':10}");
  const auto outcome = invoice(service("100"), "100", "'SalesTermRef':{'value':'8'},");
  EXPECT_EQ(sent(outcome, "q_invoice_14", "values.invoice_payment_term_id"), R"({"ref":"q_term_8"})");
  EXPECT_EQ(sent(outcome, "q_invoice_14", "values.line_ids.lines.1.discount_date"), R"("2026-04-16")");
}

/// Lookups whose Account kind cannot be read.
struct Spoiled : MemoryLookups {
  const json::Value* find(std::string_view kind, std::string_view key) const override {
    if (kind == "Account" && lost) throw std::runtime_error("connection lost");
    if (kind == "Account") throw std::out_of_range("stoi");
    return MemoryLookups::find(kind, key);
  }
  bool lost = false;
};

TEST(Builders, AFaultRejectsTheRecordAndTroubleOfTheDatabaseDoesNot) {
  Spoiled lookups;
  lookups.add_ledger({"4", "Journal Entry", "2026-04-06", "", {{"20", Decimal::of("1"), {}, {}, "", "", ""}}});
  const auto body = json::Document::parse(R"({"Id":"4","TxnDate":"2026-04-06"})").value();
  const auto build = [&] {
    return find_builder("journal_entry")->build({"JournalEntry", "4", &body.root()}, body.root(), RunContext{"q", "USD"}, lookups);
  };
  const auto outcome = build();
  ASSERT_TRUE(outcome.reject);
  EXPECT_EQ(outcome.reject->reason, "MAPPER_FAULT");
  EXPECT_EQ(outcome.claimed, std::vector<std::string>{"4"}) << "it does not come in by the back door";
  lookups.lost = true;
  EXPECT_THROW(build(), std::runtime_error);
}

TEST_F(Documents, AnInvoiceOfAnOrderPointsAtItsLine) {
  know("order_link", "Invoice/14", "{'orders':['Estimate/41']}");
  know("order_lines", "Estimate/41", "{'order':'q_estimate_41','lines':[{'item':'6','amount':'1'},{'item':'5','amount':'100'}]}");
  ledger("14", "Invoice", {{"20", "100", "1"}, {"30", "-100", "1"}});
  EXPECT_EQ(sent(invoice(service("100"), "100"), "q_invoice_14", "values.line_ids.lines.0.sale_line_ids"),
            R"({"refs":[{"order_line":["q_estimate_41",1]}]})");
}

TEST_F(Documents, TheSameNumberTwiceGetsASuffix) {
  ledger("14", "Invoice", {{"20", "100", "1"}, {"30", "-100", "1"}});
  know("number", "sale/1001", "{'record':'q_invoice_2'}");
  const auto outcome = invoice(service("100"), "100");
  EXPECT_EQ(sent(outcome, "q_invoice_14", "values.name"), R"("1001-2")");
  EXPECT_EQ(sent(outcome, "q_invoice_14", "values.ref"), R"("1001")");
}

TEST_F(Documents, AReceiptIsPaidAtOnce) {
  ledger("14", "Sales Receipt", {{"10", "100", "1"}, {"30", "-100", "1"}});
  const auto outcome =
      build("sales_document", "SalesReceipt",
            "{'Id':'14','TxnDate':'2026-04-06','CustomerRef':{'value':'1'},'TotalAmt':100,'DepositToAccountRef':{'value':'10'},'Line':[" +
                service("100") + "]}",
            "{'move_type':'out_receipt','settled':true}");
  EXPECT_EQ(sent(outcome, "q_sales_receipt_14", "values.name"), R"("QB-14")") << "Odoo must not number it";
  EXPECT_EQ(sent(outcome, "q_sales_receipt_14_pay", "values.payment_type"), R"("inbound")");
  EXPECT_EQ(sent(outcome, "q_sales_receipt_14_line", "values.amount"), "100");
  EXPECT_EQ(sent(outcome, "q_sales_receipt_14_match1", "debit"), R"("q_sales_receipt_14")");
  EXPECT_EQ(sent(outcome, "q_sales_receipt_14_match1", "credit"), R"("q_sales_receipt_14_pay")");
}

TEST_F(Documents, ABillKeepsItsNumberAsReference) {
  ledger("9", "Bill", {{"21", "-70", "2"}, {"50", "70", "2"}});
  const auto outcome = build("purchase_document", "Bill",
                             "{'Id':'9','DocNumber':'77','TxnDate':'2026-04-06','VendorRef':{'value':'2'},'TotalAmt':70,'Line':[{'Amount':"
                             "70,'DetailType':'AccountBasedExpenseLineDetail',"
                             "'AccountBasedExpenseLineDetail':{'AccountRef':{'value':'50','name':'Costs:Office'}}}]}",
                             "{'move_type':'in_invoice'}");
  EXPECT_EQ(sent(outcome, "q_bill_9", "values.ref"), R"("77")");
  EXPECT_EQ(sent(outcome, "q_bill_9", "values.name"), "");
  EXPECT_EQ(sent(outcome, "q_bill_9", "values.line_ids.lines.0.name"), R"("Office")");
  EXPECT_EQ(sent(outcome, "q_bill_9", "values.line_ids.lines.1.balance"), "-70");
}

TEST_F(Documents, AReverseChargeIsATaxLineOnEachSideOfOneAccount) {
  know("TaxRate", "8", "{'Name':'Reverse charge'}");
  ledger("25", "Bill", {{"21", "-100", "2"}, {"50", "100", "2"}, {"40", "20", "2"}, {"40", "-20", "2"}});
  const auto outcome =
      build("purchase_document", "Bill",
            "{'Id':'25','TxnDate':'2026-04-06','DueDate':'2026-05-06','VendorRef':{'value':'2'},'TotalAmt':100,"
            "'TxnTaxDetail':{'TotalTax':0,'TaxLine':[{'Amount':20,'TaxLineDetail':{'TaxRateRef':{'value':'7'},"
            "'NetAmountTaxable':100}},{'Amount':-20,'TaxLineDetail':{'TaxRateRef':{'value':'8'},'NetAmountTaxable':100}}]},"
            "'Line':[{'Amount':100,'DetailType':'AccountBasedExpenseLineDetail','AccountBasedExpenseLineDetail':"
            "{'AccountRef':{'value':'50','name':'Office'}}}]}",
            "{'move_type':'in_invoice'}");
  for (const auto* line : {"1", "2"}) {
    const std::string at = std::string("values.line_ids.lines.") + line;
    EXPECT_EQ(sent(outcome, "q_bill_25", at + ".display_type"), R"("tax")");
    EXPECT_EQ(sent(outcome, "q_bill_25", at + ".account_id"), R"({"ref":"q_account_40"})");
  }
  EXPECT_EQ(sent(outcome, "q_bill_25", "values.line_ids.lines.1.balance"), "20");
  EXPECT_EQ(sent(outcome, "q_bill_25", "values.line_ids.lines.2.balance"), "-20");
  EXPECT_FALSE(outcome.fallback);
}

TEST_F(Documents, ABundleIsASectionWithItsChildren) {
  ledger("14", "Invoice", {{"20", "100", "1"}, {"30", "-100", "1"}});
  const auto outcome =
      invoice("{'Amount':100,'DetailType':'GroupLineDetail','GroupLineDetail':{'GroupItemRef':{'value':'9','name':'Garden set'},'Line':[" +
                  service("60") + "," + service("40") + "]}}",
              "100");
  EXPECT_EQ(sent(outcome, "q_invoice_14", "values.line_ids.lines.0.display_type"), R"("line_section")");
  EXPECT_EQ(sent(outcome, "q_invoice_14", "values.line_ids.lines.0.name"), R"("Garden set")");
  EXPECT_EQ(sent(outcome, "q_invoice_14", "values.line_ids.lines.2.balance"), "-40");
  EXPECT_FALSE(outcome.fallback);
}

TEST_F(Documents, ANegativeInvoiceBecomesACreditNote) {
  ledger("14", "Invoice", {{"20", "-100", "1"}, {"30", "100", "1"}});
  const auto outcome = invoice(service("-100"), "-100");
  EXPECT_EQ(sent(outcome, "q_invoice_14", "values.move_type"), R"("out_refund")");
  EXPECT_EQ(sent(outcome, "q_invoice_14", "values.line_ids.lines.0.price_unit"), "100");
  EXPECT_EQ(sent(outcome, "q_invoice_14", "values.line_ids.lines.0.balance"), "100");
}

TEST_F(Documents, AForeignInvoiceKeepsItsAmountsAndTheLedgersHomeAmounts) {
  accounting::LedgerTransaction transaction{"14", "Invoice", "2026-04-06", "", {}};
  transaction.postings.push_back({"20", Decimal::of("17.78"), "EUR", Decimal::of("20"), "1", "", ""});
  transaction.postings.push_back({"30", Decimal::of("-17.78"), "EUR", Decimal::of("-20"), "1", "", ""});
  lookups_.add_ledger(std::move(transaction));
  const auto outcome = invoice(service("20"), "20", "'CurrencyRef':{'value':'EUR'},'ExchangeRate':0.889,");
  EXPECT_EQ(sent(outcome, "q_invoice_14", "values.line_ids.lines.0.balance"), "-17.78");
  EXPECT_EQ(sent(outcome, "q_invoice_14", "values.line_ids.lines.0.amount_currency"), "-20");
  EXPECT_EQ(sent(outcome, "q_invoice_14", "values.line_ids.lines.1.balance"), "17.78");
  EXPECT_EQ(remembered("document_rate", "Invoice/14"), R"({"rate":"0.889"})");
  EXPECT_NE(sent(outcome, "q_invoice_14", "then.invoice_currency_rate"), "") << "Odoo's own rate would revalue it";
  EXPECT_EQ(reason(invoice(service("20"), "20", "'CurrencyRef':{'value':'EUR'},")), "EXCHANGE_RATE_MISSING");
}

TEST_F(Documents, AVoidedInvoiceIsACancelledOne) {
  const auto outcome = invoice("{'Amount':0,'DetailType':'SalesItemLineDetail','SalesItemLineDetail':{'ItemRef':{'value':'5'}}}", "0",
                               "'PrivateNote':'Voided',");
  EXPECT_EQ(sent(outcome, "q_invoice_14", "values.state"), R"("cancel")");
  ASSERT_NE(target(outcome, "q_invoice_14"), nullptr);
  EXPECT_FALSE(target(outcome, "q_invoice_14")->post);
}

TEST_F(Documents, WhatCannotBeBookedIsRejectedWithTheReason) {
  EXPECT_EQ(reason(invoice(service("100"), "100")), "LEDGER_MISSING");
  ledger("14", "Invoice", {{"20", "100", "1"}, {"30", "-99", "1"}});
  EXPECT_EQ(reason(invoice(service("100"), "100")), "LEDGER_UNBALANCED");
  EXPECT_EQ(reason(invoice("{'Amount':1,'DetailType':'Strange'}", "1")), "UNKNOWN_LINE_TYPE");
  EXPECT_EQ(reason(invoice("{'Amount':'x','DetailType':'SalesItemLineDetail'}", "1")), "NOT_A_NUMBER");
}

}  // namespace
}  // namespace q2o::mapper
