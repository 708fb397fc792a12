#pragma once

#include "services/connector/app/assessment_worker.h"

namespace q2o::connector {

/// Tables assessment and assessment_entity.
class PostgresAssessments : public AssessmentQueue {
 public:
  PostgresAssessments(pg::Pool& pool, const Manifests& manifests, std::string owner)
      : pool_(pool), manifests_(manifests), owner_(std::move(owner)) {}

  /// The one under way, or a new one. Error not_found: no such connection of the tenant.
  Result<v1::Assessment> start(const std::string& tenant, const std::string& connection_id);
  /// The newest that fits; `id` empty: any.
  Result<v1::Assessment> find(const std::string& tenant, const std::string& connection_id, const std::string& id, bool only_done);

  std::optional<TakenAssessment> take(milliseconds ttl) override;
  bool renew(const TakenAssessment& taken, milliseconds ttl) override;
  void release(const TakenAssessment& taken) override;
  bool store(const TakenAssessment& taken, const Assessed& assessed, const AskingCost& cost) override;
  void finish(const TakenAssessment& taken) override;
  void later(const TakenAssessment& taken, const Error& why) override;
  void failed(const TakenAssessment& taken, const Error& why) override;

 private:
  v1::Assessment read(pg::Tx& tx, const pg::Row& row) const;
  pg::Pool& pool_;
  const Manifests& manifests_;
  const std::string owner_;
};

}  // namespace q2o::connector
