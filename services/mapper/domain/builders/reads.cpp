#include "services/mapper/domain/builders/reads.h"

#include "services/mapper/domain/model.h"

namespace q2o::mapper::builders {
namespace {

/// Of every transaction: what is read here, and what stands in the ledger's postings, by which each is booked.
constexpr std::string_view kTransaction[]{
    "Id",
    "TxnDate",
    "DocNumber",
    "TotalAmt",
    "Amount",
    "CurrencyRef.value",
    "ExchangeRate",
    "PrivateNote",
    "DepartmentRef.value",
    "DueDate",
    "CustomerRef.value",
    "VendorRef.value",
    "EntityRef.value",
    "EntityRef.type",
    "SalesTermRef.value",
    "CustomerMemo",
    "ShipDate",
    "Deposit",
    "PaymentMethodRef.value",
    "PaymentRefNum",
    "PaymentType",
    "Credit",
    "LinkedTxn",
    // accounts, by the ledger
    "DepositToAccountRef.value",
    "FromAccountRef.value",
    "ToAccountRef.value",
    "AccountRef.value",
    "APAccountRef.value",
    "ARAccountRef.value",
    "BankAccountRef.value",
    "CreditCardAccountRef.value",
    "CheckPayment.BankAccountRef.value",
    "CreditCardPayment.CCAccountRef.value",
    "CashBack.Amount",
    "CashBack.AccountRef.value",
    "AdjustAccountRef.value",
    // taxes
    "TxnTaxDetail.TotalTax",
    "TxnTaxDetail.TaxLine.*.Amount",
    "TxnTaxDetail.TaxLine.*.TaxLineDetail.TaxRateRef.value",
    "TxnTaxDetail.TaxLine.*.TaxLineDetail.NetAmountTaxable",
    "TxnTaxDetail.TaxLine.*.TaxLineDetail.TaxPercent",
    "GlobalTaxCalculation",
    // lines
    "Line.*.Amount",
    "Line.*.Description",
    "Line.*.DetailType",
    "Line.*.LinkedTxn",
    "Line.*.SalesItemLineDetail.ItemRef",
    "Line.*.SalesItemLineDetail.Qty",
    "Line.*.SalesItemLineDetail.UnitPrice",
    "Line.*.SalesItemLineDetail.TaxCodeRef.value",
    "Line.*.SalesItemLineDetail.ClassRef.value",
    "Line.*.SalesItemLineDetail.ServiceDate",
    "Line.*.SalesItemLineDetail.ItemAccountRef.value",
    "Line.*.GroupLineDetail.GroupItemRef.name",
    "Line.*.GroupLineDetail.Line.*.Amount",
    "Line.*.GroupLineDetail.Line.*.Description",
    "Line.*.GroupLineDetail.Line.*.DetailType",
    "Line.*.GroupLineDetail.Line.*.SalesItemLineDetail.ItemRef",
    "Line.*.GroupLineDetail.Line.*.SalesItemLineDetail.Qty",
    "Line.*.GroupLineDetail.Line.*.SalesItemLineDetail.UnitPrice",
    "Line.*.GroupLineDetail.Line.*.SalesItemLineDetail.TaxCodeRef.value",
    "Line.*.GroupLineDetail.Line.*.SalesItemLineDetail.ClassRef.value",
    "Line.*.GroupLineDetail.Line.*.SalesItemLineDetail.ServiceDate",
    "Line.*.DiscountLineDetail.DiscountAccountRef.value",
    "Line.*.DiscountLineDetail.ClassRef.value",
    "Line.*.ItemBasedExpenseLineDetail.ItemRef",
    "Line.*.ItemBasedExpenseLineDetail.Qty",
    "Line.*.ItemBasedExpenseLineDetail.UnitPrice",
    "Line.*.ItemBasedExpenseLineDetail.TaxCodeRef.value",
    "Line.*.ItemBasedExpenseLineDetail.ClassRef.value",
    "Line.*.AccountBasedExpenseLineDetail.AccountRef",
    "Line.*.AccountBasedExpenseLineDetail.TaxCodeRef.value",
    "Line.*.AccountBasedExpenseLineDetail.ClassRef.value",
    "Line.*.ReimburseLineDetail.ItemRef",
    "Line.*.ReimburseLineDetail.ClassRef.value",
    "Line.*.JournalEntryLineDetail.AccountRef.value",
    "Line.*.JournalEntryLineDetail.PostingType",
    "Line.*.JournalEntryLineDetail.Entity",
    "Line.*.JournalEntryLineDetail.ClassRef.value",
    "Line.*.JournalEntryLineDetail.DepartmentRef.value",
    "Line.*.JournalEntryLineDetail.TaxCodeRef.value",
    "Line.*.JournalEntryLineDetail.TaxApplicableOn",
    "Line.*.DepositLineDetail.AccountRef.value",
    "Line.*.DepositLineDetail.Entity",
    "Line.*.DepositLineDetail.ClassRef.value",
    "Line.*.ItemAdjustmentLineDetail.ItemRef.value",
    "Line.*.ItemAdjustmentLineDetail.QtyDiff",
};

/// Estimates and purchase orders post nothing; what a transaction is read for, and their own dates and states.
constexpr std::string_view kOrder[]{
    "Id",
    "TxnDate",
    "DocNumber",
    "TotalAmt",
    "CurrencyRef.value",
    "ExchangeRate",
    "CustomerRef.value",
    "VendorRef.value",
    "CustomerMemo",
    "Memo",
    "ExpirationDate",
    "DueDate",
    "TxnStatus",
    "POStatus",
    "LinkedTxn",
    "DepartmentRef.value",
    "SalesTermRef.value",
    "TxnTaxDetail.TaxLine.*.Amount",
    "TxnTaxDetail.TaxLine.*.TaxLineDetail.TaxRateRef.value",
    "TxnTaxDetail.TaxLine.*.TaxLineDetail.NetAmountTaxable",
    "Line.*.Amount",
    "Line.*.Description",
    "Line.*.DetailType",
    "Line.*.LinkedTxn",
    "Line.*.SalesItemLineDetail.ItemRef",
    "Line.*.SalesItemLineDetail.Qty",
    "Line.*.SalesItemLineDetail.UnitPrice",
    "Line.*.SalesItemLineDetail.TaxCodeRef.value",
    "Line.*.SalesItemLineDetail.ClassRef.value",
    "Line.*.DiscountLineDetail",
    "Line.*.ItemBasedExpenseLineDetail.ItemRef",
    "Line.*.ItemBasedExpenseLineDetail.Qty",
    "Line.*.ItemBasedExpenseLineDetail.UnitPrice",
    "Line.*.ItemBasedExpenseLineDetail.TaxCodeRef.value",
    "Line.*.ItemBasedExpenseLineDetail.ClassRef.value",
    "Line.*.AccountBasedExpenseLineDetail.AccountRef",
    "Line.*.AccountBasedExpenseLineDetail.TaxCodeRef.value",
    "Line.*.AccountBasedExpenseLineDetail.ClassRef.value",
};

constexpr std::string_view kTime[]{
    "Id",    "TxnDate", "BillableStatus", "CustomerRef.value", "VendorRef.value", "EmployeeRef.value", "Description", "HourlyRate",
    "Hours", "Minutes", "Seconds",        "BreakHours",        "BreakMinutes",    "StartTime",         "EndTime",     "ItemRef.name",
};

}  // namespace

std::span<const std::string_view> reads(std::string_view builder) {
  if (find_builder(builder) == nullptr) return {};
  if (builder == "estimate" || builder == "purchase_order") return kOrder;
  if (builder == "time_activity") return kTime;
  return kTransaction;
}

}  // namespace q2o::mapper::builders
