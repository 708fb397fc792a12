#include "services/validator/domain/books.h"

#include <algorithm>
#include <array>

namespace q2o::validator {

bool SourceAccount::is_profit_and_loss() const {
  static constexpr std::array<std::string_view, 5> types{"Income", "Other Income", "Cost of Goods Sold", "Expense", "Other Expense"};
  return std::ranges::find(types, type) != types.end();
}

std::string SourceBooks::label(const std::string& entity, const std::string& id) const {
  const auto found = labels.find(entity + "/" + id);
  return found == labels.end() ? entity + " " + id : found->second;
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

Decimal TargetBooks::balance(const std::string& date, std::int64_t account) const {
  const auto day = balances.find(date);
  if (day == balances.end()) return {};
  const auto found = day->second.find(account);
  return found == day->second.end() ? Decimal() : found->second;
}

}  // namespace q2o::validator
