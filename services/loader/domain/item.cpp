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
  for (const auto& name : item.references)
    if (!known.contains(name) && !beside.contains(name) && name != item.external_id) return name;
  return {};
}

}  // namespace q2o::loader
