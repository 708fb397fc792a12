#pragma once

#include "services/connector/app/ports.h"
#include "services/connector/app/recorded_run.h"
#include "services/connector/app/run_journal.h"
#include "services/connector/app/source_caller.h"
#include "services/connector/app/task_pool.h"
#include "services/connector/domain/batches.h"

namespace q2o::connector {

/// Why a run does not go on now.
struct Halt {
  enum class Kind {
    paused,    ///< directive PAUSE: somebody resumes
    stopped,   ///< directive STOP
    shutdown,  ///< this process ends
    lost,      ///< another process has the lease
    later,     ///< the source or the broker is not available: try again by itself
    failed,    ///< needs a person
  };
  Kind kind;
  Error error;
};
using Step = tl::expected<void, Halt>;
template <class T>
using Stepped = tl::expected<T, Halt>;

struct RunOptions {
  BatchLimits limits;
  int pages_ahead = 4;
  int reports_ahead = 8;
  int entities_ahead = 3;  ///< whose count and first page are asked for while an earlier one is published
  int passes_max = 3;
  std::uint64_t window_batches = 64;
  milliseconds window_poll{200};
};

/// A run under way: its state, and the one way in which messages leave. Used by one thread; pool and caller by several.
class RunContext {
 public:
  RunContext(const Job& job, const Manifest& manifest, SourceCaller& caller, RawLog& log, RunJournal& journal, Clock& clock, TaskPool& pool,
             RunOptions options, std::stop_token stop);

  /// Looks at directive and window, publishes, waits for the broker, then commits state and `next` together.
  Step publish(std::vector<v1::RawMessage> messages, EntityState next, std::vector<std::string> new_ids,
               std::vector<StoredReport> reports = {}, bool finished = false);
  /// Commits state without a message.
  Step commit(const EntityState* next, std::vector<StoredReport> reports = {});

  /// Batches of one entity out of rows; adds to next.batches and next.extracted.
  std::vector<v1::RawMessage> batches(std::vector<Row> rows, EntityState& next);
  /// Of an entity that is at its end; what has gone since the earlier run is remembered with it.
  v1::RawMessage entity_end(const EntityState& state);
  Halt halt(const std::string& what, const Trouble& trouble) const;
  /// Remembers what the manifest wants to keep of these rows.
  void capture(const EntityRule& rule, const std::vector<Row>& rows);
  std::string captured(const std::string& name) const;

  const Job& job;
  const Manifest& manifest;
  SourceCaller& caller;
  RunJournal& journal;
  Clock& clock;
  TaskPool& pool;
  const RunOptions options;
  const std::stop_token stop;
  RunState state;
  Comparison* comparison = nullptr;  ///< of the entity under way with the earlier run; null: there is none

 private:
  Step border();
  Step wait_for_window();
  q2o::common::v1::Scope scope() const;
  v1::StatusFact progress(const EntityState& entity) const;
  std::uint64_t requests_since_commit();

  RawLog& log_;
  std::vector<SourceChange> changes_;  ///< found since the last commit
  std::uint64_t requests_committed_ = 0;
};

}  // namespace q2o::connector
