#include "sandbox/quickbooks/entity_table.h"

#include <array>

#include "sandbox/reports/books.h"

namespace q2o::sandbox::quickbooks {
namespace {

constexpr std::array kEntities{
    EntityRules{"Account", true, false, "Name",
                "Name SubAccount ParentRef Description Active Classification AccountType AccountSubType CurrentBalance "
                "CurrentBalanceWithSubAccounts FullyQualifiedName"},
    EntityRules{
        "Attachable", false, false, "",
        "FileName Note Category ContentType Size Tag PlaceName Lat Long AttachableRef.EntityRef.Type AttachableRef.EntityRef.value"},
    EntityRules{"Bill", false, true, "", "TxnDate DocNumber DueDate VendorRef Balance TotalAmt"},
    EntityRules{"BillPayment", false, true, "", "TxnDate DocNumber VendorRef TotalAmt"},
    EntityRules{"Budget", true, false, "Name", "Name BudgetType Active"},
    EntityRules{"Class", true, false, "FullyQualifiedName", "Name FullyQualifiedName Active"},
    EntityRules{"CompanyCurrency", true, false, "Code", "Code Name Active"},
    EntityRules{"CompanyInfo", false, false, "Id", ""},
    EntityRules{"CreditCardPayment", false, false, "", "VendorRef TxnDate"},
    EntityRules{"CreditMemo", false, false, "", "TxnDate DocNumber CustomerRef TotalAmt Balance"},
    EntityRules{"Customer", true, false, "FullyQualifiedName",
                "DisplayName GivenName MiddleName FamilyName CompanyName PrimaryEmailAddr PrintOnCheckName FullyQualifiedName Balance "
                "BalanceWithJobs Active Job"},
    EntityRules{"CustomerType", false, false, "Name", "Name Active"},
    EntityRules{"Department", true, false, "FullyQualifiedName", "Name FullyQualifiedName Active"},
    EntityRules{"Deposit", false, true, "", "TxnDate"},
    EntityRules{"Employee", true, false, "DisplayName", "DisplayName GivenName FamilyName PrintOnCheckName Active"},
    EntityRules{"Estimate", false, false, "", "TxnDate DocNumber CustomerRef TotalAmt"},
    EntityRules{"ExchangeRate", false, false, "", "SourceCurrencyCode AsOfDate"},
    EntityRules{"InventoryAdjustment", false, false, "", "TxnDate DocNumber"},
    EntityRules{"Invoice", false, true, "", "DocNumber TxnDate DueDate CustomerRef SalesTermRef ProjectRef Balance TotalAmt"},
    EntityRules{"Item", true, false, "Name", "Name FullyQualifiedName Type Sku Active Taxable SubItem UnitPrice Description"},
    EntityRules{"JournalCode", false, false, "Name", "Name Type"},
    EntityRules{"JournalEntry", false, true, "", "DocNumber TxnDate"},
    EntityRules{"Payment", false, false, "", "CustomerRef TotalAmt TxnDate PaymentMethodRef PaymentRefNum ProjectRef"},
    EntityRules{"PaymentMethod", true, false, "Name", "Name Active Type"},
    EntityRules{"Preferences", false, false, "Id", ""},
    EntityRules{"Purchase", false, false, "", "TxnDate DocNumber PaymentType TotalAmt"},
    EntityRules{"PurchaseOrder", false, true, "", "TxnDate DueDate DocNumber VendorRef"},
    EntityRules{"RecurringTransaction", false, false, "", "RecurDataRef Type"},
    EntityRules{"RefundReceipt", false, false, "", "TxnDate DocNumber CustomerRef TotalAmt"},
    EntityRules{"ReimburseCharge", false, false, "", "CustomerRef HasBeenInvoiced"},
    EntityRules{"SalesReceipt", false, false, "", "DocNumber TxnDate CustomerRef TotalAmt Balance ProjectRef"},
    EntityRules{"TaxAgency", false, false, "DisplayName", "DisplayName"},
    EntityRules{"TaxClassification", false, false, "Name", "Name Code Level"},
    EntityRules{"TaxCode", true, false, "Name", "Name Description Active Hidden"},
    EntityRules{"TaxPayment", false, false, "", ""},
    EntityRules{"TaxRate", true, false, "Name", "Name Description Active AgencyRef TaxReturnLineRef"},
    EntityRules{"Term", true, false, "Name", "Name Active"},
    EntityRules{"TimeActivity", false, false, "", "TxnDate BillableStatus ProjectRef"},
    EntityRules{"Transfer", false, false, "", "TxnDate"},
    EntityRules{"Vendor", true, false, "DisplayName",
                "DisplayName GivenName MiddleName FamilyName Suffix CompanyName PrintOnCheckName Active"},
    EntityRules{"VendorCredit", false, false, "", "DocNumber TxnDate APAccountRef TotalAmt VendorRef"},
};

}  // namespace

std::span<const EntityRules> entity_table() {
  return kEntities;
}

const EntityRules* find_entity(std::string_view name) {
  const auto wanted = reports::lower(name);
  for (const auto& entity : kEntities)
    if (reports::lower(entity.name) == wanted) return &entity;
  return nullptr;
}

bool is_filterable(const EntityRules& entity, std::string_view property) {
  const auto wanted = reports::lower(property);
  if (wanted == "id" || wanted == "metadata.createtime" || wanted == "metadata.lastupdatedtime") return true;
  return (" " + reports::lower(entity.filters) + " ").find(" " + wanted + " ") != std::string::npos;
}

}  // namespace q2o::sandbox::quickbooks
