#pragma once

#include "services/connector/app/connections.h"
#include "services/connector/app/entity_assessor.h"

namespace q2o::connector {

/// An assessment with its lease.
struct TakenAssessment {
  std::string id, tenant, connection_id;
  pg::Lease lease;
  std::set<std::string> done;  ///< entities that were stored before
};

/// What asking cost since it was last stored.
struct AskingCost {
  std::uint64_t requests = 0;
  milliseconds answers{0};  ///< that the source needed
};

/// Assessments under way. Leased with fencing, so that any number of replicas share them and a restart goes on where the last one
/// was. What is written is written only while the lease is held.
class AssessmentQueue {
 public:
  virtual ~AssessmentQueue() = default;
  virtual std::optional<TakenAssessment> take(milliseconds ttl) = 0;
  virtual bool renew(const TakenAssessment& taken, milliseconds ttl) = 0;
  virtual void release(const TakenAssessment& taken) = 0;
  /// False: another process has the lease.
  virtual bool store(const TakenAssessment& taken, const Assessed& assessed, const AskingCost& cost) = 0;
  virtual void finish(const TakenAssessment& taken) = 0;
  /// Tried again by itself.
  virtual void later(const TakenAssessment& taken, const Error& why) = 0;
  /// Needs a person, who asks for another one.
  virtual void failed(const TakenAssessment& taken, const Error& why) = 0;
};

/// Takes one assessment at a time and asks the source until every entity is counted. Any number of workers and replicas.
class AssessmentWorker {
 public:
  struct Options {
    CallOptions call;
    int threads = 6;
    milliseconds lease_ttl{10000};
  };
  AssessmentWorker(const Manifests& manifests, AssessmentQueue& queue, ConnectionStore& connections, SourceApi& api, AccessTokens& tokens,
                   BudgetGates& gates, Clock& clock, CallProbe& calls, Options options)
      : manifests_(manifests),
        queue_(queue),
        connections_(connections),
        api_(api),
        tokens_(tokens),
        gates_(gates),
        clock_(clock),
        calls_(calls),
        options_(options) {}

  /// False: there was nothing to do.
  bool run_one(std::stop_token stop);

 private:
  /// Nothing: every entity is stored, or the work was taken away.
  std::optional<Trouble> assess(const TakenAssessment& taken, std::stop_token stop);
  const Manifests& manifests_;
  AssessmentQueue& queue_;
  ConnectionStore& connections_;
  SourceApi& api_;
  AccessTokens& tokens_;
  BudgetGates& gates_;
  Clock& clock_;
  CallProbe& calls_;
  const Options options_;
};

}  // namespace q2o::connector
