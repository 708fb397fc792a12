#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sandbox/generator/workshop.h"

namespace q2o::sandbox::generator {

struct SaleLine {
  std::string item = {};  ///< name; empty = a line of text only
  Decimal quantity{1};
  std::optional<Decimal> price = std::nullopt;  ///< the item's own without it
  std::string description = {};                 ///< the item's own without it
  std::string class_id = {};
  std::string tax_code = {};  ///< of this line alone; only where lines have codes of their own
  Decimal off{0};             ///< the amount is that much more than quantity times price
};

/// Any of the five sales forms: Estimate, Invoice, SalesReceipt, CreditMemo, RefundReceipt.
struct Sale {
  std::string entity = "Invoice";
  std::string date = {};
  std::string customer = {};  ///< id; empty on a cash sale
  std::vector<SaleLine> lines = {};
  std::string tax_code = {};  ///< "2" the usual one, "1" the plain one; empty = no tax
  Decimal discount_percent{0};
  bool tax_after_discount = true;
  Decimal shipping{0};
  Decimal deposit{0};                                ///< paid down at once (invoices)
  std::string money_account = {};                    ///< receipts, refunds and down payments
  std::string method = {};                           ///< PaymentMethod id
  std::string term = {};                             ///< Term id
  std::optional<std::string> number = std::nullopt;  ///< the next one without it
  std::string department = {};
  std::string note = {};
  std::string estimate = {};  ///< Estimate that became this invoice
  bool voided = false;
  bool tax_inclusive = false;  ///< prices hold the tax; only where lines have codes of their own
  Decimal tax_override{0};     ///< typed over the computed tax: that much more
  std::string typed_on = {};   ///< day on which it was entered; its own date without it
};

/// Makes the document, posts it and moves the stock. Returns its id.
std::string book_sale(Workshop& shop, const Sale& sale);

/// Open balance of an invoice or credit memo.
Decimal open_balance(Workshop& shop, const std::string& entity, const std::string& id);

}  // namespace q2o::sandbox::generator
