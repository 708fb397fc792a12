#pragma once

#include <string>
#include <vector>

#include "sandbox/generator/workshop.h"

namespace q2o::sandbox::generator {

struct Applied {
  std::string type;  ///< LinkedTxn.TxnType: Invoice, CreditMemo, JournalEntry, Bill, VendorCredit ...
  std::string id;
  Decimal amount;  ///< positive, also of credits
};

/// A customer's payment, in the customer's currency. Total = documents - credits + unapplied.
struct PaymentPlan {
  std::string date;
  std::string customer;
  std::vector<Applied> applied;
  Decimal unapplied{0};
  std::string money_account = "Undeposited Funds";
  std::string method = "2";
  std::string reference = {};
};
std::string book_payment(Workshop& shop, const PaymentPlan& plan);

/// A gain is negative: it stands on the credit side.
inline constexpr const char* kExchange = "Exchange Gain or Loss";

/// A payment to a vendor by check or card.
struct BillPaymentPlan {
  std::string date;
  std::string vendor;
  std::vector<Applied> applied;
  std::string money_account = "Checking";  ///< a bank account or a credit card
  bool by_card = false;
};
std::string book_bill_payment(Workshop& shop, const BillPaymentPlan& plan);

}  // namespace q2o::sandbox::generator
