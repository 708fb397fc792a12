#pragma once

#include "common/pg/pg.h"
#include "services/connector/app/run_journal.h"

namespace q2o::connector {

/// One run's rows, written only while the lease is held (its fence is checked in the same transaction).
class PostgresJournal : public RunJournal {
 public:
  PostgresJournal(pg::Pool& pool, Job job, pg::Lease lease) : pool_(pool), job_(std::move(job)), lease_(std::move(lease)) {}
  RunState load() override;
  std::set<std::string> ids(const std::string& entity) override;
  std::set<ReportKey> reports() override;
  bool commit(const Commit& commit) override;
  billing::v1::Directive directive() override;
  std::uint64_t released() override;

 private:
  void write_entity(pg::Tx& tx, const EntityState& entity, const std::vector<std::string>& new_ids);
  void write_positions(pg::Tx& tx, const std::vector<bus::Position>& positions);
  void write_entity_positions(pg::Tx& tx, const std::string& entity, const std::vector<bus::Position>& positions);
  void write_changes(pg::Tx& tx, const std::vector<SourceChange>& changes);
  void write_reports(pg::Tx& tx, const std::vector<StoredReport>& reports);
  void write_finished(pg::Tx& tx);
  pg::Pool& pool_;
  const Job job_;
  const pg::Lease lease_;
};

}  // namespace q2o::connector
