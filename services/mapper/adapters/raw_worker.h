#pragma once

#include <mutex>
#include <span>

#include "services/mapper/adapters/raw_transaction.h"

namespace q2o::mapper {

/// Takes raw messages from the broker: a handful is mapped, their output published and acknowledged, then their effects committed. A crash
/// in between repeats the same output under the same ids. Messages of a paused run are held in the database; resume() works them off.
/// Thread-safe; one transaction at a time.
class RawWorker {
 public:
  RawWorker(pg::Pool& pool, bus::Producer& producer, MappingStore& mappings, metrics::Registry& metrics, Topics topics = {},
            CrashMarks* marks = nullptr);

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
  struct Decided;
  /// `work(tx, runs)` in one transaction under the lock; what the lookups remember of a failed one is forgotten.
  template <class Work>
  void alone(Work work);
  void receive_together(std::span<const bus::Incoming> messages);
  void receive_one(pg::Tx& tx, RawTransaction& runs, const bus::Incoming& message, Decided& decided);
  bool resume_one(pg::Tx& tx, RawTransaction& runs, const std::string& migration, std::uint32_t run);

  pg::Pool& pool_;
  bus::Producer& producer_;
  MappingStore& mappings_;
  Topics topics_;
  CrashMarks* marks_;
  metrics::Counter& records_;
  metrics::Counter& messages_;
  std::mutex mutex_;
  LookupCache lookups_;
};

}  // namespace q2o::mapper
