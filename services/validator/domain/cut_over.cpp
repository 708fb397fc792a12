#include "services/validator/domain/cut_over.h"

#include <fmt/format.h>

#include <algorithm>

#include "services/validator/domain/calendar.h"
#include "services/validator/domain/packed_books.h"
#include "services/validator/domain/uncleared.h"

namespace q2o::validator {
namespace {

using accounting::LedgerTransaction;
using accounting::Posting;

Decimal& own_amount(Posting& posting) {
  return posting.amount_currency && !posting.currency.empty() ? *posting.amount_currency : posting.amount;
}

bool nothing(const Posting& posting) {
  return posting.amount.is_zero() && posting.amount_currency.value_or(Decimal()).is_zero();
}

/// What is left of an item for the payments to come, as each of them reckons it.
struct Left {
  Decimal open, home;  ///< positive; in its own currency, at home
  Decimal rate;        ///< the document's own, else what the ledger shows
};

/// An item that takes part in a settlement, and how much of it may be taken.
struct Item {
  Posting* posting = nullptr;
  Decimal may, may_home;  ///< positive; in its own currency, at home
  Decimal rest;           ///< left at home although nothing is left in the currency
  bool debit = false;
  bool before = false;  ///< it arrives as what is open of it
  Allocation* link = nullptr;

  /// Home value of a part: all of it takes all of the home amount.
  Decimal home_of(const Decimal& part) const {
    if (part == may || may.is_zero()) return may_home;
    return may_home - ((may - part) * Decimal::divide(may_home, may, 10, Rounding::half_up)).rounded(2, Rounding::half_up);
  }
  void take(const Decimal& part, const Decimal& home) const {
    const Decimal sign(debit ? 1 : -1);
    posting->amount -= home * sign;
    if (part.is_zero()) return;
    if (&own_amount(*posting) != &posting->amount) own_amount(*posting) -= part * sign;
  }
};

/// What is changed here cannot stay on a shelf.
template <class T>
void into_memory(std::vector<T>& memory, LongList<T>& list) {
  if (!list.on_shelf()) return;
  std::vector<T> all;
  for (const auto& value : Rows<T>(memory, list)) all.push_back(value);
  memory = std::move(all);
  list = {};
}

class Opening {
 public:
  Opening(SourceBooks& source, const RunNotes& notes, const std::string& first_day, bool archive) : source_(source) {
    cut_.first_day = first_day;
    cut_.date = day_before(first_day);
    cut_.archive = archive;
    cut_.clearing = clearing_of(source);
    for (const auto& reject : notes.rejects) left_out_.insert(reject.source_id + " " + reject.entity);
    for (const auto& note : notes.notes) {
      if (note.kind == "excluded") left_out_.insert(note.source_id + " " + note.entity);
    }
    for (auto& transaction : source.ledger) {
      join_items(transaction);
      by_id_[transaction.id] = &transaction;
    }
  }

  void run() {
    for (const auto& transaction : source_.ledger) {
      if (transaction.date >= cut_.first_day) continue;
      sum_up(transaction);
      if (left_out(transaction.id)) continue;
      for (const auto& posting : transaction.postings) original_.emplace_back(transaction.date, posting);
    }
    settle();
    revalue();
    deposit();
    split();
    reports();
    source_.cut_over = std::move(cut_);
  }

 private:
  std::string entity_of(const std::string& id) const {
    const auto found = source_.entity_of_transaction.find(id);
    return found == source_.entity_of_transaction.end() ? "LedgerTransaction" : found->second;
  }
  bool left_out(const std::string& id) const { return left_out_.contains(id + " " + entity_of(id)); }
  bool is_before(const LedgerTransaction& transaction) const { return transaction.date < cut_.first_day && !left_out(transaction.id); }
  const SourceAccount* account(const std::string& id) const {
    const auto found = source_.accounts.find(id);
    return found == source_.accounts.end() ? nullptr : &found->second;
  }
  bool is_control(const Posting& posting) const {
    const auto* known = account(posting.account_id);
    return known != nullptr && (known->is_receivable() || known->is_payable());
  }
  bool is_undeposited(const Posting& posting) const {
    const auto* known = account(posting.account_id);
    return known != nullptr && known->sub_type == "UndepositedFunds";
  }
  /// Income and expense of earlier fiscal years are retained earnings by the date.
  std::string at_date(const Posting& posting, const std::string& day) const {
    const auto* known = account(posting.account_id);
    const auto* retained = source_.retained_earnings();
    const bool earlier = known != nullptr && known->is_profit_and_loss() && retained != nullptr &&
                         day < fiscal_year_start(cut_.date, source_.fiscal_year_first_month);
    return earlier ? retained->id : posting.account_id;
  }

  /// Rows of one account and party are one open item: a payment may show the credits that it uses in a row of their own.
  void join_items(LedgerTransaction& transaction) const {
    std::vector<Posting> joined;
    for (auto& posting : transaction.postings) {
      const auto same = std::ranges::find_if(joined, [&](const Posting& other) {
        return is_control(posting) && other.account_id == posting.account_id && other.name_id == posting.name_id &&
               other.currency == posting.currency && other.amount_currency.has_value() == posting.amount_currency.has_value();
      });
      if (same == joined.end()) {
        joined.push_back(std::move(posting));
        continue;
      }
      same->amount += posting.amount;
      if (posting.amount_currency) *same->amount_currency += *posting.amount_currency;
    }
    transaction.postings = std::move(joined);
  }

  void sum_up(const LedgerTransaction& transaction) {
    ++cut_.transactions;
    for (const auto& posting : transaction.postings) {
      cut_.balances[at_date(posting, transaction.date)] += posting.amount;
      if (is_control(posting) && !left_out(transaction.id)) cut_.parties[{posting.account_id, posting.name_id}] += posting.amount;
    }
  }

  /// A gain, a loss or a revaluation: a home amount on an account in another currency.
  bool only_at_home(const Posting& posting) const {
    const auto* known = account(posting.account_id);
    const bool foreign = known != nullptr && !known->currency.empty() && known->currency != source_.home_currency;
    return foreign && (!posting.amount_currency || posting.amount_currency->is_zero() || posting.currency.empty() ||
                       posting.currency == source_.home_currency);
  }
  Left& left_of(const std::string& id, Posting& posting) {
    const auto [found, fresh] = left_.try_emplace(&posting);
    if (fresh) {
      auto& left = found->second;
      left.home = posting.amount.abs();
      if (only_at_home(posting)) return left;
      left.open = own_amount(posting).abs();
      const auto rate = source_.rates.find(id);
      if (rate != source_.rates.end())
        left.rate = rate->second;
      else if (!left.open.is_zero())
        left.rate = Decimal::divide(left.home, left.open, 10, Rounding::half_up);
    }
    return found->second;
  }
  std::vector<Item> items_of(const std::string& id, bool receivable) {
    std::vector<Item> items;
    const auto found = by_id_.find(id);
    if (found == by_id_.end()) return items;
    for (auto& posting : found->second->postings) {
      const auto* known = account(posting.account_id);
      if (known == nullptr || !(receivable ? known->is_receivable() : known->is_payable())) continue;
      if (!left_.contains(&posting) && posting.amount.is_zero()) continue;
      const auto& left = left_of(id, posting);
      if (!debit_.contains(&posting)) debit_[&posting] = posting.amount.sign() > 0;
      items.push_back({&posting, left.open, left.home, {}, debit_[&posting], is_before(*found->second), nullptr});
    }
    return items;
  }
  /// What the link may take of a document; the next payment finds the rest.
  void take_left(Item& item, Allocation& link) {
    auto& left = left_.at(item.posting);
    item.link = &link;
    item.may = std::min(left.open, link.amount);
    const auto rest = left.open - item.may;
    item.may_home = rest.is_zero() ? left.home : left.home - (rest * left.rate).rounded(2, Rounding::half_up);
    left.open = rest;
    left.home -= item.may_home;
  }

  /// What one payment settles: charges in order, first with the credits in order, then with its own items.
  void settle() {
    std::vector<std::string> order;
    std::map<std::string, std::vector<Allocation*>> links;
    for (auto& link : source_.allocations) {
      auto& of_payment = links[link.payment];
      if (of_payment.empty()) order.push_back(link.payment);
      of_payment.push_back(&link);
    }
    std::ranges::stable_sort(order, {}, [&](const std::string& id) { return links[id].front()->date; });
    for (const auto& payment : order) {
      if (!left_out(payment)) settle(payment, links[payment]);
    }
    std::erase_if(source_.allocations, [](const Allocation& link) { return link.amount.is_zero(); });
  }
  void settle(const std::string& payment, const std::vector<Allocation*>& links) {
    const bool receivable = links.front()->receivable;
    auto own = items_of(payment, receivable);
    std::vector<Item> charges, credits;
    for (auto* link : links) {
      if (left_out(link->settled)) continue;
      auto items = items_of(link->settled, receivable);
      auto found = std::ranges::find_if(
          items, [&](const Item& item) { return !own.empty() && item.posting->name_id == own.front().posting->name_id; });
      if (found == items.end()) found = items.begin();
      if (found == items.end()) continue;
      take_left(*found, *link);
      (found->debit == receivable ? charges : credits).push_back(*found);
    }
    for (auto& item : own) {
      if (item.may.is_zero()) item.rest = item.may_home;
    }
    for (auto& charge : charges) {
      for (auto& credit : credits) pair(charge, credit);
      for (auto& item : own) {
        if (item.posting->name_id == charge.posting->name_id) pair(charge, item);
      }
      for (auto& item : own) pair(charge, item);
    }
    settle_rests({&charges, &credits, &own});
  }
  /// What several rates leave at home on one side is what they leave on the other; the rest waits for the revaluation that made it.
  void settle_rests(std::initializer_list<std::vector<Item>*> all) {
    std::vector<Item*> items;
    for (auto* some : all) {
      for (auto& item : *some) items.push_back(&item);
    }
    for (auto* debit : items) {
      for (auto* credit : items) {
        if (debit->debit && !credit->debit && debit->posting->account_id == credit->posting->account_id) join_rests(*debit, *credit);
      }
    }
    for (const auto* item : items) {
      if (!item->rest.is_zero()) rests_[{item->posting->account_id, item->posting->name_id}].push_back(*item);
    }
  }
  static void join_rests(Item& one, Item& other) {
    const auto home = std::min(one.rest, other.rest);
    if (home.is_zero()) return;
    one.rest -= home;
    other.rest -= home;
    if (!one.before || !other.before) return;
    one.take({}, home);
    other.take({}, home);
  }
  void revalue() {
    for (auto& transaction : source_.ledger) {
      if (source_.entity_of_transaction.contains(transaction.id) || left_out(transaction.id)) continue;
      for (auto& posting : transaction.postings) {
        if (!is_control(posting) || !only_at_home(posting) || posting.amount.is_zero()) continue;
        Item item{&posting, {}, {}, posting.amount.abs(), posting.amount.sign() > 0, is_before(transaction), nullptr};
        for (auto& rest : rests_[{posting.account_id, posting.name_id}]) {
          if (rest.debit != item.debit) join_rests(rest, item);
        }
      }
    }
  }
  static void pair(Item& charge, Item& settling) {
    const auto part = std::min(charge.may, settling.may);
    if (part.is_zero() || charge.posting->account_id != settling.posting->account_id || charge.debit == settling.debit) return;
    const auto charge_home = charge.home_of(part), settling_home = settling.home_of(part);
    const auto home = std::min(charge_home, settling_home);
    charge.rest += charge_home - home;
    settling.rest += settling_home - home;
    for (auto [item, taken] : {std::pair{&charge, charge_home}, std::pair{&settling, settling_home}}) {
      item->may -= part;
      item->may_home -= taken;
      if (item->link != nullptr && charge.before && settling.before) item->link->amount -= part;
    }
    if (!charge.before || !settling.before) return;
    charge.take(part, home);
    settling.take(part, home);
  }

  void deposit() {
    std::set<Posting*> used;
    for (const auto& link : source_.deposited) {
      const auto deposit = by_id_.find(link.deposit), taken = by_id_.find(link.taken);
      if (deposit == by_id_.end() || taken == by_id_.end()) continue;
      if (!is_before(*deposit->second) || !is_before(*taken->second)) continue;
      for (auto& posting : taken->second->postings) {
        if (!is_undeposited(posting) || nothing(posting)) continue;
        auto* other = opposite(*deposit->second, posting, used);
        if (other == nullptr) continue;
        const Item one{&posting, {}, {}, {}, posting.amount.sign() > 0, true, nullptr};
        const Item two{other, {}, {}, {}, other->amount.sign() > 0, true, nullptr};
        const auto part = std::min(own_amount(posting).abs(), own_amount(*other).abs());
        const auto home = std::min(posting.amount.abs(), other->amount.abs());
        one.take(part, home);
        two.take(part, home);
        used.insert(other);
        break;
      }
    }
  }
  Posting* opposite(LedgerTransaction& deposit, const Posting& posting, const std::set<Posting*>& used) const {
    Posting* best = nullptr;
    for (auto& other : deposit.postings) {
      if (other.account_id != posting.account_id || other.amount.sign() != -posting.amount.sign()) continue;
      if (other.amount == -posting.amount && !used.contains(&other)) return &other;
      if (best == nullptr) best = &other;
    }
    return best;
  }

  /// What is open stays with its transaction, against the clearing account; everything else goes into one transaction of the date.
  void split() {
    std::map<std::tuple<std::string, std::string, std::string>, Posting> rest;  // account, party of control accounts, currency
    const auto add = [&](Posting posting, const std::string& day) {
      const auto at = at_date(posting, day);
      if (at != posting.account_id) {
        posting.account_id = at;
        posting.currency.clear();
        posting.amount_currency.reset();
      }
      if (!is_control(posting)) posting.name_id.clear();
      posting.memo.clear();
      const auto currency = posting.currency == source_.home_currency ? std::string() : posting.currency;
      auto [found, fresh] = rest.try_emplace({posting.account_id, posting.name_id, currency}, posting);
      if (fresh) return;
      found->second.amount += posting.amount;
      if (posting.amount_currency)
        found->second.amount_currency = found->second.amount_currency.value_or(Decimal()) + *posting.amount_currency;
    };
    for (const auto& [day, posting] : original_) add(posting, day);
    std::vector<LedgerTransaction> ledger;
    Decimal cleared;
    for (auto& transaction : source_.ledger) {
      if (!is_before(transaction)) {
        ledger.push_back(std::move(transaction));
        continue;
      }
      Decimal home;
      std::erase_if(transaction.postings,
                    [&](const Posting& posting) { return nothing(posting) || (!is_control(posting) && !is_undeposited(posting)); });
      for (const auto& posting : transaction.postings) {
        home += posting.amount;
        auto gone = posting;
        gone.amount = -gone.amount;
        if (gone.amount_currency) gone.amount_currency = -*gone.amount_currency;
        add(std::move(gone), transaction.date);
      }
      if (transaction.postings.empty()) continue;
      ++cut_.open;
      transaction.postings.push_back(clearing(-home));
      cleared += home;
      ledger.push_back(std::move(transaction));
    }
    LedgerTransaction opening{std::string(kOpening), "Opening balances", cut_.date, "", {}};
    for (auto& [key, posting] : rest) {
      if (!nothing(posting)) opening.postings.push_back(std::move(posting));
    }
    if (!cleared.is_zero()) opening.postings.push_back(clearing(cleared));
    if (!opening.postings.empty()) ledger.push_back(std::move(opening));
    std::ranges::stable_sort(ledger, {}, &LedgerTransaction::date);
    source_.ledger = std::move(ledger);
    source_.accounts[std::string(kOpeningClearing)] = {std::string(kOpeningClearing), "Opening balance clearing", "Other Current Asset", "",
                                                       ""};
    source_.entity_of_transaction[std::string(kOpening)] = kOpeningBalance;
    source_.labels[fmt::format("{}/{}", kOpeningBalance, kOpening)] = "Opening balances, " + cut_.date;
  }
  Posting clearing(const Decimal& home) const {
    Posting posting;
    posting.account_id = kOpeningClearing;
    posting.amount = home;
    return posting;
  }

  void reports() {
    std::erase_if(source_.trial_balances, [&](const auto& report) { return report.date < cut_.date; });
    std::erase_if(source_.balance_sheets, [&](const auto& report) { return report.end_date < cut_.date; });
    std::erase_if(source_.profit_and_losses, [&](const auto& report) { return report.end_date < cut_.date; });
  }

  SourceBooks& source_;
  CutOver cut_;
  std::set<std::string> left_out_;
  std::map<std::string, LedgerTransaction*> by_id_;
  std::map<const Posting*, Left> left_;
  std::map<std::pair<std::string, std::string>, std::vector<Item>> rests_;  ///< by account and party
  std::map<const Posting*, bool> debit_;                                    ///< as it was posted
  std::vector<std::pair<std::string, Posting>> original_;                   ///< by day: before anything was taken of them
};

}  // namespace

void begin_at(SourceBooks& source, const RunNotes& notes, const std::string& first_day, bool archive) {
  into_memory(source.ledger, source.long_ledger);
  into_memory(source.allocations, source.long_allocations);
  Opening(source, notes, first_day, archive).run();
}

}  // namespace q2o::validator
