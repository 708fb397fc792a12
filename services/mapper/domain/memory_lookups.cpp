#include "services/mapper/domain/memory_lookups.h"

#include <stdexcept>

namespace q2o::mapper {

MemoryLookups::Entries& MemoryLookups::entries(std::string_view kind) const {
  const auto found = kinds_.find(kind);
  if (found != kinds_.end()) return found->second;
  auto& made = kinds_[std::string(kind)];
  load(kind, made);
  return made;
}

const json::Value* MemoryLookups::find(std::string_view kind, std::string_view key) const {
  const auto& all = entries(kind);
  const auto found = all.find(key);
  return found == all.end() ? nullptr : &found->second.root();
}

void MemoryLookups::put(std::string_view kind, std::string_view key, std::string json) {
  changed(kind, key, json);
  auto document = json::Document::parse(std::move(json));
  // Only our own code makes these texts.
  if (!document) throw std::logic_error("lookup is no JSON: " + document.error().message);
  entries(kind).insert_or_assign(std::string(key), std::move(*document));
}

void MemoryLookups::each(std::string_view kind, const std::function<void(std::string_view, const json::Value&)>& visit) const {
  for (const auto& [key, document] : entries(kind)) visit(key, document.root());
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
