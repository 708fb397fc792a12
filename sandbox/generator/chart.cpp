#include <array>

#include "sandbox/generator/families.h"
#include "sandbox/generator/payment.h"

namespace q2o::sandbox::generator {
namespace {

struct Row {
  const char* full_name;
  const char* type;
  const char* sub_type;
  const char* number = "";
};

/// Stands for the accounts of the country's tax agencies.
constexpr const char* kTaxAccounts = "*";

constexpr std::array kAccounts{
    Row{"Checking", "Bank", "Checking", "1010"},
    Row{"Savings", "Bank", "Savings", "1020"},
    Row{"Petty Cash", "Bank", "CashOnHand", "1090"},
    Row{"Old Checking", "Bank", "Checking"},
    Row{"Accounts Receivable (A/R)", "Accounts Receivable", "AccountsReceivable", "1100"},
    Row{"Undeposited Funds", "Other Current Asset", "UndepositedFunds", "1150"},
    Row{"Inventory Asset", "Other Current Asset", "Inventory", "1200"},
    Row{"Prepaid Expenses", "Other Current Asset", "PrepaidExpenses", "1300"},
    Row{"Employee Advances", "Other Current Asset", "EmployeeCashAdvances"},
    Row{"Uncategorized Asset", "Other Current Asset", "OtherCurrentAssets"},
    Row{"Vehicles", "Fixed Asset", "Vehicles", "1500"},
    Row{"Vehicles:Original Cost", "Fixed Asset", "Vehicles", "1501"},
    Row{"Vehicles:Depreciation", "Fixed Asset", "AccumulatedDepreciation", "1502"},
    Row{"Machinery", "Fixed Asset", "MachineryAndEquipment", "1550"},
    Row{"Machinery:Original Cost", "Fixed Asset", "MachineryAndEquipment"},
    Row{"Machinery:Depreciation", "Fixed Asset", "AccumulatedDepreciation"},
    Row{"Security Deposits", "Other Asset", "SecurityDeposits", "1800"},
    Row{"Accounts Payable (A/P)", "Accounts Payable", "AccountsPayable", "2000"},
    Row{"Visa", "Credit Card", "CreditCard", "2100"},
    Row{"Fuel Card", "Credit Card", "CreditCard", "2110"},
    Row{kTaxAccounts, "Other Current Liability", "SalesTaxPayable"},
    Row{"Payroll Liabilities", "Other Current Liability", "PayrollTaxPayable", "2300"},
    Row{"Payroll Liabilities:Federal Taxes", "Other Current Liability", "PayrollTaxPayable", "2301"},
    Row{"Payroll Liabilities:State Taxes", "Other Current Liability", "PayrollTaxPayable", "2302"},
    Row{"Customer Deposits", "Other Current Liability", "OtherCurrentLiabilities", "2400"},
    Row{"Loan Payable", "Other Current Liability", "LoanPayable"},
    Row{"Equipment Loan", "Long Term Liability", "NotesPayable", "2700"},
    Row{"Opening Balance Equity", "Equity", "OpeningBalanceEquity", "3000"},
    Row{"Retained Earnings", "Equity", "RetainedEarnings", "3900"},
    Row{"Owner's Equity", "Equity", "OwnersEquity", "3100"},
    Row{"Owner's Equity:Contributions", "Equity", "OwnersEquity", "3110"},
    Row{"Owner's Equity:Draws", "Equity", "OwnersEquity", "3120"},
    Row{"Sales of Product Income", "Income", "SalesOfProductIncome", "4000"},
    Row{"Services", "Income", "ServiceFeeIncome", "4100"},
    Row{"Services:Design", "Income", "ServiceFeeIncome", "4110"},
    Row{"Services:Installation", "Income", "ServiceFeeIncome", "4120"},
    Row{"Services:Maintenance", "Income", "ServiceFeeIncome", "4130"},
    Row{"Services:Maintenance:Contracts", "Income", "ServiceFeeIncome", "4131"},
    Row{"Shipping Income", "Income", "OtherPrimaryIncome", "4200"},
    Row{"Billable Expense Income", "Income", "ServiceFeeIncome", "4300"},
    Row{"Discounts Given", "Income", "DiscountsRefundsGiven", "4900"},
    Row{"Uncategorized Income", "Income", "ServiceFeeIncome"},
    Row{"Cost of Goods Sold", "Cost of Goods Sold", "SuppliesMaterialsCogs", "5000"},
    Row{"Subcontractors", "Cost of Goods Sold", "CostOfLaborCos", "5100"},
    Row{"Freight In", "Cost of Goods Sold", "ShippingFreightDeliveryCos", "5200"},
    Row{"Purchase Discounts", "Cost of Goods Sold", "SuppliesMaterialsCogs", "5900"},
    Row{"Advertising", "Expense", "AdvertisingPromotional", "6000"},
    Row{"Automobile", "Expense", "Auto", "6050"},
    Row{"Automobile:Fuel", "Expense", "Auto", "6051"},
    Row{"Automobile:Repairs", "Expense", "Auto", "6052"},
    Row{"Bank Charges", "Expense", "BankCharges", "6100"},
    Row{"Merchant Fees", "Expense", "BankCharges", "6110"},
    Row{"Commissions", "Expense", "OtherMiscellaneousServiceCost"},
    Row{"Dues and Subscriptions", "Expense", "DuesSubscriptions", "6150"},
    Row{"Equipment Rental", "Expense", "EquipmentRental", "6200"},
    Row{"Insurance", "Expense", "Insurance", "6250"},
    Row{"Insurance:Liability", "Expense", "Insurance", "6251"},
    Row{"Insurance:Workers Compensation", "Expense", "Insurance", "6252"},
    Row{"Interest Expense", "Expense", "InterestPaid", "6300"},
    Row{"Job Expenses", "Expense", "SuppliesMaterials", "6350"},
    Row{"Job Expenses:Materials", "Expense", "SuppliesMaterials", "6351"},
    Row{"Job Expenses:Permits", "Expense", "TaxesPaid", "6352"},
    Row{"Job Expenses:Materials:Plants", "Expense", "SuppliesMaterials"},
    Row{"Legal & Professional Fees", "Expense", "LegalProfessionalFees", "6400"},
    Row{"Legal & Professional Fees:Accounting", "Expense", "LegalProfessionalFees", "6400"},
    Row{"Legal & Professional Fees:Lawyer", "Expense", "LegalProfessionalFees"},
    Row{"Meals and Entertainment", "Expense", "EntertainmentMeals", "6450"},
    Row{"Office Expenses", "Expense", "OfficeGeneralAdministrativeExpenses", "6500"},
    Row{"Payroll Expenses", "Expense", "PayrollExpenses", "6550"},
    Row{"Payroll Expenses:Wages", "Expense", "PayrollExpenses", "6551"},
    Row{"Payroll Expenses:Taxes", "Expense", "PayrollExpenses", "6552"},
    Row{"Rent or Lease", "Expense", "RentOrLeaseOfBuildings", "6600"},
    Row{"Repairs", "Expense", "RepairMaintenance", "6650"},
    Row{"Travel", "Expense", "Travel", "6700"},
    Row{"Utilities", "Expense", "Utilities", "6750"},
    Row{"Utilities:Electricity", "Expense", "Utilities", "6751"},
    Row{"Utilities:Telephone", "Expense", "Utilities", "6752"},
    Row{"Uncategorized Expense", "Expense", "OtherMiscellaneousServiceCost"},
    Row{"Inventory Shrinkage", "Expense", "OtherMiscellaneousServiceCost", "6990"},
    Row{"Interest Earned", "Other Income", "InterestEarned", "7000"},
    Row{"Gain on Sale of Equipment", "Other Income", "OtherMiscellaneousIncome"},
    Row{"Depreciation", "Other Expense", "Depreciation", "8000"},
    Row{"Penalties", "Other Expense", "PenaltiesSettlements", "8100"},
};

const char* classification(std::string_view type) {
  if (type == "Income" || type == "Other Income") return "Revenue";
  if (type == "Expense" || type == "Other Expense" || type == "Cost of Goods Sold") return "Expense";
  if (type == "Equity") return "Equity";
  if (type == "Accounts Payable" || type == "Credit Card" || type.ends_with("Liability")) return "Liability";
  return "Asset";
}

}  // namespace

void put_account(Workshop& shop, const AccountRow& row) {
  const auto colon = row.full_name.rfind(':');
  auto account = Node::object(
      {{"Name", row.full_name.substr(colon == std::string::npos ? 0 : colon + 1)}, {"SubAccount", colon != std::string::npos}});
  if (colon != std::string::npos) account.set("ParentRef", Node::object({{"value", shop.account(row.full_name.substr(0, colon))}}));
  account.set("FullyQualifiedName", row.full_name)
      .set("Active", true)
      .set("Classification", classification(row.type))
      .set("AccountType", row.type);
  account.set("AccountSubType", row.sub_type);
  if (!row.number.empty()) account.set("AcctNum", row.number);
  account.set("CurrentBalance", 0).set("CurrentBalanceWithSubAccounts", 0).set("CurrencyRef", shop.currency(row.currency));
  const auto base = shop.begin(std::to_string(shop.company.of("Account").size() + 1), shop.size.first_day);
  for (const auto& member : base.members()) account.set(member.key, member.value);
  shop.put("Account", std::move(account));
}

void make_chart(Workshop& shop) {
  const bool states = shop.profile.tax_model == TaxModel::states;
  for (const auto& row : kAccounts) {
    if (row.full_name != kTaxAccounts) {
      put_account(shop, {row.full_name, row.type, row.sub_type, row.number});
      continue;
    }
    for (const auto& agency : shop.profile.agencies)
      put_account(shop, {agency.account, row.type, states ? row.sub_type : "GlobalTaxPayable"});
  }
  // Names and numbers that were given twice.
  put_account(shop, {"Legal & Professional Fees:Materials", "Expense", "LegalProfessionalFees", "6351"});
  put_account(shop, {"Travel:Taxes", "Expense", "Travel", "6552"});
  put_account(shop, {kExchange, "Other Expense", "ExchangeGainOrLoss", "8200"});
  for (const auto& foreign : shop.profile.foreign) {
    const std::string code = foreign.code;
    put_account(shop, {Workshop::control(kReceivable, code), "Accounts Receivable", "AccountsReceivable", "", code});
    put_account(shop, {Workshop::control(kPayable, code), "Accounts Payable", "AccountsPayable", "", code});
    put_account(shop, {code + " Account", "Bank", "Checking", "", code});
  }
  put_account(
      shop, {shop.profile.foreign.front().code + std::string(" Card"), "Credit Card", "CreditCard", "", shop.profile.foreign.front().code});
}

}  // namespace q2o::sandbox::generator
