#pragma once

#include <optional>

#include "common/bus/bus.h"
#include "common/pg/pg.h"
#include "q2o/billing/v1/migration.pb.h"
#include "q2o/connector/v1/status.pb.h"
#include "q2o/validator/v1/report.pb.h"
#include "services/validator/adapters/lines_on_shelf.h"
#include "services/validator/adapters/stored_report.h"
#include "services/validator/app/ports.h"

namespace q2o::validator {

inline constexpr std::string_view kWorkChannel = "validator_work";
inline constexpr std::chrono::milliseconds kLease{10'000};

struct Job {
  Run run;
  std::uint64_t version = 0;
  int attempts = 0;
  pg::Lease lease;
};

/// Postgres behind the validator: jobs, ranges, reports.
class Store {
 public:
  Store(pg::Pool& pool, std::string instance) : pool_(pool), instance_(std::move(instance)) {}

  static void ask_for_proof(pg::Tx& tx, const billing::v1::Migration& migration);
  static void remember_acceptances(pg::Tx& tx, const billing::v1::Migration& migration);
  static void remember_ranges(pg::Tx& tx, const connector::v1::StatusFact& fact);

  /// A waiting job whose migration may go on, leased to this process.
  std::optional<Job> next();
  bool renew(const Job& job);
  /// Stores report, its lines where they are not in it, and the fact together; false when another process has taken over or the run was
  /// stopped.
  bool finish(const Job& job, const v1::Report& report, const LinesOnShelf* lines = nullptr);
  bool give_up(const Job& job, const Error& why);
  bool retry_later(const Job& job, const Error& why, std::chrono::milliseconds delay);

  std::optional<Run> run_of(const std::string& tenant, const std::string& migration);
  /// Stores a proof that somebody asked for outside of the migration's life.
  void keep(const Run& run, const v1::Report& report, const LinesOnShelf* lines = nullptr);
  /// run 0 = the last one. With the acceptance of its differences, where there is one.
  std::optional<StoredReport> open(const std::string& tenant, const std::string& migration, std::uint32_t run);
  /// The same with all lines.
  std::optional<v1::Report> report(const std::string& tenant, const std::string& migration, std::uint32_t run);

 private:
  pg::Pool& pool_;
  std::string instance_;
};

std::vector<pg::Migration> schema();

}  // namespace q2o::validator
