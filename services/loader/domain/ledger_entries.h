#pragma once

#include <set>
#include <string>
#include <vector>

#include "services/loader/domain/item.h"

namespace q2o::loader {

/// What the mapper calls transactions that only the source's ledger has.
inline constexpr std::string_view kLedgerEntity = "LedgerTransaction";

/// Whose records stand for a transaction instead of the ledger's entry: of RunPlan.transaction_entities all but the ledger itself.
std::vector<std::string> entities_with_records(std::vector<std::string> transaction_entities);

/// One transaction of the source stands in the target once. A record that could not be read in one run is booked from the source's ledger
/// alone (`<connection>_ledger_transaction_<id>`); when its record comes, that entry makes room; when the record is there from an earlier
/// run and cannot be read now, no entry is made beside it.
class LedgerEntries {
 public:
  /// `known` outlives this.
  LedgerEntries(std::string connection, std::vector<std::string> transaction_entities, const Known& known);

  /// What stands for the item's transaction from the ledger alone, if the item books that transaction.
  std::vector<std::string> replaced_by(const Item& item) const;
  /// The item is such an entry, and a record of the same transaction is in the target.
  bool stands_as_record(const Item& item);
  void gone(const std::vector<std::string>& external_ids);

 private:
  void read_records();
  std::string connection_;
  std::vector<std::string> entities_;
  const Known& known_;
  std::set<std::string, std::less<>> entries_;  ///< external ids
  std::set<std::string, std::less<>> records_;  ///< transaction ids; read when the first entry asks
  bool records_read_ = false;
};

}  // namespace q2o::loader
