#pragma once

#include "common/pg/pg.h"
#include "services/mapper/app/run_store.h"
#include "services/mapper/domain/memory_lookups.h"

namespace q2o::mapper {

/// The lookups of one run over the tables lookup and ledger_transaction: a kind is read whole at its first use and kept; what is put goes
/// to the database with flush(). Thrown away by its owner when a transaction fails. A dry run sees what earlier runs left for later
/// ones, but leaves nothing itself.
class PgLookups : public MemoryLookups {
 public:
  explicit PgLookups(const RunState& run);
  /// For the time of a transaction.
  void attach(pg::Tx* tx) { tx_ = tx; }
  void flush();
  /// Ledger transactions are only kept while their batch is worked off.
  void prefetch(const std::vector<std::string>& transaction_ids);
  void forget_ledger();

  std::uint64_t revision = 0;  ///< of the run when this was true

 protected:
  void load(std::string_view kind, Entries& entries) const override;
  void changed(std::string_view kind, std::string_view key, std::string_view json) override;
  const accounting::LedgerTransaction* load_ledger(std::string_view transaction_id) const override;

 private:
  const std::string& read_scope(std::string_view kind) const;
  const std::string& write_scope(std::string_view kind) const { return dry_run_ ? run_scope_ : read_scope(kind); }
  void read_ledger(const std::vector<std::string>& ids) const;

  struct Change {
    std::string kind, key, value;
  };
  std::string tenant_, migration_, run_scope_, connection_scope_;
  std::uint32_t run_;
  bool dry_run_;
  pg::Tx* tx_ = nullptr;
  std::vector<Change> changes_;
  mutable std::map<std::string, std::string, std::less<>> unparsed_;  ///< of the ledger: what was read and not yet asked for
  mutable std::set<std::string, std::less<>> absent_;
};

/// A ledger transaction as JSON and back.
std::string to_json(const accounting::LedgerTransaction& transaction);
accounting::LedgerTransaction ledger_from_json(const std::string& text);

}  // namespace q2o::mapper
