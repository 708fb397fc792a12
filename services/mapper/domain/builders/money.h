#pragma once

#include <optional>

#include "services/mapper/domain/builders/item.h"

/// Money in mode `native`: payments against an outstanding account, one statement line per movement of a bank or card. In mode `statement`
/// there are statement lines only, in mode `payment` none.
namespace q2o::mapper::builders {

inline constexpr std::string_view kMatchModel = "account.partial.reconcile";

/// One match of exact amounts between an open item of record `debit` and one of record `credit`.
struct Match {
  std::string external_id, debit, credit, account;
  Decimal amount, amount_currency;
  Party debit_partner, credit_partner;  ///< said where the record may hold items of several partners
};
Target match(const Scope& scope, const Match& match);

/// Label and number of a money movement as people see it.
struct Caption {
  std::string label, number;  ///< "5664 (Check)", "5664"
};
/// Number and payment method: "5664 (Check)".
Caption payment_caption(const Scope& scope, const std::string& document_number);

/// Records of a transaction that is nothing but its items: one statement line per bank or card (several are tied through the transfer
/// account), or an entry when no bank moves.
struct Movement {
  std::string base;  ///< external id without part
  std::string date;
  Caption caption;
  Party partner;
  std::vector<Item> items;
  std::string primary_account;  ///< its statement line comes first
  std::string journal;          ///< part of the company's journal for entries
};
std::vector<Target> move_money(const Scope& scope, const Movement& movement);
/// External id of the record that holds one item of a movement: "<base>", or "<base>_line" and so on when statement lines are made of it.
std::string holding_record(const Scope& scope, const Movement& movement, std::size_t position);

/// A payment and what belongs to it.
struct Settlement {
  std::string payment;  ///< external id of the payment
  std::string base;     ///< its statement line is base + "_line"
  bool inbound = true, customer = true;
  Party partner;
  std::string date, currency;
  Decimal amount, home_amount;  ///< positive; in `currency` and in home currency
  std::string liquidity;        ///< QuickBooks account: bank, card, Undeposited Funds or another
  Caption caption;
  std::vector<Item> counter_items;  ///< the items other than the liquidity one
  bool exact = false;               ///< send all items (foreign, several partners, gain or loss)
  std::string deposit_key;          ///< "Payment/31": where it was deposited to
};
/// The payment in the way of the money mode: payment, statement line and their match; a statement line; or a payment on the bank account
/// itself. `plain_entry` is set when the liquidity account has no payment of its own.
std::vector<Target> settle(const Scope& scope, const Settlement& settlement, bool& plain_entry);
/// External id of the record that holds its items on receivables or payables.
std::string settling_record(const Scope& scope, const Settlement& settlement);

}  // namespace q2o::mapper::builders
