#pragma once

#include <map>

#include "common/bus/bus.h"
#include "common/bus/topic.h"
#include "common/metrics/metrics.h"
#include "q2o/connector/v1/raw.pb.h"
#include "services/mapper/adapters/crash_marks.h"
#include "services/mapper/adapters/mapping_store.h"
#include "services/mapper/adapters/pg_run_store.h"
#include "services/mapper/app/output.h"
#include "services/mapper/domain/repairs.h"

namespace q2o::mapper {

struct Topics {
  std::string raw{topic::kRaw}, mapped{topic::kMapped}, status{topic::kMapperStatus};
};

/// The lookups of the runs that are under way, kept from one transaction to the next. One user at a time.
class LookupCache {
 public:
  /// Those of the run as it is in the database now, marked as not true any more: until keep().
  PgLookups& take(const RunState& run);
  static void keep(PgLookups& lookups, const RunState& run) { lookups.revision = run.revision; }
  /// After a transaction failed: they may hold what was rolled back.
  void clear() { lookups_.clear(); }

 private:
  std::map<std::string, std::unique_ptr<PgLookups>> lookups_;
};

/// What the mapper needs beside the database.
struct RawTools {
  bus::Producer& producer;
  MappingStore& mappings;
  LookupCache& lookups;
  const Topics& topics;
  metrics::Counter& records;
  metrics::Counter& messages;
  CrashMarks* marks;  ///< nullptr: nobody watches
};

/// Raw messages worked off in one transaction. A run is read and locked once and written once; what it sends is published together and
/// acknowledged before the caller commits. Ids and sequence numbers depend on the messages alone, not on how many share a transaction.
class RawTransaction {
 public:
  RawTransaction(pg::Tx& tx, RawTools tools) : tx_(tx), tools_(tools) {}
  ~RawTransaction();
  RawTransaction(const RawTransaction&) = delete;
  RawTransaction& operator=(const RawTransaction&) = delete;

  void work(const connector::v1::RawMessage& message, bus::Position place);
  /// Publishes what is left and stores the runs: the last thing before the commit.
  void finish();

 private:
  struct Fact {
    v1::StatusFact fact;
    std::string id;
  };
  struct Open {
    RunState run;
    std::shared_ptr<const Mapping> mapping;
    PgLookups& lookups;
    Repairs repairs;
    std::vector<Fact> facts;
  };
  void start(const connector::v1::RawMessage& message);
  /// A run whose RunStart is lost: it ends for good, and the messages of other runs behind it go on.
  RunState fail_headless(const common::v1::Scope& scope);
  Open& open(const common::v1::Scope& scope);
  void send(RunState& run, const v1::MappedMessage& message);
  void publish();
  static void add_fact(Open& open, const v1::StatusFact& fact, std::string id);

  pg::Tx& tx_;
  RawTools tools_;
  std::map<std::pair<std::string, std::uint32_t>, Open> open_;
  std::vector<bus::Outgoing> outgoing_;
  std::vector<RunState*> senders_;  ///< of `outgoing_`
  std::size_t outgoing_bytes_ = 0;
};

void store_fact(pg::Tx& tx, const Topics& topics, const v1::StatusFact& fact, const std::string& id);
/// Ends the run for good and announces why.
void fail_run(pg::Tx& tx, const Topics& topics, const common::v1::Scope& scope, const Error& why);

}  // namespace q2o::mapper
