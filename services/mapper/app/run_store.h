#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "services/mapper/domain/stream.h"

namespace q2o::mapper {

struct RunState {
  std::string tenant, migration, connection, platform, mapping_version, home_currency;
  std::vector<std::string> entities;  ///< that the source will send; empty = all
  std::uint32_t run = 0;
  std::string state;  ///< "mapping", "mapped", "failed"
  bool plan_sent = false;
  std::uint64_t sequence = 0;  ///< of the last message sent
  std::uint64_t targets = 0;
  std::uint64_t revision = 0;
  bool dry_run = false;             ///< nothing is loaded, nothing is kept for later runs
  std::vector<std::string> wanted;  ///< entities whose records are sent on; empty = all
  Extent extent;                    ///< what is before its first day arrives as balances
  std::int64_t repairs_to = 0;      ///< the last repair that counts in this run: a later one waits for the next

  /// Positions of the mapped messages in their partition; first > last: none yet.
  std::int32_t mapped_partition = 0;
  std::int64_t mapped_first = 0, mapped_last = -1;

  /// The balances change with whatever is sent on.
  bool wants(const std::string& entity) const {
    return wanted.empty() || entity == kOpeningBalance || std::ranges::find(wanted, entity) != wanted.end();
  }
};

struct Counts {
  std::uint64_t mapped = 0, merged = 0, rejected = 0, excluded = 0;
  std::uint64_t records() const { return mapped + merged + rejected + excluded; }
};
/// The parts of what the source has ended, in order of names.
struct EndedEntity {
  std::string entity;
  bool ended = false;  ///< our own end was sent
};

/// What a person decided about a record that is under work.
struct RepairNote {
  std::string source_id, label, sentence;
};

/// What a run keeps, within one transaction. Everything written here is there exactly if the message's effects are.
class RunStore {
 public:
  virtual ~RunStore() = default;
  virtual void save(const RunState& run) = 0;
  /// The records whose id was not seen before in this run, marked as seen.
  virtual std::vector<RawRecord> first_time(const std::string& entity, std::vector<RawRecord> records) = 0;
  /// Ids of the entity's records that ended the process twice while they were worked on.
  virtual std::set<std::string> crashed(const std::string& entity) = 0;
  virtual void defer(const std::string& entity, std::span<const RawRecord> records) = 0;
  /// Takes them out, in order of arrival.
  virtual std::vector<RawRecord> take_deferred(const std::string& entity) = 0;
  /// Rejects, notes and counts.
  virtual Counts record(const std::string& entity, std::span<const Mapped> mapped) = 0;
  virtual void note_repairs(const std::string& entity, std::span<const RepairNote> notes) = 0;
  virtual Counts counts(const std::string& entity) = 0;
  /// `complete`: with every record that the source has.
  virtual void source_ended(const std::string& entity, bool complete) = 0;
  virtual bool complete(const std::string& entity) = 0;
  virtual void ended(const std::string& entity) = 0;
  virtual std::vector<EndedEntity> source_ended_entities() = 0;
  virtual Status add_ledger(std::span<const accounting::LedgerTransaction> transactions) = 0;
  virtual void claim(std::span<const std::string> transaction_ids) = 0;
  /// At most `limit` transactions that no document claims; marks them claimed.
  virtual std::vector<std::string> take_unclaimed(std::size_t limit) = 0;
  /// Reads these transactions ahead of the records that will ask for them.
  virtual void prefetch_ledger(std::span<const RawRecord> records) = 0;
};

}  // namespace q2o::mapper
