#pragma once

#include <optional>
#include <string>

#include "common/pg/pg.h"
#include "services/connector/app/ports.h"
#include "services/connector/app/recorded_run.h"
#include "services/connector/app/run_journal.h"

namespace q2o::connector {

/// A run with its lease.
struct TakenJob {
  Job job;
  pg::Lease lease;
  std::string platform;
  std::optional<Error> refused;  ///< cannot be extracted at all
};

/// Runs that are to be extracted: migrations RUNNING with directive GO, whose run is not finished. Leased with fencing, so that any
/// number of replicas share the work. What `later`, `failed` and `stopped` write is written only while the lease is held.
class JobQueue {
 public:
  virtual ~JobQueue() = default;
  virtual std::optional<TakenJob> take(milliseconds ttl) = 0;
  virtual std::unique_ptr<RunJournal> journal(const TakenJob& taken) = 0;
  /// The records of Job::base_run; null where there is none.
  virtual std::unique_ptr<RecordedRun> recorded(const TakenJob& taken) = 0;
  virtual billing::v1::Directive directive(const TakenJob& taken) = 0;
  virtual bool renew(const TakenJob& taken, milliseconds ttl) = 0;
  virtual void release(const TakenJob& taken) = 0;
  /// Tried again by itself; announced as Waiting. Returns after how long.
  virtual milliseconds later(const TakenJob& taken, const Error& why) = 0;
  /// Needs a person: announced as RunFailed, tried again when the migration changes.
  virtual void failed(const TakenJob& taken, const Error& why) = 0;
  virtual void stopped(const TakenJob& taken) = 0;
  /// Announces Waiting; an empty reason: over.
  virtual void waiting(const TakenJob& taken, const std::string& reason, milliseconds time) = 0;
};

}  // namespace q2o::connector
