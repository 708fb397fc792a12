#pragma once

#include <functional>
#include <vector>

#include "q2o/mapper/v1/mapped.pb.h"
#include "q2o/mapper/v1/status.pb.h"
#include "services/mapper/app/run_store.h"

namespace q2o::mapper {

common::v1::TargetModule to_proto(const TargetModule& module);

/// Numbers and sends the mapped messages of a run in bounded batches; what the run does not want is left out. Sequences are part of the
/// run's state: after a crash the same message gets the same number and id again.
class Output {
 public:
  using Send = std::function<void(const v1::MappedMessage&)>;
  using Fact = std::function<void(const v1::StatusFact&)>;
  Output(RunState& run, const Mapping& mapping, Send send, Fact fact)
      : run_(run), mapping_(mapping), send_(std::move(send)), fact_(std::move(fact)) {}

  /// What is sent from now on comes of this raw message.
  void comes_of(std::uint64_t raw_sequence) { raw_sequence_ = raw_sequence; }
  /// Nothing of the batch goes on (yet): says only that it was worked off, so that the source may go on.
  void nothing_of(const std::string& entity);
  void plan(const std::string& settings);
  void batch(const std::string& entity, std::span<const Mapped> mapped);
  void entity_end(const std::string& entity, const Counts& counts, bool complete);
  void run_end();
  void progress(const std::string& entity, const Counts& counts, bool done);
  void failed(const std::string& reason, const std::string& message, const std::string& hint);

 private:
  v1::MappedMessage message();
  void send(v1::MappedMessage& message);
  v1::MappedRecord record(const Mapped& mapped);
  v1::StatusFact fact();

  RunState& run_;
  const Mapping& mapping_;
  Send send_;
  Fact fact_;
  std::uint64_t raw_sequence_ = 0;
};

}  // namespace q2o::mapper
