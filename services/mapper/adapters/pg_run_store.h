#pragma once

#include "common/bus/bus.h"
#include "services/mapper/adapters/pg_lookups.h"

namespace q2o::mapper {

/// The run's tables within one transaction.
class PgRunStore : public RunStore {
 public:
  /// `place`: of the message under work in the raw topic.
  PgRunStore(pg::Tx& tx, const RunState& run, PgLookups& lookups, bus::Position place)
      : tx_(tx), run_(run), lookups_(lookups), place_(place) {}

  /// Locks the run's row until the transaction ends: one message of a run at a time.
  static std::optional<RunState> find(pg::Tx& tx, const std::string& migration, std::uint32_t run);
  static void insert(pg::Tx& tx, const RunState& run);

  void save(const RunState& run) override;
  std::vector<RawRecord> first_time(const std::string& entity, std::vector<RawRecord> records) override;
  std::set<std::string> crashed(const std::string& entity) override;
  void defer(const std::string& entity, std::span<const RawRecord> records) override;
  std::vector<RawRecord> take_deferred(const std::string& entity) override;
  Counts record(const std::string& entity, std::span<const Mapped> mapped) override;
  void note_repairs(const std::string& entity, std::span<const RepairNote> notes) override;
  Counts counts(const std::string& entity) override;
  void source_ended(const std::string& entity, bool complete) override;
  bool complete(const std::string& entity) override;
  void ended(const std::string& entity) override;
  std::vector<EndedEntity> source_ended_entities() override;
  Status add_ledger(std::span<const accounting::LedgerTransaction> transactions) override;
  void claim(std::span<const std::string> transaction_ids) override;
  std::vector<std::string> take_unclaimed(std::size_t limit) override;
  void prefetch_ledger(std::span<const RawRecord> records) override;

 private:
  sealing::Place place(std::string_view where, std::string_view id) const;
  void add_rejects(const std::string& entity, std::span<const Mapped> mapped);
  void add_notes(const std::string& entity, std::span<const Mapped> mapped);

  pg::Tx& tx_;
  const RunState& run_;
  PgLookups& lookups_;
  const bus::Position place_;
};

}  // namespace q2o::mapper
