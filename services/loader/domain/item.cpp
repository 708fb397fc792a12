#include "services/loader/domain/item.h"

namespace q2o::loader {

bool is_unchanged(const Item& item, const Known& known) {
  if (item.ledger_hash.empty() || item.ledger_hash != item.content_hash) return false;
  // A plain write leaves no external id of its own: it lasts as long as what it was written to.
  if (item.operation == "write") return missing_reference(item, known, {}).empty();
  // A match that a person closed by hand must not come up again and again.
  return item.ledger_outcome == "skipped" || known.contains(item.external_id);
}

std::string missing_reference(const Item& item, const Known& known, const Known& beside) {
  const auto there = [&](const std::string& name) { return known.contains(name) || beside.contains(name) || name == item.external_id; };
  for (const auto& reference : item.references) {
    std::size_t from = 0, bar = reference.find('|');
    bool found = there(reference.substr(0, bar));
    for (; !found && bar != std::string::npos; found = there(reference.substr(from, bar - from))) {
      from = bar + 1;
      bar = reference.find('|', from);
    }
    if (!found) return reference.substr(0, reference.find('|'));
  }
  return {};
}

}  // namespace q2o::loader
