#pragma once

#include <set>
#include <span>
#include <string>
#include <vector>

#include "services/mapper/domain/engine.h"
#include "services/mapper/domain/record_watch.h"

namespace q2o::mapper {

struct RawRecord {
  std::string id, body;
};

/// What became of one source record.
struct Mapped {
  std::string entity, id;
  Outcome outcome;
};

/// The mapping of one run, in the order of the stream: some entities are mapped at once, some only when all their records (or all
/// documents) have been seen, as are records that refer to something which has not come yet. Keeps no state of its own; lookups do.
class Stream {
 public:
  Stream(const Mapping& mapping, RunContext run, Lookups& lookups, RecordWatch* watch = nullptr)
      : mapping_(mapping), engine_(mapping), run_(std::move(run)), lookups_(lookups), watch_(watch) {
    run_.money_mode = mapping.money_mode();
    run_.missing_references = &mapping.missing_references();
    run_.text_bytes_max = mapping.text_bytes_max();
  }

  struct Taken {
    std::vector<Mapped> mapped;
    std::vector<std::size_t> deferred;  ///< positions of the records to hand to `prepared` later
    std::vector<RawRecord> before;      ///< transactions before the first day, to hand to `opening` when all have been seen
    std::vector<std::string> claimed;   ///< by those
  };
  /// `plan_sent`: entities that wait for the plan wait no more.
  Taken take(const std::string& entity, std::span<const RawRecord> records, bool plan_sent);
  /// All deferred records of an entity.
  std::vector<Mapped> prepared(const std::string& entity, std::span<const RawRecord> records);
  /// Transactions that only the source's ledger has.
  Taken ledger_only(std::span<const std::string> transaction_ids);
  /// All transactions before the first day: what becomes of each, and the balances (entity `OpeningBalance`). After everything else but
  /// what may refer to them.
  std::vector<Mapped> opening(std::span<const std::pair<std::string, RawRecord>> before);
  /// A record that must not be tried again.
  Mapped set_aside(const std::string& entity, const std::string& id) const;
  /// A record that a person has left out: like one that is rejected, its transaction does not come back as an entry of the ledger.
  Mapped left_out(const std::string& entity, const std::string& id, std::string label, std::string reason) const;
  /// A record that is not mapped at all.
  Mapped refused(const std::string& entity, const std::string& id, std::string label, Reject reject) const;

  Result<std::string> settings() const { return engine_.settings(run_, lookups_); }
  Defer defer(std::string_view entity) const;

 private:
  bool set_before(const Source& source, const Mapped& mapped, Taken& taken);
  bool refers_to_before(const Outcome& outcome) const;
  void leave_out_what_did_not_arrive(Mapped& mapped) const;
  Mapped map(const Source& source, Pass pass);
  Outcome checked(Outcome outcome) const;
  void claim_unmapped(Mapped& mapped) const;

  const Mapping& mapping_;
  Engine engine_;
  RunContext run_;
  Lookups& lookups_;
  RecordWatch* watch_;
  std::set<std::string> arrived_;  ///< of transactions before the first day
};

/// Name under which ledger-only transactions are counted.
inline constexpr std::string_view kLedgerTransaction = "LedgerTransaction";
/// Name under which the balances of what is before the first day are counted.
inline constexpr std::string_view kOpeningBalance = "OpeningBalance";

}  // namespace q2o::mapper
