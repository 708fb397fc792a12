#include "services/loader/domain/ledger_entries.h"

#include <algorithm>
#include <array>

#include "common/ids/ids.h"

namespace q2o::loader {
namespace {

constexpr std::string_view kLedgerName = "ledger_transaction";

bool books(const Item& item) {
  constexpr std::array<std::string_view, 3> kModels{"account.move", "account.payment", "account.bank.statement.line"};
  return item.operation == "create" && std::ranges::find(kModels, item.model) != kModels.end();
}

/// `base`, or a further record of it.
bool is_of(std::string_view name, std::string_view base) {
  return name.starts_with(base) && (name.size() == base.size() || name[base.size()] == '_');
}

}  // namespace

std::vector<std::string> entities_with_records(std::vector<std::string> transaction_entities) {
  std::erase(transaction_entities, kLedgerEntity);
  return transaction_entities;
}

LedgerEntries::LedgerEntries(std::string connection, std::vector<std::string> transaction_entities, const Known& known)
    : connection_(std::move(connection)), entities_(entities_with_records(std::move(transaction_entities))), known_(known) {
  const std::string prefix = connection_ + "_" + std::string(kLedgerName) + "_";
  for (const auto& [name, id] : known_)
    if (name.starts_with(prefix)) entries_.insert(name);
}

std::vector<std::string> LedgerEntries::replaced_by(const Item& item) const {
  if (entries_.empty() || !books(item) || std::ranges::find(entities_, item.entity) == entities_.end()) return {};
  if (!is_of(item.external_id, connection_ + "_" + ids::snake_case(item.entity) + "_" + item.source_id)) return {};
  const std::string base = connection_ + "_" + std::string(kLedgerName) + "_" + item.source_id;
  std::vector<std::string> names;
  for (auto at = entries_.lower_bound(base); at != entries_.end() && at->starts_with(base); ++at)
    if (is_of(*at, base)) names.push_back(*at);
  return names;
}

/// "qbo1_invoice_12_pay" → "12". What is none ("qbo1_payment_method_3") gives a text that no transaction has as its id.
void LedgerEntries::read_records() {
  records_read_ = true;
  std::vector<std::string> prefixes;
  for (const auto& entity : entities_) prefixes.push_back(connection_ + "_" + ids::snake_case(entity) + "_");
  for (const auto& [name, id] : known_) {
    for (const auto& prefix : prefixes) {
      if (!name.starts_with(prefix)) continue;
      const auto rest = std::string_view(name).substr(prefix.size());
      records_.emplace(rest.substr(0, rest.find('_')));
    }
  }
}

bool LedgerEntries::stands_as_record(const Item& item) {
  if (item.entity != kLedgerEntity) return false;
  if (!records_read_) read_records();
  return records_.contains(item.source_id);
}

void LedgerEntries::gone(const std::vector<std::string>& external_ids) {
  for (const auto& name : external_ids) entries_.erase(name);
}

}  // namespace q2o::loader
