#pragma once

#include <set>

#include "services/mapper/domain/builders/money.h"

/// Invoices, bills, credits and receipts: what the object says, before and after the ledger had its say.
namespace q2o::mapper::builders {

struct DocumentLine {
  enum class Kind { product, tax, section, note };
  Kind kind = Kind::product;
  std::string said_account;
  bool account_certain = false;  ///< said by the line itself, not by today's item
  std::string account;           ///< when the ledger is known
  Decimal amount;                ///< in the direction of the object: a normal line is positive; in the document's currency
  Decimal balance;               ///< home currency, debit positive; set when the ledger is known
  std::string name, item, tax_code;
  std::optional<Decimal> quantity, price;
  bool discount = false;
  bool tax_covered = false;  ///< carries the taxes whatever its code says, or a split part of a discount
  std::vector<std::string> tax_rates;
  std::string rate;  ///< of a tax line
  Decimal base;      ///< of a tax line
  std::vector<Expression> analytic;
  std::optional<Expression> order_line;
  std::string field;
};

struct Document {
  bool sales = true, settled = false;
  int sign = -1;          ///< of the balance of a normal line of the object
  int type_sign = -1;     ///< of a normal line of the Odoo document: differs when a negative total flips the kind
  std::string move_type;  ///< after the flip (choose_kind)
  Party partner;
  std::string date, due, currency;
  Decimal rate{1}, total;
  std::string number;
  std::string control;         ///< receivable or payable account
  std::string said_liquidity;  ///< of a receipt, or of a deposit on an invoice
  std::string liquidity;       ///< the same as the ledger has it
  Decimal said_paid;           ///< at once, as the object says, in its direction
  Decimal paid;                ///< the same as the ledger has it
  Decimal paid_home;           ///< in home currency
  std::vector<DocumentLine> lines;
  bool voided = false;

  bool foreign(const Scope& scope) const { return currency != scope.run.home_currency; }
  /// An amount of the object as its items bear it (debit positive), and the other way round.
  Decimal turned(const Decimal& amount) const { return sign < 0 ? -amount : amount; }
};

/// Quantity and price only where they give the amount (the amount rules); otherwise 1 x amount, and the name says both.
struct Priced {
  Decimal quantity, price;
  std::optional<std::string> other_name;
  const std::string& name(const DocumentLine& line) const { return other_name ? *other_name : line.name; }
};
Priced priced(const DocumentLine& line);

// document_read.cpp: from the object alone
Document read_document(const Scope& scope, bool sales);
// document_taxes.cpp: tax lines, and which lines carry which taxes
void read_taxes(const Scope& scope, Document& document);
void assign_tax_rates(const Scope& scope, Document& document);
// document_orders.cpp: links to estimates and purchase orders; remembers links to time
void link_orders(const Scope& scope, Document& document);

// document_ledger.cpp: the ledger decides
struct Verdict {
  bool accepted = false;
  std::vector<Item> cost_of_goods;  ///< the ledger's items that no document line stands for
  std::string reason;               ///< why not, for an accountant
};
/// Control and liquidity accounts, what was paid at once, accounts that the object does not name, home amounts: from what the object says,
/// whatever was assigned before.
void assign_accounts(const Scope& scope, Document& document, const std::vector<Item>& ledger, bool doubt_items);
Verdict compare(const Scope& scope, const Document& document, const std::vector<Item>& ledger);
/// The same document with the ledger's lines; false when the ledger's postings do not fit a document.
bool take_ledger_lines(const Scope& scope, Document& document, const std::vector<Item>& ledger);
/// Inventory and cost of goods accounts: of that kind, or named by the items sold.
std::set<std::string> cost_accounts(const Scope& scope, const Document& document, const std::vector<Item>& ledger);

/// A document whose lines add up to less than nothing is the opposite kind: Odoo refuses negative totals.
void choose_kind(Document& document);

// document_emit.cpp: Odoo's records
std::vector<Target> emit_document(const Scope& scope, const Document& document, const Verdict& verdict);

}  // namespace q2o::mapper::builders
