#include "services/mapper/domain/builders/item.h"

#include <fmt/format.h>

namespace q2o::mapper::builders {

void set_account(const Scope& scope, Fields& fields, std::string_view field, std::string_view key) {
  if (key == kTransfer) {
    fields.set(field, company("transfer_account_id"));
  } else if (key.starts_with('@')) {
    fields.set(field, record_ref(scope.company_id(key.substr(1))));
  } else {
    scope.required("Account", key, "AccountRef");
    fields.set(field, scope.ref("Account", key));
  }
}

Fields item_fields(const Scope& scope, const Item& item) {
  Fields fields;
  set_account(scope, fields, "account_id", item.account);
  fields.set("balance", number(item.balance))
      .set("amount_currency", number(item.amount_currency))
      .set("currency_id", scope.currency(item.currency))
      .set("partner_id", scope.partner(item.partner))
      .set("name", text_or_none(item.name));
  if (!item.maturity.empty()) fields.set("date_maturity", text(item.maturity));
  fields.append(item.extra);
  return fields;
}

Lines item_lines(const Scope& scope, const std::vector<Item>& items) {
  Lines rows;
  for (const auto& item : items) rows.add(item_fields(scope, item));
  return rows;
}

namespace {

/// Reports without foreign amounts leave them to the transaction's own rate.
Decimal by_rate(const Scope& scope, const accounting::Posting& posting) {
  const auto rate = scope.amount_at("ExchangeRate");
  return rate && !rate->is_zero() ? Decimal::divide(posting.amount, *rate, 2, Rounding::half_up) : posting.amount;
}

/// Currency and amount in it. On an account in a foreign currency all items must be in that: what the ledger has in home currency there (a
/// revaluation) is an item of 0.00.
void set_currency(const Scope& scope, const accounting::Posting& posting, const KnownAccount& account, Item& item) {
  const std::string& home = scope.run.home_currency;
  item.currency = posting.currency.empty() ? home : posting.currency;
  item.amount_currency = item.currency == home     ? posting.amount
                         : posting.amount_currency ? *posting.amount_currency
                                                   : by_rate(scope, posting);
  const auto bound = scope.bound_currency(account);
  if (bound == home || item.currency != home) return;
  item.currency = bound;
  item.amount_currency = scope.text_at("CurrencyRef.value") == bound ? by_rate(scope, posting) : Decimal{};
}

}  // namespace

std::vector<Item> ledger_items(const Scope& scope, const accounting::LedgerTransaction& transaction, const std::string& maturity) {
  std::vector<Item> items;
  items.reserve(transaction.postings.size());
  Decimal sum;
  for (const auto& posting : transaction.postings) {
    sum += posting.amount;
    const bool nothing = posting.amount.is_zero() && (!posting.amount_currency || posting.amount_currency->is_zero());
    if (nothing) continue;
    if (posting.account_id.empty()) {
      refuse("ledger.account", posting.name, "LEDGER_ACCOUNT_MISSING",
             fmt::format("Ledger transaction {} has an amount of {} without an account", transaction.id, posting.amount.to_string()),
             "Look at the transaction's journal in QuickBooks (More, Transaction journal).");
    }
    Item item;
    item.account = posting.account_id;
    item.balance = posting.amount;
    const KnownAccount account = scope.known(posting.account_id);
    set_currency(scope, posting, account, item);
    item.partner = scope.party(posting.name_id);
    item.name = posting.memo;
    if (account.is_open_item()) item.maturity = maturity.empty() ? transaction.date : maturity;
    items.push_back(std::move(item));
  }
  if (!sum.is_zero()) {
    refuse("ledger", sum.to_string(), "LEDGER_UNBALANCED",
           fmt::format("Ledger transaction {} does not balance: debits exceed credits by {}", transaction.id, sum.to_string()),
           "Extract the general ledger again; if it stays so, the report of QuickBooks is incomplete.");
  }
  return items;
}

const accounting::LedgerTransaction* own_ledger(const Scope& scope) {
  return scope.ledger(scope.source.id);
}

void refuse_missing_ledger(const Scope& scope) {
  refuse(
      "Id", scope.source.id, "LEDGER_MISSING",
      fmt::format("The general ledger has no transaction {} ({}), although its amounts are not 0.00", scope.source.id, scope.source.entity),
      "The record may have changed while it was extracted: run again.");
}

std::map<NetKey, Net> nets(const Scope& scope, const std::vector<Item>& items) {
  std::map<NetKey, Net> sums;
  for (const auto& item : items) {
    // The partner of other items is information only; on receivables and payables it is who owes the money.
    const bool open = !item.account.starts_with('@') && scope.is_open_item(item.account);
    auto& sum = sums[{item.account, open ? item.partner.entity + "/" + item.partner.id : std::string(), item.currency}];
    sum.home += item.balance;
    sum.currency += item.amount_currency;
  }
  std::erase_if(sums, [](const auto& entry) { return entry.second.home.is_zero() && entry.second.currency.is_zero(); });
  return sums;
}

std::map<std::string, Decimal> account_nets(const std::vector<Item>& items) {
  std::map<std::string, Decimal> sums;
  for (const auto& item : items) sums[item.account] += item.balance;
  std::erase_if(sums, [](const auto& entry) { return entry.second.is_zero(); });
  return sums;
}

Decimal total(const std::vector<Item>& items) {
  Decimal sum;
  for (const auto& item : items) sum += item.balance;
  return sum;
}

}  // namespace q2o::mapper::builders
