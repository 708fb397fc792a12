#pragma once

#include "services/mapper/domain/builders/money.h"

/// LinkedTxn: which record holds the open item behind a link, and who settles whom to the cent.
namespace q2o::mapper::builders {

struct Link {
  std::string type, id;  ///< as in LinkedTxn: "Invoice", "14"
  Decimal amount;        ///< of the line, positive, in the currency of the transaction
  std::string field;     ///< path of the line, for messages
};
/// All links of Line[], in order; lines without one are left out.
std::vector<Link> line_links(const Scope& scope);

/// "Expense" -> "Purchase", "BillPaymentCheck" -> "BillPayment"; what the API has no object for -> "LedgerTransaction".
std::string linked_entity(std::string_view type);
/// External id of the record that holds the item on `account` of another transaction.
std::string holding_record(const Scope& scope, const std::string& type, const std::string& id, const std::string& account);

/// An open item that takes part in an allocation.
struct OpenItem {
  std::string record, account, currency;
  Party partner;
  bool debit = true;
  bool several_partners = false;  ///< the record may hold items of other partners: say which
  Decimal open, open_home;        ///< what this allocation may take, positive, in currency and at home
  Decimal rest_home = {};         ///< left at home although nothing is left in the currency
};
/// Open items of a transaction on receivables (or payables), one per account and partner.
std::vector<OpenItem> open_items(const Scope& scope, const std::string& record, const accounting::LedgerTransaction& transaction,
                                 bool receivable);

/// Charges are settled in order: first by the linked credits in order, then by the payment's own items. Takes from `open`.
std::vector<Target> allocate(const Scope& scope, const std::string& base, std::vector<OpenItem> charges, std::vector<OpenItem> credits,
                             std::vector<OpenItem> own);

/// A revaluation: an item with a home amount only settles what earlier allocations left at home on its account and partner. `first` is the
/// number of the first match.
std::vector<Target> settle_rests(const Scope& scope, const Item& item, const std::string& record, std::size_t first);

}  // namespace q2o::mapper::builders
