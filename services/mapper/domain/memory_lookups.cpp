#include "services/mapper/domain/memory_lookups.h"

#include <algorithm>
#include <stdexcept>

namespace q2o::mapper {

const json::Value& Remembered::value() const {
  if (!parsed_) {
    auto document = json::Document::parse(std::move(json_));
    if (!document) throw std::logic_error("lookup is no JSON: " + document.error().message);
    parsed_ = std::move(*document);
    json_ = {};
  }
  return parsed_->root();
}

MemoryLookups::Kind& MemoryLookups::kind_of(std::string_view kind) const {
  auto*& recent = recent_[kind.empty() ? 0 : (kind.size() + static_cast<unsigned char>(kind.front())) % recent_.size()];
  if (recent != nullptr && recent->first == kind) return recent->second;
  auto found = kinds_.find(kind);
  if (found == kinds_.end()) {
    found = kinds_.try_emplace(std::string(kind)).first;
    load(kind, found->second.entries);
  }
  recent = &*found;
  return found->second;
}

const json::Value* MemoryLookups::find(std::string_view kind, std::string_view key) const {
  const auto& all = kind_of(kind).entries;
  const auto found = all.find(key);
  return found == all.end() ? nullptr : &found->second.value();
}

void MemoryLookups::put(std::string_view kind, std::string_view key, std::string json) {
  changed(kind, key, json);
  kind_of(kind).entries.insert_or_assign(std::string(key), Remembered(std::move(json)));
}

void MemoryLookups::each(std::string_view kind, const std::function<void(std::string_view, const json::Value&)>& visit) const {
  auto& all = kind_of(kind);
  if (all.in_order.size() != all.entries.size()) {
    all.in_order.clear();
    for (const auto& entry : all.entries) all.in_order.push_back(&entry);
    std::ranges::sort(all.in_order, {}, [](const auto* entry) -> const std::string& { return entry->first; });
  }
  for (const auto* entry : all.in_order) visit(entry->first, entry->second.value());
}

const accounting::LedgerTransaction* MemoryLookups::ledger(std::string_view transaction_id) const {
  const auto found = ledger_.find(transaction_id);
  return found != ledger_.end() ? &found->second : load_ledger(transaction_id);
}

void MemoryLookups::add_ledger(accounting::LedgerTransaction transaction) {
  std::string id = transaction.id;
  ledger_.insert_or_assign(std::move(id), std::move(transaction));
}

void MemoryLookups::load(std::string_view, Entries&) const {}
void MemoryLookups::changed(std::string_view, std::string_view, std::string_view) {}
const accounting::LedgerTransaction* MemoryLookups::load_ledger(std::string_view) const {
  return nullptr;
}

}  // namespace q2o::mapper
