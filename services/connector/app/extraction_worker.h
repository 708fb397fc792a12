#pragma once

#include "services/connector/app/connections.h"
#include "services/connector/app/job_queue.h"
#include "services/connector/app/run_context.h"

namespace q2o::connector {

struct WorkerOptions {
  RunOptions run;
  CallOptions call;
  int fetch_threads = 6;
  milliseconds lease_ttl{10000};
};

/// What the counters want to know about runs.
class RunProbe {
 public:
  virtual ~RunProbe() = default;
  virtual void left(std::string_view /*outcome*/) {}
};

/// Takes one run at a time and extracts it until it is finished or something halts it. Any number of workers and replicas.
class ExtractionWorker {
 public:
  ExtractionWorker(const Manifests& manifests, JobQueue& queue, ConnectionStore& connections, SourceApi& api, AccessTokens& tokens,
                   BudgetGates& gates, RawLog& log, Clock& clock, CallProbe& calls, RunProbe& runs, WorkerOptions options)
      : manifests_(manifests),
        queue_(queue),
        connections_(connections),
        api_(api),
        tokens_(tokens),
        gates_(gates),
        log_(log),
        clock_(clock),
        calls_(calls),
        runs_(runs),
        options_(options) {}

  /// False: there was nothing to do.
  bool run_one(std::stop_token stop);

 private:
  Step extract(const TakenJob& taken, std::stop_token stop);
  void settle(const TakenJob& taken, const Step& step);
  const Manifests& manifests_;
  JobQueue& queue_;
  ConnectionStore& connections_;
  SourceApi& api_;
  AccessTokens& tokens_;
  BudgetGates& gates_;
  RawLog& log_;
  Clock& clock_;
  CallProbe& calls_;
  RunProbe& runs_;
  const WorkerOptions options_;
};

}  // namespace q2o::connector
