#include "services/validator/domain/open_items.h"

#include <algorithm>

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
  posted.home += posting.amount;
  posted.parties.insert(posting.name_id);
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
  for (const auto& transaction : source.transactions()) {
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
  for (const auto& link : source.all_allocations()) {
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

namespace {

/// A payment and what it settles, signed as the settled items stand on the accounts.
struct Settlement {
  struct Part {
    std::string id;
    Decimal amount;
  };
  std::vector<Part> parts;
  bool clear = true;  ///< false: the sign of a part is not known
};

using Settlements = std::map<std::string, Settlement>;

Settlements settlements(const SourceBooks& source, const PostedByTransaction& posted, bool receivable) {
  Settlements out;
  for (const auto& link : source.all_allocations()) {
    if (link.receivable != receivable) continue;
    auto& settlement = out[link.payment];
    const bool clear = why_unclear(posted, link.settled).empty();
    settlement.clear &= clear;
    const bool debit = clear && posted.at(link.settled).sign() > 0;
    settlement.parts.push_back({link.settled, debit ? link.amount : -link.amount});
  }
  return out;
}

/// Explains what one payment leaves open in the target.
class Explainer {
 public:
  Explainer(const Missing& missing, const PostedByTransaction& posted, std::map<std::string, Explained>& out)
      : missing_(missing), posted_(posted), out_(out) {}

  void take(const std::string& payment, const Settlement& settlement) {
    if (missing_.unsettled(payment)) return nothing_is_settled(payment, settlement);
    const auto is_missing = [&](const auto& part) { return missing_.unsettled(part.id); };
    if (std::ranges::none_of(settlement.parts, is_missing)) return;
    if (!settlement.clear) return unknown(payment, settlement);
    split(payment, settlement);
  }

 private:
  void nothing_is_settled(const std::string& payment, const Settlement& settlement) {
    if (!settlement.clear) return unknown(payment, settlement);
    for (const auto& part : settlement.parts) {
      out_[part.id].amount -= part.amount;
      out_[payment].amount += part.amount;
    }
  }

  void unknown(const std::string& payment, const Settlement& settlement) {
    out_[payment].exact = false;
    for (const auto& part : settlement.parts) out_[part.id].exact = false;
  }

  /// The parts that are missing stand on one side; what settled them on the other side is open instead.
  void split(const std::string& payment, const Settlement& settlement) {
    Decimal lost;
    int side = 0;
    std::vector<const Settlement::Part*> lost_parts, left;
    for (const auto& part : settlement.parts) {
      if (!missing_.unsettled(part.id)) {
        left.push_back(&part);
        continue;
      }
      if (side != 0 && part.amount.sign() != side) return unknown(payment, settlement);
      side = part.amount.sign();
      lost += part.amount;
      lost_parts.push_back(&part);
    }
    const auto own = posted_.find(payment);
    const int own_side = own == posted_.end() ? 0 : own->second.sum.sign();
    std::vector<const Settlement::Part*> others;
    bool all_lost = own_side != side;
    for (const auto* part : left) {
      if (part->amount.sign() == side)
        all_lost = false;
      else
        others.push_back(part);
    }
    const bool own_pays = own_side == -side;
    if (!all_lost && others.size() + (own_pays ? 1 : 0) != 1) return unknown(payment, settlement);
    for (const auto* part : lost_parts) out_[part->id].amount -= part->amount;
    // All lost: each is open by what it paid. Otherwise there is only one.
    for (const auto* part : others) out_[part->id].amount += all_lost ? -part->amount : lost;
    if (!own_pays) return;
    auto& mine = out_[payment].amount;
    mine += lost;
    for (const auto* part : others) mine += part->amount;
  }

  const Missing& missing_;
  const PostedByTransaction& posted_;
  std::map<std::string, Explained>& out_;
};

}  // namespace

std::map<std::string, Explained> explained_open(const SourceBooks& source, const Missing& missing, const PostedByTransaction& posted,
                                                const std::map<std::string, OpenAmount>& open, bool receivable) {
  std::map<std::string, Explained> out;
  if (missing.nothing()) return out;
  Explainer explainer(missing, posted, out);
  for (const auto& [payment, settlement] : settlements(source, posted, receivable)) explainer.take(payment, settlement);
  // Nothing of these is there: all that is open of them is missing.
  for (const auto& [id, amount] : open) {
    if (missing.transaction(id)) out[id] = {amount.amount, amount.unclear.empty()};
  }
  for (const auto& document : source.all_documents()) {
    if (document.receivable == receivable && missing.transaction(document.id)) out[document.id] = {document.open, true};
  }
  return out;
}

}  // namespace q2o::validator
