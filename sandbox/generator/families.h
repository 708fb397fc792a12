#pragma once

#include <string>

#include "sandbox/generator/workshop.h"

/// The families of objects. `make_…` puts master data at once; `plan_…` writes the days of its documents into the agenda.
namespace q2o::sandbox::generator {

inline constexpr const char* kLastDay = "2025-12-31";

inline constexpr const char* kReceivable = "Accounts Receivable (A/R)";
inline constexpr const char* kPayable = "Accounts Payable (A/P)";
inline constexpr const char* kUndeposited = "Undeposited Funds";

struct AccountRow {
  std::string full_name;
  std::string type;
  std::string sub_type;
  std::string number = {};
  std::string currency = {};  ///< empty = home
};
/// After its parent.
void put_account(Workshop& shop, const AccountRow& row);
void make_chart(Workshop& shop);
void make_settings(Workshop& shop);
void make_taxes(Workshop& shop);
void make_currencies(Workshop& shop);
void make_lists(Workshop& shop);
void make_customers(Workshop& shop);
void make_vendors(Workshop& shop);
void make_items(Workshop& shop);

void plan_opening(Workshop& shop);
void plan_sales(Workshop& shop);
void plan_special_sales(Workshop& shop);
void plan_payments(Workshop& shop);
void plan_deposits(Workshop& shop);
void plan_bills(Workshop& shop);
void plan_expenses(Workshop& shop);
void plan_money(Workshop& shop);
void plan_entries(Workshop& shop);
void plan_ledger_only(Workshop& shop);
void plan_activities(Workshop& shop);
/// Files with their bytes and notes, on records that are there by then.
void put_attachments(Workshop& shop);
/// Every shape that breaks readers of accounts, in three rounds.
void plan_hard_sales(Workshop& shop);
void plan_hard_money(Workshop& shop);
/// Customers, vendors and banks in other currencies; what they are worth over time.
void plan_foreign(Workshop& shop);

/// Balances, quantities and sums that follow from the books; inactive names.
void finish(Workshop& shop);

/// Contacts, accounts and items beyond those of the small company; what they buy and sell.
void make_crowd(Workshop& shop);
void plan_volume(Workshop& shop);

/// This day of every month of the company's life: "2024-11-05", "2024-12-05", ...
std::vector<std::string> monthly(const Workshop& shop, int day);
/// The same month and day of every year in which the company lives by then: "-04-18" -> "2025-04-18", ...
std::vector<std::string> yearly(const Workshop& shop, const std::string& month_and_day);

}  // namespace q2o::sandbox::generator
