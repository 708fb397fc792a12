#pragma once

#include "q2o/connector/v1/raw.pb.h"
#include "services/mapper/app/output.h"
#include "services/mapper/domain/repairs.h"

namespace q2o::mapper {

/// Works off the raw messages of one run, one at a time, within the transaction behind the store.
class RunMapper {
 public:
  RunMapper(RunState& run, const Mapping& mapping, Lookups& lookups, RunStore& store, Output& output, const Repairs& repairs,
            RecordWatch* watch = nullptr);
  void handle(const connector::v1::RawMessage& message);

 private:
  void batch(const connector::v1::RawBatch& batch);
  void entity_end(const std::string& entity, bool complete);
  void run_end();
  void send_plan();
  void finish_deferred(const std::string& entity);
  void finish(const std::string& entity);
  void ledger_leftovers();
  void opening();
  /// Keeps transactions before the first day until all have been seen.
  void keep_before(const std::string& entity, const Stream::Taken& taken);
  /// What comes behind the ledger may belong to such a transaction: it ends after them.
  bool ends_last(const std::string& entity) const;
  /// Takes out the records that must not be tried again: what is left can be mapped.
  std::vector<Mapped> set_aside(const std::string& entity, std::vector<RawRecord>& records);
  /// Changes the records as people decided, and takes out those that they left out.
  std::vector<Mapped> repair(const std::string& entity, std::vector<RawRecord>& records);
  std::vector<Mapped> read_ledger(std::span<const RawRecord> slices);
  void deliver(const std::string& entity, std::span<const Mapped> mapped);
  void fail_run(const std::string& reason, const std::string& message, const std::string& hint);
  bool failed() const { return run_.state == "failed"; }

  RunState& run_;
  const Mapping& mapping_;
  Lookups& lookups_;
  RunStore& store_;
  Output& output_;
  const Repairs& repairs_;
  RecordWatch* watch_;
  Stream stream_;
};

}  // namespace q2o::mapper
