#pragma once

#include <map>
#include <mutex>
#include <span>

#include "common/bus/bus.h"
#include "common/metrics/metrics.h"
#include "q2o/connector/v1/raw.pb.h"
#include "services/mapper/adapters/mapping_store.h"
#include "services/mapper/adapters/pg_run_store.h"
#include "services/mapper/app/output.h"

namespace q2o::mapper {

struct Topics {
  std::string raw = "q2o.connector.raw.v1", mapped = "q2o.mapper.mapped.v1", status = "q2o.mapper.status.v1";
};

/// Takes raw messages from the broker: each is mapped, its output published and acknowledged, then its effects committed. A crash
/// in between repeats the same output under the same ids. Messages of a paused run are held in the database; resume() works them off.
/// Thread-safe; one message at a time.
class RawWorker {
 public:
  RawWorker(pg::Pool& pool, bus::Producer& producer, MappingStore& mappings, metrics::Registry& metrics, Topics topics = {});

  void receive(std::span<const bus::Incoming> messages);
  /// Works off what is held of runs that may go on.
  void resume(std::stop_token stop);

  /// Works one message off in one transaction with `before`; nothing happens when that says no. For replays.
  void work_off(const connector::v1::RawMessage& message, bus::Position place, const std::function<bool(pg::Tx&)>& before);
  /// Ends the run for good and announces why.
  void fail_run(pg::Tx& tx, const common::v1::Scope& scope, const Error& why);

  enum class Gate { open, hold, drop };
  static Gate gate(pg::Tx& tx, const std::string& migration, std::uint32_t run);

 private:
  /// `work(tx)` in one transaction under the lock; what the lookups remember of a failed one is forgotten.
  template <class Work>
  void alone(Work work);
  void receive_one(const bus::Incoming& message);
  bool resume_one(pg::Tx& tx, const std::string& migration, std::uint32_t run);
  void work(pg::Tx& tx, const connector::v1::RawMessage& message, bus::Position place);
  void start(pg::Tx& tx, const connector::v1::RawMessage& message);
  PgLookups& lookups_of(const RunState& run);
  bus::Position publish(const v1::MappedMessage& message);
  static std::string key_of(const RunState& run);
  void store_fact(pg::Tx& tx, const v1::StatusFact& fact, const std::string& id);

  pg::Pool& pool_;
  bus::Producer& producer_;
  MappingStore& mappings_;
  Topics topics_;
  metrics::Counter& records_;
  metrics::Counter& messages_;
  std::mutex mutex_;
  std::map<std::string, std::unique_ptr<PgLookups>> lookups_;
};

}  // namespace q2o::mapper
