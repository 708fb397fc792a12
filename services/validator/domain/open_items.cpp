#include "services/validator/domain/open_items.h"

namespace q2o::validator {
namespace {

constexpr std::string_view kNoCurrency = "the recorded ledger does not tell their amounts in one currency";
constexpr std::string_view kBothSides =
    "a payment settles a transaction with items on both sides, and the source does not say which of them";
constexpr std::string_view kElsewhere = "a payment settles something that is not on these accounts";

std::string_view why_unclear(const PostedByTransaction& posted, const std::string& settled) {
  const auto found = posted.find(settled);
  if (found == posted.end()) return kElsewhere;
  if (!found->second.known) return kNoCurrency;
  return found->second.sign() == 0 ? kBothSides : std::string_view();
}

void add(Posted& posted, const accounting::Posting& posting, const std::string& home, const std::string& of_account, bool first) {
  const auto currency = posting.currency == home ? std::string() : posting.currency;
  const bool told = currency.empty() ? of_account.empty() || of_account == home : posting.amount_currency.has_value();
  if (first) posted.currency = currency;
  posted.known &= told && posted.currency == currency;
  if (!told) return;
  const auto amount = currency.empty() ? posting.amount : *posting.amount_currency;
  posted.sum += amount;
  posted.debit |= amount.sign() > 0;
  posted.credit |= amount.sign() < 0;
}

}  // namespace

ControlAccounts::ControlAccounts(const SourceBooks& books, const TargetBooks& odoo, const Bridge& bridge, bool receivable)
    : target(bridge.accounts_where(books, receivable ? &SourceAccount::is_receivable : &SourceAccount::is_payable)) {
  for (const auto& [id, account] : books.accounts) {
    if (receivable ? account.is_receivable() : account.is_payable()) source.insert(id);
  }
  for (const auto& [id, account] : odoo.accounts) {
    if (account.type == (receivable ? "asset_receivable" : "liability_payable")) target.insert(id);
  }
}

PostedByTransaction posted_on(const SourceBooks& source, const ControlAccounts& accounts) {
  PostedByTransaction out;
  for (const auto& transaction : source.ledger) {
    for (const auto& posting : transaction.postings) {
      if (!accounts.source.contains(posting.account_id)) continue;
      if (posting.amount.is_zero() && posting.amount_currency.value_or(Decimal()).is_zero()) continue;
      const auto [place, first] = out.try_emplace(transaction.id);
      add(place->second, posting, source.home_currency, source.accounts.at(posting.account_id).currency, first);
    }
  }
  return out;
}

std::map<std::string, OpenAmount> open_by_links(const SourceBooks& source, const PostedByTransaction& posted, bool receivable) {
  std::map<std::string, OpenAmount> open;
  for (const auto& [id, amount] : posted) open[id] = {amount.sum, amount.known ? std::string_view() : kNoCurrency};
  for (const auto& link : source.allocations) {
    if (link.receivable != receivable) continue;
    auto& payment = open[link.payment];
    auto& settled = open[link.settled];
    if (const auto why = why_unclear(posted, link.settled); !why.empty()) {
      if (payment.unclear.empty()) payment.unclear = why;
      if (settled.unclear.empty()) settled.unclear = why;
      continue;
    }
    const auto amount = posted.at(link.settled).sign() > 0 ? link.amount : -link.amount;
    settled.amount -= amount;
    payment.amount += amount;
  }
  return open;
}

}  // namespace q2o::validator
