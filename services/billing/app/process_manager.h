#pragma once

#include <string>

#include "q2o/connector/v1/status.pb.h"
#include "q2o/loader/v1/status.pb.h"
#include "q2o/mapper/v1/status.pb.h"
#include "q2o/validator/v1/report.pb.h"
#include "services/billing/app/commands.h"

namespace q2o::billing {

/// Turns facts of the other services into lifecycle steps. Never sends commands per batch, never asks anybody: what it is told is enough.
/// Facts of another run than the current one change nothing.
class ProcessManager {
 public:
  explicit ProcessManager(Clock now) : now_(std::move(now)) {}
  void apply(Migrations& migrations, const connector::v1::StatusFact& fact);
  void apply(Migrations& migrations, const mapper::v1::StatusFact& fact);
  void apply(Migrations& migrations, const loader::v1::StatusFact& fact);
  void apply(Migrations& migrations, const validator::v1::ValidationCompleted& fact);
  /// RUNNING → VALIDATING once the loader is done and nothing has vanished; a broken law pauses the run for a person.
  void try_validate(Migrations& migrations, const std::string& tenant, const std::string& migration_id);

 private:
  std::optional<Aggregate> current(Migrations& migrations, const common::v1::Scope& scope) const;
  void connection_lost(Migrations& migrations, const std::string& tenant, const std::string& id, const std::string& actor,
                       const std::string& why);
  void pause(Migrations& migrations, const common::v1::Scope& scope, const std::string& actor, const std::string& why);
  Clock now_;
};

}  // namespace q2o::billing
