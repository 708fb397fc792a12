#include "services/validator/domain/uncleared.h"

#include <algorithm>
#include <map>

namespace q2o::validator {
namespace {

bool is_cleared(const std::string& word) {
  return word == "R" || word == "C" || word == "Reconciled" || word == "Cleared";
}

/// In the account's own currency, where it has a foreign one and the ledger tells.
Decimal amount_of(const accounting::Posting& posting, const std::string& currency) {
  return posting.currency == currency && posting.amount_currency ? *posting.amount_currency : posting.amount;
}

}  // namespace

Clearing clearing_of(const SourceBooks& source) {
  Clearing out;
  std::map<std::string, UnclearedAccount> found;
  bool told = false;
  for (const auto& transaction : source.ledger) {
    for (const auto& posting : transaction.postings) {
      const auto account = source.accounts.find(posting.account_id);
      if (account == source.accounts.end() || !account->second.has_statement()) continue;
      told |= !posting.cleared.empty();
      if (is_cleared(posting.cleared)) continue;
      auto& list = found[account->first];
      list.currency = account->second.currency.empty() ? source.home_currency : account->second.currency;
      const auto amount = amount_of(posting, list.currency);
      if (amount.is_zero()) continue;
      list.amount += amount;
      list.items.push_back(
          {transaction.id, transaction.type, transaction.document_number, transaction.date, posting.name, posting.memo, amount});
    }
  }
  if (!told) {
    out.unknown =
        "The source's ledger marks no item of a bank or card as cleared or reconciled: nothing was reconciled there, or its report does "
        "not tell.";
    return out;
  }
  for (auto& [id, list] : found) {
    if (list.items.empty()) continue;
    list.source_id = id;
    list.name = source.account_name(id);
    out.accounts.push_back(std::move(list));
  }
  std::ranges::sort(out.accounts, {}, &UnclearedAccount::name);
  return out;
}

}  // namespace q2o::validator
