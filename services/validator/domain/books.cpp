#include "services/validator/domain/books.h"

#include <algorithm>
#include <array>

#include "services/validator/domain/packed_books.h"

namespace q2o::validator {

bool SourceAccount::is_profit_and_loss() const {
  static constexpr std::array<std::string_view, 5> types{"Income", "Other Income", "Cost of Goods Sold", "Expense", "Other Expense"};
  return std::ranges::find(types, type) != types.end();
}

std::string SourceBooks::label(const std::string& entity, const std::string& id) const {
  if (const auto found = labels.find(entity + "/" + id); found != labels.end()) return found->second;
  if (const auto of_entity = long_labels.of_entity.find(entity); of_entity != long_labels.of_entity.end()) {
    const auto place = std::ranges::lower_bound(of_entity->second, id, {}, &std::pair<std::string, std::uint64_t>::first);
    if (place != of_entity->second.end() && place->first == id) {
      std::string text;
      long_labels.texts.get(place->second, text);
      return text;
    }
  }
  return entity + " " + id;
}

std::string SourceBooks::first_day() const {
  const auto all = transactions();
  return all.empty() ? std::string() : all.begin()->date;
}

std::string SourceBooks::last_day() const {
  return long_ledger.on_shelf() ? long_last_day : ledger.empty() ? std::string() : ledger.back().date;
}

std::string SourceBooks::account_name(const std::string& id) const {
  const auto found = accounts.find(id);
  return found == accounts.end() ? "account " + id : found->second.name;
}

std::string SourceBooks::party_name(const std::string& id) const {
  if (id.empty()) return "(no name)";
  const auto found = parties.find(id);
  return found == parties.end() ? "party " + id : found->second;
}

const SourceAccount* SourceBooks::retained_earnings() const {
  for (const auto& [id, account] : accounts) {
    if (account.sub_type == "RetainedEarnings") return &account;
  }
  return nullptr;
}

std::optional<TargetMove> TargetBooks::move(std::int64_t id) const {
  if (const auto found = moves.find(id); found != moves.end()) return found->second;
  const auto places = move_places.of(id);
  if (places.empty()) return std::nullopt;
  TargetMove move;
  long_moves.get(places.front(), move);
  return move;
}

bool TargetBooks::has_move(std::int64_t id) const {
  return moves.contains(id) || !move_places.of(id).empty();
}

void TargetBooks::each_move(const std::function<void(const TargetMove&)>& take) const {
  for (const auto& [id, move] : moves) take(move);
  const std::vector<TargetMove> none;
  if (!long_moves.on_shelf()) return;
  for (const auto& move : Rows<TargetMove>(none, long_moves)) take(move);
}

Decimal TargetBooks::balance(const std::string& date, std::int64_t account) const {
  const auto day = balances.find(date);
  if (day == balances.end()) return {};
  const auto found = day->second.find(account);
  return found == day->second.end() ? Decimal() : found->second;
}

}  // namespace q2o::validator
