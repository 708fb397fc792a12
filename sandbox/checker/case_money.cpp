#include <array>

#include "sandbox/checker/cases.h"

/// Payments, banks, entries, currencies, and what only the ledger knows.
namespace q2o::sandbox::checker {
namespace {

using Out = std::vector<CaseRecord>;
using Facts = CaseFacts;

int links_to(const Node& payment, std::string_view type) {
  int out = 0;
  for (const auto& line : payment["Line"].items())
    for (const auto& link : line["LinkedTxn"].items()) out += link["TxnType"].text() == type ? 1 : 0;
  return out;
}

void posting(const Facts& f, Out& out, const char* entity, std::string_view type) {
  each(f, {entity}, out, [&](const Node& o) { return f.posting_on(o["Id"].text(), type) != nullptr; });
}

/// Settlements that brought more or less than what was owed stood at; a gain stands on the credit side.
void exchange(const Facts& f, Out& out, int sign) {
  each(f, {"Payment", "BillPayment", "Deposit"}, out, [&](const Node& o) {
    const auto* difference = f.posting_on(o["Id"].text(), "ExchangeGainOrLoss");
    return difference != nullptr && difference->amount.sign() == sign;
  });
}

/// Transactions without an object.
template <class Fits>
void ledger_only(const Facts& f, Out& out, const Fits& fits) {
  for (const auto& transaction : f.company.ledger)
    if (transaction.entity.empty() && fits(transaction)) out.push_back({"", transaction.txn_id});
}

const std::array kCases{
    HardCase{"payment_over_many_invoices", CaseScope::every,
             [](const Facts& f, Out& out) { each(f, {"Payment"}, out, [](const Node& o) { return links_to(o, "Invoice") > 1; }); }},
    HardCase{"many_payments_on_one_invoice", CaseScope::every,
             [](const Facts& f, Out& out) {
               each(f, {"Invoice"}, out, [&](const Node& o) {
                 const auto found = f.payments_on.find(o["Id"].text());
                 return found != f.payments_on.end() && found->second > 1;
               });
             }},
    HardCase{"overpayments", CaseScope::every,
             [](const Facts& f, Out& out) {
               each(f, {"Payment"}, out,
                    [](const Node& o) { return o["UnappliedAmt"].decimal().sign() > 0 && links_to(o, "Invoice") > 0; });
             }},
    HardCase{"credit_memo_in_payment", CaseScope::every,
             [](const Facts& f, Out& out) { each(f, {"Payment"}, out, [](const Node& o) { return links_to(o, "CreditMemo") > 0; }); }},
    HardCase{"deposit_with_fee", CaseScope::every,
             [](const Facts& f, Out& out) {
               each_line(f, {"Deposit"}, out, [](const Node& line) { return line["Amount"].decimal().sign() < 0; });
             }},
    HardCase{"deposit_with_cash_back", CaseScope::every,
             [](const Facts& f, Out& out) { each(f, {"Deposit"}, out, [](const Node& o) { return o.has("CashBack"); }); }},
    HardCase{"vendor_credit_in_bill_payment", CaseScope::every,
             [](const Facts& f, Out& out) {
               each(f, {"BillPayment"}, out,
                    [](const Node& o) { return links_to(o, "VendorCredit") > 0 && !o["TotalAmt"].decimal().is_zero(); });
             }},
    HardCase{
        "zero_bill_payment", CaseScope::every,
        [](const Facts& f, Out& out) { each(f, {"BillPayment"}, out, [](const Node& o) { return o["TotalAmt"].decimal().is_zero(); }); }},
    HardCase{"card_refund", CaseScope::every,
             [](const Facts& f, Out& out) { each(f, {"Purchase"}, out, [](const Node& o) { return o["Credit"].truthy(); }); }},
    HardCase{"expense_on_receivable", CaseScope::every,
             [](const Facts& f, Out& out) { posting(f, out, "Purchase", "Accounts Receivable"); }},
    HardCase{"expense_on_payable", CaseScope::every, [](const Facts& f, Out& out) { posting(f, out, "Purchase", "Accounts Payable"); }},
    HardCase{"transfers", CaseScope::every, [](const Facts& f, Out& out) { each(f, {"Transfer"}, out, [](const Node&) { return true; }); }},
    HardCase{"journal_on_receivable", CaseScope::every,
             [](const Facts& f, Out& out) { posting(f, out, "JournalEntry", "Accounts Receivable"); }},
    HardCase{"journal_on_payable", CaseScope::every, [](const Facts& f, Out& out) { posting(f, out, "JournalEntry", "Accounts Payable"); }},
    HardCase{"journal_on_bank", CaseScope::every, [](const Facts& f, Out& out) { posting(f, out, "JournalEntry", "Bank"); }},
    HardCase{"stock_adjustments", CaseScope::every,
             [](const Facts& f, Out& out) { each(f, {"InventoryAdjustment"}, out, [](const Node&) { return true; }); }},
    HardCase{"foreign_sales", CaseScope::currencies,
             [](const Facts& f, Out& out) {
               each(f, {"Invoice", "CreditMemo", "SalesReceipt", "RefundReceipt"}, out, [&](const Node& o) { return f.is_foreign(o); });
             }},
    HardCase{"foreign_purchases", CaseScope::currencies,
             [](const Facts& f, Out& out) {
               each(f, {"Bill", "VendorCredit", "Purchase"}, out, [&](const Node& o) { return f.is_foreign(o); });
             }},
    HardCase{"foreign_banks", CaseScope::currencies,
             [](const Facts& f, Out& out) {
               each(f, {"Payment", "BillPayment", "Transfer", "Deposit", "Purchase"}, out, [&](const Node& o) {
                 const auto* bank = f.posting_on(o["Id"].text(), "Bank");
                 return bank != nullptr && f.foreign_accounts.contains(bank->account_id);
               });
             }},
    HardCase{"realised_gain", CaseScope::currencies, [](const Facts& f, Out& out) { exchange(f, out, -1); }},
    HardCase{"realised_loss", CaseScope::currencies, [](const Facts& f, Out& out) { exchange(f, out, 1); }},
    HardCase{"revaluation", CaseScope::currencies,
             [](const Facts& f, Out& out) {
               ledger_only(f, out, [&](const Transaction& t) { return f.posting_on(t.txn_id, "ExchangeGainOrLoss") != nullptr; });
             }},
    HardCase{"payroll_in_ledger_only", CaseScope::every,
             [](const Facts& f, Out& out) { ledger_only(f, out, [](const Transaction& t) { return t.txn_type == "Payroll Check"; }); }},
    HardCase{
        "tax_payment_in_ledger_only", CaseScope::every,
        [](const Facts& f, Out& out) { ledger_only(f, out, [](const Transaction& t) { return t.txn_type.ends_with("Tax Payment"); }); }},
    HardCase{"statement_charge_in_ledger_only", CaseScope::every,
             [](const Facts& f, Out& out) { ledger_only(f, out, [](const Transaction& t) { return t.txn_type == "Charge"; }); }},
};

}  // namespace

std::span<const HardCase> money_cases() {
  return kCases;
}

}  // namespace q2o::sandbox::checker
