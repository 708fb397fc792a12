#pragma once

#include <string>
#include <vector>

#include "sandbox/generator/workshop.h"

namespace q2o::sandbox::generator {

/// Either an account with an amount, or an item with quantity and cost.
struct CostLine {
  std::string account = {};
  Decimal amount{0};
  std::string item = {};  ///< name
  int quantity = 0;
  Decimal cost{0};
  std::string memo = {};
  std::string customer = {};  ///< id of who it was spent for
  bool billable = false;
  std::string class_id = {};
  std::string tax_code = {};  ///< where lines have codes of their own; the usual one of costs without it
};

/// Bill, VendorCredit or PurchaseOrder.
struct VendorForm {
  std::string entity = "Bill";
  std::string date = {};
  std::string vendor = {};
  std::vector<CostLine> lines = {};
  std::string number = {};
  std::string term = {};
  std::string department = {};
  std::string note = {};
  std::string order = {};     ///< PurchaseOrder that this bill closes
  std::string typed_on = {};  ///< day on which it was entered; its own date without it
};
std::string book_vendor_form(Workshop& shop, const VendorForm& form);

/// Money spent at once: check, cash or card; `credit`: money back on the card.
struct Spending {
  std::string date = {};
  std::string money_account = "Checking";
  std::string payment_type = "Cash";  ///< Cash, Check, CreditCard
  std::string wording = "Expense";    ///< of the ledger: Expense, Check, Cash Expense, Credit Card Expense, Credit Card Credit
  Party payee = {};
  std::vector<CostLine> lines = {};
  bool credit = false;
  std::string number = {};
  std::string note = {};
};
std::string book_spending(Workshop& shop, const Spending& spending);

}  // namespace q2o::sandbox::generator
