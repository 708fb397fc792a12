#include "services/loader/domain/item.h"

namespace q2o::loader {

bool is_unchanged(const Item& item, const Known& known) {
  if (item.ledger_hash.empty() || item.ledger_hash != item.content_hash) return false;
  // A plain write leaves no external id; a match that a person closed by hand must not come up again and again.
  return item.operation == "write" || item.ledger_outcome == "skipped" || known.contains(item.external_id);
}

std::string missing_reference(const Item& item, const Known& known, const Known& beside) {
  for (const auto& name : item.references)
    if (!known.contains(name) && !beside.contains(name) && name != item.external_id) return name;
  return {};
}

}  // namespace q2o::loader
