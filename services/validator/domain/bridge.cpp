#include "services/validator/domain/bridge.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "common/ids/ids.h"

namespace q2o::validator {
namespace {

template <class Map, class Key>
const typename Map::mapped_type& find_or_empty(const Map& map, const Key& key) {
  static const typename Map::mapped_type nothing{};
  const auto found = map.find(key);
  return found == map.end() ? nothing : found->second;
}

/// Ids are digits nearly always; some are made of several parts ("EUR/2026-01-31").
std::string in_external_id(std::string id) {
  std::ranges::replace_if(id, [](unsigned char c) { return !std::isalnum(c) && c != '-' && c != '.'; }, '_');
  return id;
}

template <class T>
void sort_unique(std::vector<T>& list) {
  std::ranges::sort(list);
  list.erase(std::ranges::unique(list).begin(), list.end());
  list.shrink_to_fit();
}

}  // namespace

Bridge::Bridge(const SourceBooks& source, const TargetBooks& target, const std::vector<Unread>& unread) : source_(source), target_(target) {
  const auto transactions = source.transactions();
  for (const auto& one : unread) {
    if (one.uncertain) continue;
    entities_[ids::snake_case(one.entity)] = one.entity;
    for (const auto place : one.transactions) unread_[transactions.at(place).id] = one.entity;
  }
  for (const auto& [entity, all] : source.ids) {
    entities_[ids::snake_case(entity)] = entity;
    for (const auto& id : all) {
      const auto written = in_external_id(id);
      if (written != id && !(all.contains(written) && written < id)) ids_[entity].emplace(written, id);
    }
  }
  entities_["ledger_transaction"] = kLedgerTransaction;
  if (source.cut_over) entities_["opening_balance"] = kOpeningBalance;
  for (const auto& transaction : transactions) ledger_ids_.push_back(transaction.id);
  sort_unique(ledger_ids_);
  for (const auto& line : target.statement_lines) move_of_line_[line.id] = line.move_id;
  const auto items = target.all_items();
  for (auto item = items.begin(); item != items.end(); ++item) {
    if (item->posted) items_.add(item->move_id, item.place());
  }
  items_.sort();
  for (const auto& record : target.all_records()) take(record);
  sort_unique(moves_);
  sort_unique(own_moves_);
  for (auto& [entity, ids] : loaded_) sort_unique(ids);
}

bool Bridge::extracted(const std::string& entity, const std::string& id) const {
  return find_or_empty(source_.ids, entity).contains(id);
}

std::optional<OwnName> Bridge::parse(const std::string& name) const {
  // The longest entity wins: "payment_method_3" is no payment.
  const std::pair<const std::string, std::string>* best = nullptr;
  for (const auto& entity : entities_) {
    if (name.size() > entity.first.size() + 1 && name.compare(0, entity.first.size(), entity.first) == 0 &&
        name[entity.first.size()] == '_' && (best == nullptr || entity.first.size() > best->first.size())) {
      best = &entity;
    }
  }
  if (best == nullptr) return std::nullopt;
  const auto rest = name.substr(best->first.size() + 1);
  const auto& known = find_or_empty(ids_, best->second);
  for (auto end = rest.size(); end != std::string::npos && end > 0; end = rest.rfind('_', end - 1)) {
    const auto written = rest.substr(0, end);
    const auto found = known.find(written);
    if (found != known.end() || extracted(best->second, written))
      return OwnName{best->second, found == known.end() ? written : found->second,
                     end == rest.size() ? std::string() : rest.substr(end + 1)};
  }
  const auto end = rest.find('_');
  return OwnName{best->second, rest.substr(0, end), end == std::string::npos ? std::string() : rest.substr(end + 1)};
}

std::int64_t Bridge::move_of(const OwnRecord& record) const {
  if (record.model == "account.move") return target_.has_move(record.id) ? record.id : 0;
  if (record.model == "account.payment") return find_or_empty(target_.move_of_payment, record.id);
  return find_or_empty(move_of_line_, record.id);
}

void Bridge::take(const OwnRecord& record) {
  const auto name = parse(record.name);
  if (!name) {
    unreadable_.push_back(record);
    return;
  }
  if (name->entity == kOpeningBalance) {
    const auto move = move_of(record);
    own_moves_.push_back(move);
    if (move == 0)
      vanished_.push_back(record);
    else
      moves_.emplace_back(std::string(kOpening), move);
    return;
  }
  const bool only_ledger = name->entity == kLedgerTransaction;
  const bool exists = only_ledger ? std::ranges::binary_search(ledger_ids_, name->id) : extracted(name->entity, name->id);
  const bool earlier = !exists && !only_ledger && find_or_empty(unread_, name->id) == name->entity;
  if (!exists && !earlier) orphans_.push_back(record);
  loaded_[name->entity].push_back(name->id);
  if (earlier) {
    earlier_.insert(name->id);
    loaded_[std::string(kLedgerTransaction)].push_back(name->id);  // as which it is mapped while its record is not there
  }

  if (record.model == "account.account" && name->entity == "Account" && name->part.empty()) {
    accounts_[name->id] = record.id;
    const auto account = source_.accounts.find(name->id);
    if (account != source_.accounts.end()) source_accounts_[record.id] = &account->second;
  } else if (record.model == "account.account" && name->entity == "CompanyInfo" && kOpeningClearing.substr(1) == name->part) {
    const auto account = source_.accounts.find(std::string(kOpeningClearing));
    accounts_[std::string(kOpeningClearing)] = record.id;
    if (account != source_.accounts.end()) source_accounts_[record.id] = &account->second;
  } else if (record.model == "res.partner" && name->part.empty() && source_.parties.contains(name->id)) {
    partners_[name->id] = record.id;
    parties_[record.id] = name->id;
  } else if (record.model == "account.move" || record.model == "account.payment" || record.model == "account.bank.statement.line") {
    const auto move = move_of(record);
    if (move == 0) {
      vanished_.push_back(record);
      return;
    }
    own_moves_.push_back(move);
    // A posting object's id is unique over all kinds of transactions; the entity in the name must still be the right one.
    const auto& entity = find_or_empty(source_.entity_of_transaction, name->id);
    if (only_ledger || earlier || entity == name->entity) moves_.emplace_back(name->id, move);
  }
}

std::int64_t Bridge::account(const std::string& source_account) const {
  return find_or_empty(accounts_, source_account);
}
const SourceAccount* Bridge::source_account(std::int64_t target_account) const {
  return find_or_empty(source_accounts_, target_account);
}
std::int64_t Bridge::partner(const std::string& party) const {
  return find_or_empty(partners_, party);
}
std::string Bridge::party(std::int64_t partner) const {
  return find_or_empty(parties_, partner);
}
std::vector<std::int64_t> Bridge::moves(const std::string& transaction) const {
  std::vector<std::int64_t> out;
  for (auto at = std::ranges::lower_bound(moves_, transaction, {}, &std::pair<std::string, std::int64_t>::first);
       at != moves_.end() && at->first == transaction; ++at)
    out.push_back(at->second);
  return out;
}
bool Bridge::is_own_move(std::int64_t move) const {
  return std::ranges::binary_search(own_moves_, move);
}
const std::vector<std::string>& Bridge::loaded(const std::string& entity) const {
  return find_or_empty(loaded_, entity);
}
std::vector<TargetItem> Bridge::items(std::int64_t move) const {
  std::vector<TargetItem> out;
  const auto all = target_.all_items();
  for (const auto place : items_.of(move)) out.push_back(all.at(place));
  return out;
}

std::set<std::int64_t> Bridge::accounts_where(const SourceBooks& source, bool (SourceAccount::*is)() const) const {
  std::set<std::int64_t> out;
  for (const auto& [id, account] : source.accounts) {
    if ((account.*is)() && this->account(id) != 0) out.insert(this->account(id));
  }
  return out;
}

Missing::Missing(const SourceBooks& source, const Bridge& bridge, const RunNotes& notes, const std::vector<Unread>& unread) {
  std::set<std::string> left_out;
  for (const auto& reject : notes.rejects) left_out.insert(reject.entity + "/" + reject.source_id);
  for (const auto& note : notes.notes) {
    if (note.kind == "excluded") left_out.insert(note.entity + "/" + note.source_id);
  }
  const auto transactions = source.transactions();
  for (const auto& transaction : transactions) {
    const auto found = source.entity_of_transaction.find(transaction.id);
    const bool listed = (found != source.entity_of_transaction.end() && left_out.contains(found->second + "/" + transaction.id)) ||
                        left_out.contains(std::string(kLedgerTransaction) + "/" + transaction.id) ||
                        left_out.contains("ledger_transaction/" + transaction.id);
    if (!listed) continue;
    if (!bridge.moves(transaction.id).empty()) {
      partial_.insert(transaction.id);
      continue;
    }
    ids_.insert(transaction.id);
    for (const auto& posting : transaction.postings) {
      pieces_.push_back({posting.account_id, posting.name_id, transaction.date, posting.currency, posting.amount,
                         posting.amount_currency.value_or(Decimal())});
    }
  }
  for (const auto& one : unread) {
    for (const auto place : one.transactions) unlinked_.insert(transactions.at(place).id);
  }
  // A payment of nothing posts nothing, but settles what it names.
  for (const auto& link : source.all_allocations()) {
    const auto found = source.entity_of_transaction.find(link.payment);
    if (found != source.entity_of_transaction.end() && left_out.contains(found->second + "/" + link.payment) &&
        !ids_.contains(link.payment))
      unlinked_.insert(link.payment);
  }
}

Decimal Missing::on_account(const std::string& account, const std::string& after, const std::string& to) const {
  Decimal sum;
  for (const auto& piece : pieces_) {
    if (piece.account == account && (after.empty() || piece.date > after) && (to.empty() || piece.date <= to)) sum += piece.amount;
  }
  return sum;
}

Decimal Missing::in_currency(const std::string& account, const std::string& currency) const {
  Decimal sum;
  for (const auto& piece : pieces_) {
    if (piece.account == account && piece.currency == currency) sum += piece.amount_currency;
  }
  return sum;
}

Decimal Missing::of_party(const std::set<std::string>& accounts, const std::string& party) const {
  Decimal sum;
  for (const auto& piece : pieces_) {
    if (piece.party == party && accounts.contains(piece.account)) sum += piece.amount;
  }
  return sum;
}

void Causes::add(const std::string& account, const std::string& date, const std::string& label, const Decimal& difference) {
  by_account_[account].push_back({date, label, difference});
}

std::string Causes::of(const std::set<std::string>& accounts, const std::string& to) const {
  constexpr std::size_t kNamed = 5;
  std::string out;
  std::size_t count = 0;
  for (const auto& account : accounts) {
    for (const auto& cause : find_or_empty(by_account_, account)) {
      if (cause.date > to || ++count > kNamed) continue;
      out += fmt::format("{}{} ({})", out.empty() ? "comes from: " : "; ", cause.label, cause.difference.to_string(2));
    }
  }
  if (count > kNamed) out += fmt::format("; and {} more", count - kNamed);
  return out;
}

}  // namespace q2o::validator
