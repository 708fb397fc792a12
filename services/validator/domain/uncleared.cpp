#include "services/validator/domain/uncleared.h"

#include <algorithm>
#include <map>

#include "services/validator/domain/packed_books.h"

namespace q2o::validator {
namespace {

bool is_cleared(const std::string& word) {
  return word == "R" || word == "C" || word == "Reconciled" || word == "Cleared";
}

/// In the account's own currency, where it has a foreign one and the ledger tells.
Decimal amount_of(const accounting::Posting& posting, const std::string& currency) {
  return posting.currency == currency && posting.amount_currency ? *posting.amount_currency : posting.amount;
}

bool tells(const SourceBooks& source) {
  for (const auto& transaction : source.transactions()) {
    for (const auto& posting : transaction.postings) {
      const auto account = source.accounts.find(posting.account_id);
      if (account != source.accounts.end() && account->second.has_statement() && !posting.cleared.empty()) return true;
    }
  }
  return false;
}

}  // namespace

Clearing clearing_of(const SourceBooks& source) {
  if (source.cut_over) return source.cut_over->clearing;
  Clearing out;
  if (!tells(source)) {
    out.unknown =
        "The source's ledger marks no item of a bank or card as cleared or reconciled: nothing was reconciled there, or its report does "
        "not tell.";
    return out;
  }
  std::map<std::string, UnclearedAccount> found;
  for (const auto& transaction : source.transactions()) {
    for (const auto& posting : transaction.postings) {
      const auto account = source.accounts.find(posting.account_id);
      if (account == source.accounts.end() || !account->second.has_statement()) continue;
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
