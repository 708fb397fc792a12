#include <fmt/format.h>

#include "tests/integration/bad_input/mapped_company.h"

/// Bad documents and movements of money.
namespace q2o::bad_input {
namespace {

/// The good invoice once more under the id 66, with one part of its text exchanged, and its postings.
std::function<Seen()> invoice(std::string what, std::string with) {
  return [=] {
    return MappedCompany()
        .with("Invoice", "66", invoice_text(what, with))
        .post("66", {posting("84", "100"), posting("79", "-100")})
        .look_at("Invoice", "66");
  };
}

std::function<Seen()> other(std::string entity, std::string body, std::vector<accounting::Posting> postings) {
  return [=] { return MappedCompany().with(entity, "66", body).post("66", postings).look_at(entity, "66"); };
}

}  // namespace

std::vector<Case> document_cases() {
  const std::string all = "all others";
  const std::string customer = R"("CustomerRef":{"value":"1"})", item = R"("ItemRef":{"value":"11"})", total = R"("TotalAmt":100)",
                    amount = R"("Amount":100,"DetailType":"SalesItemLineDetail")";
  return {
      {"InvoiceWithoutCustomer", "REFERENCE_MISSING", {"no customer", "CustomerRef"}, {"choose one"}, all, invoice(customer + ",", "")},
      {"InvoiceOfAMissingCustomer",
       "REFERENCE_MISSING",
       {"Customer 404", "CustomerRef"},
       {"Customer 404"},
       all,
       invoice(customer, R"("CustomerRef":{"value":"404"})")},
      {"InvoiceOfAMissingItem",
       "LOSS",
       {"Item 404", "ItemRef", "names no product"},
       {},
       all,
       invoice(item, R"("ItemRef":{"value":"404"})")},
      {"LineOfUnknownType",
       "UNKNOWN_LINE_TYPE",
       {"MagicLineDetail", "Line"},
       {"rule"},
       all,
       invoice(R"("DetailType":"SalesItemLineDetail")", R"("DetailType":"MagicLineDetail")")},
      {"LineWithoutType", "UNKNOWN_LINE_TYPE", {"Line"}, {"rule"}, all, invoice(R"("DetailType":"SalesItemLineDetail",)", "")},
      {"LineWhoseAmountIsNoNumber",
       "NOT_A_NUMBER",
       {"Amount", "plenty"},
       {"Correct the amount"},
       all,
       invoice(amount, R"("Amount":"plenty","DetailType":"SalesItemLineDetail")")},
      {"LineWhoseAmountIsAGroup",
       "NOT_A_NUMBER",
       {"Amount", "is not a number"},
       {"Correct the amount"},
       all,
       invoice(amount, R"("Amount":{"a":1},"DetailType":"SalesItemLineDetail")")},
      {"LineWhoseAmountIsAMillionNines",
       "NOT_A_NUMBER",
       {"Amount"},
       {"Correct the amount"},
       all,
       invoice(amount, fmt::format(R"("Amount":"{}","DetailType":"SalesItemLineDetail")", std::string(1'000'000, '9')))},
      {"QuantityThatIsNoNumber", "NOT_A_NUMBER", {"Qty", "two"}, {"Correct the amount"}, all, invoice(R"("Qty":2)", R"("Qty":"two")")},
      {"TotalThatIsNoNumber", "NOT_A_NUMBER", {"TotalAmt", "n/a"}, {"Correct the amount"}, all, invoice(total, R"("TotalAmt":"n/a")")},
      {"DateThatIsNone", "NOT_A_DATE", {"TxnDate", "yesterday"}, {"Correct the date"}, all, invoice("2026-03-01", "yesterday")},
      {"DateThatDoesNotExist", "NOT_A_DATE", {"TxnDate", "2026-02-30"}, {"Correct the date"}, all, invoice("2026-03-01", "2026-02-30")},
      {"DateWithSomethingBehindIt",
       "NOT_A_DATE",
       {"TxnDate", "2026-03-01junk"},
       {"Correct the date"},
       all,
       invoice("2026-03-01", "2026-03-01junk")},
      {"DateIsMissing", "NOT_A_DATE", {"TxnDate"}, {"Correct the date"}, all, invoice(R"("TxnDate":"2026-03-01",)", "")},
      {"DueDateThatIsNone", "NOT_A_DATE", {"DueDate", "soon"}, {"Correct the date"}, all, invoice("2026-03-31", "soon")},
      {"ForeignInvoiceWithoutRate",
       "EXCHANGE_RATE_MISSING",
       {"no exchange rate", "ExchangeRate"},
       {"enter its rate"},
       all,
       invoice(R"({"value":"USD"})", R"({"value":"EUR"})")},
      {"ForeignInvoiceWithANegativeRate",
       "EXCHANGE_RATE_MISSING",
       {"ExchangeRate", "-1"},
       {"enter its rate"},
       all,
       invoice(R"({"value":"USD"})", R"({"value":"EUR"},"ExchangeRate":-1)")},
      {"InvoiceWhoseLinesAreNoList",
       "ledger_lines",
       {"the ledger has -100.00 more on Sales"},
       {},
       all,
       [] {
         return MappedCompany()
             .with("Invoice", "66", R"({"Id":"66","TxnDate":"2026-03-01","CustomerRef":{"value":"1"},"TotalAmt":100,"Line":"none"})")
             .post("66", {posting("84", "100"), posting("79", "-100")})
             .look_at("Invoice", "66");
       }},
      {"InvoiceWithMemoOfAMillionLetters",
       "LOSS",
       {"CustomerMemo.value has 1000000 bytes", "65536"},
       {},
       all,
       invoice(total, fmt::format(R"({},"CustomerMemo":{{"value":"{}"}})", total, std::string(1'000'000, 'm')))},
      {"NegativeInvoice",
       "ledger_lines",
       {"the ledger has"},
       {},
       all,
       invoice(amount, R"("Amount":-100,"DetailType":"SalesItemLineDetail")")},
      {"PaymentOfNobody",
       "REFERENCE_MISSING",
       {"names nobody", "CustomerRef"},
       {"choose the customer"},
       all,
       other("Payment", R"({"Id":"66","TxnDate":"2026-03-02","TotalAmt":10,"DepositToAccountRef":{"value":"35"},"Line":[]})",
             {posting("35", "10"), posting("84", "-10")})},
      {"PaymentOfAMissingInvoice",
       "REFERENCE_MISSING",
       {"Invoice 404", "LinkedTxn"},
       {"run again"},
       all,
       other(
           "Payment",
           R"({"Id":"66","TxnDate":"2026-03-02","TotalAmt":10,"CustomerRef":{"value":"1"},"DepositToAccountRef":{"value":"35"},"Line":[{"Amount":10,"LinkedTxn":[{"TxnId":"404","TxnType":"Invoice"}]}]})",
           {posting("35", "10"), posting("84", "-10")})},
      {"PaymentWithALinkToNothing",
       "LINK_INCOMPLETE",
       {"names no transaction"},
       {"save the transaction"},
       all,
       other(
           "Payment",
           R"({"Id":"66","TxnDate":"2026-03-02","TotalAmt":10,"CustomerRef":{"value":"1"},"DepositToAccountRef":{"value":"35"},"Line":[{"Amount":10,"LinkedTxn":[{"TxnType":"Invoice"}]}]})",
           {posting("35", "10"), posting("84", "-10")})},
      {"TimeOfNobody",
       "REFERENCE_MISSING",
       {"neither an employee nor a vendor"},
       {"choose who worked"},
       all,
       other("TimeActivity", R"({"Id":"66","TxnDate":"2026-03-02","Hours":2})", {})},
  };
}

}  // namespace q2o::bad_input
