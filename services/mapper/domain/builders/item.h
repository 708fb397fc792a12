#pragma once

#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "services/mapper/domain/builders/scope.h"

namespace q2o::mapper::builders {

/// Accounts of the target company that have no QuickBooks account; an Item's account is one of these or a QuickBooks account id.
inline constexpr std::string_view kOutstandingReceipts = "@outstandingreceipts";
inline constexpr std::string_view kOutstandingPayments = "@outstandingpayments";
inline constexpr std::string_view kTransfer = "@transfer";

/// One journal item. Debit positive, credit negative.
struct Item {
  std::string account;
  Decimal balance;          ///< home currency
  Decimal amount_currency;  ///< in `currency`; equals balance in home currency
  std::string currency;     ///< ISO; never empty
  Party partner;
  std::string name;
  std::string maturity;  ///< receivables and payables
  Fields extra;          ///< product, quantity, taxes, analytic distribution…
  bool taxed = false;    ///< `extra` says its taxes
};

/// Sets a field to the account of an item.
void set_account(const Scope& scope, Fields& fields, std::string_view field, std::string_view key);
/// All fields of an item, as statement lines, payments and entries need them.
Fields item_fields(const Scope& scope, const Item& item);
Lines item_lines(const Scope& scope, const std::vector<Item>& items);

/// The ledger's postings as items; zero postings are dropped. Open items get `maturity`. Refuses an unbalanced transaction.
std::vector<Item> ledger_items(const Scope& scope, const accounting::LedgerTransaction& transaction, const std::string& maturity);
/// The transaction of this source record, nullptr when it has none.
const accounting::LedgerTransaction* own_ledger(const Scope& scope);
[[noreturn]] void refuse_missing_ledger(const Scope& scope);

/// Sums per account, partner (open items only) and currency: (home, currency). Sums of zero are left out.
using NetKey = std::tuple<std::string, std::string, std::string>;
struct Net {
  Decimal home, currency;
  bool operator==(const Net&) const = default;
};
std::map<NetKey, Net> nets(const Scope& scope, const std::vector<Item>& items);
/// Sums per account, zero sums left out.
std::map<std::string, Decimal> account_nets(const std::vector<Item>& items);
Decimal total(const std::vector<Item>& items);

}  // namespace q2o::mapper::builders
