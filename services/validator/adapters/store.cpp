#include "services/validator/adapters/store.h"

#include <fmt/format.h>

#include <stdexcept>

#include "common/bus/about_run.h"
#include "common/bus/topic.h"
#include "common/ids/ids.h"
#include "common/migrations/migrations.h"
#include "common/once/once.h"
#include "common/pg/embedded.h"
#include "embedded/validator_schema.h"
#include "services/validator/adapters/report_proto.h"

namespace q2o::validator {
namespace {

std::string job_id(const std::string& migration, std::int64_t run) {
  return fmt::format("{}/{}", migration, run);
}

Run run_from(const billing::v1::Migration& migration) {
  return {migration.tenant_id(),
          migration.migration_id(),
          migration.connection_slug(),
          migrations::target_of(migration),
          migration.run(),
          migration.extent().first_day(),
          migration.extent().depth() == billing::v1::DEPTH_ARCHIVE};
}

sealing::Place place(std::string_view tenant, std::string_view migration, std::string_view where, std::string_view id) {
  return {tenant, migration, where, id};
}
constexpr std::string_view kBody = "validator.report.body";
constexpr std::string_view kSentence = "validator.report.sentence";
constexpr std::string_view kReason = "validator.acceptance.reason";

void insert_report(pg::Tx& tx, const std::string& id, const Run& run, const v1::Report& report, const LinesOnShelf* lines) {
  tx.exec("INSERT INTO report(report_id, tenant_id, migration_id, run, verdict, sentence, body) VALUES ($1, $2, $3, $4, $5, $6, $7)",
          {id, run.tenant, run.migration, run.number, report.verdict(),
           tx.seal_text(place(run.tenant, run.migration, kSentence, id), report.sentence()),
           pg::Param::bytes(tx.seal_bytes(place(run.tenant, run.migration, kBody, id), report.SerializeAsString()))});
  if (lines == nullptr) return;
  lines->each([&](const LinesPiece& piece) {
    const auto section = static_cast<std::int64_t>(piece.section), part = static_cast<std::int64_t>(piece.part);
    tx.exec("INSERT INTO report_lines(report_id, tenant_id, section, part, differs, body) VALUES ($1, $2, $3, $4, $5, $6)",
            {id, run.tenant, section, part, piece.differs,
             pg::Param::bytes(tx.seal_bytes(place(run.tenant, run.migration, kLinesPlace, lines_id(id, section, part)), piece.body))});
  });
}

v1::Report parse(pg::Tx& tx, const pg::Row& row) {
  v1::Report report;
  if (!report.ParseFromString(
          tx.open(place(row.text("tenant_id"), row.text("migration_id"), kBody, row.text("report_id")), row.bytes("body"))))
    throw std::runtime_error("a stored report cannot be read");
  return report;
}

/// The run's last acceptance, with the proof that was accepted: a later proof of the same run need not be the same.
std::optional<std::pair<v1::Acceptance, StoredReport>> acceptance_of(pg::Pool& pool, const common::v1::Scope& scope) {
  return pool.transact([&](pg::Tx& tx) -> std::optional<std::pair<v1::Acceptance, StoredReport>> {
    const auto rows = tx.exec(
        "SELECT a.actor, a.reason, a.accepted_at, r.report_id, r.tenant_id, r.migration_id, r.body FROM acceptance a JOIN report r ON "
        "r.report_id = a.report_id WHERE a.tenant_id = $1 AND a.migration_id = $2 AND a.run = $3 ORDER BY a.accepted_at DESC LIMIT 1",
        {scope.tenant_id(), scope.migration_id(), scope.run()});
    if (rows.empty()) return std::nullopt;
    v1::Acceptance acceptance;
    acceptance.set_actor(rows[0].text("actor"));
    acceptance.set_reason(
        tx.open(place(scope.tenant_id(), scope.migration_id(), kReason, rows[0].text("report_id")), rows[0].text("reason")));
    acceptance.set_at(rows[0].text("accepted_at"));
    return std::pair{std::move(acceptance), StoredReport(pool, rows[0].text("report_id"), parse(tx, rows[0]))};
  });
}

void publish(pg::Tx& tx, const Job& job, v1::ValidationCompleted fact) {
  *fact.mutable_scope() = scope_of(job.run);
  auto message = bus::about_run(topic::kValidatorReport, fact);
  // One message per request to prove: a second worker on the same request makes the same id.
  message.id = ids::uuid_v5({job.run.migration, std::to_string(job.run.number), "validator", std::to_string(job.version)});
  message.sequence = job.version;
  bus::store(tx, message);
}

/// Where a walk over the waiting jobs stands.
struct Place {
  std::string next_at = "-infinity", migration;
  std::int64_t run = 0;
};

/// A job whose migration was stopped or runs again is done, one of a paused migration rests until GO asks for it anew.
bool may_run(pg::Tx& tx, const pg::Row& job) {
  const auto directive = migrations::directive(tx, job.text("migration_id"), static_cast<std::uint32_t>(job.integer("run")));
  if (directive == billing::v1::DIRECTIVE_GO) return true;
  const bool paused = directive == billing::v1::DIRECTIVE_PAUSE;
  tx.exec("UPDATE proof_job SET state = $3, last_error = $4 WHERE migration_id = $1 AND run = $2",
          {job.text("migration_id"), job.integer("run"), paused ? "paused" : "done", paused ? "paused" : "stopped"});
  return false;
}

void close(pg::Tx& tx, const Job& job, const std::string& error) {
  tx.exec("UPDATE proof_job SET state = 'done', last_error = $4 WHERE migration_id = $1 AND run = $2 AND version = $3",
          {job.run.migration, job.run.number, job.version, error});
  pg::release(tx, job.lease);
}

}  // namespace

std::vector<pg::Migration> schema() {
  return pg::schema_of(::embedded::validator_schema::kFiles, {migrations::schema(), once::schema()});
}

void Store::ask_for_proof(pg::Tx& tx, const billing::v1::Migration& migration) {
  if (migration.state() != billing::v1::STATE_VALIDATING || migration.directive() != billing::v1::DIRECTIVE_GO) return;
  tx.exec(
      "INSERT INTO proof_job(migration_id, run, tenant_id, version, state) VALUES ($1, $2, $3, $4, 'waiting') "
      "ON CONFLICT (migration_id, run) DO UPDATE SET version = EXCLUDED.version, state = 'waiting', attempts = 0, next_at = now(), "
      "last_error = '' "
      "WHERE proof_job.version < EXCLUDED.version",
      {migration.migration_id(), migration.run(), migration.tenant_id(), migration.version()});
  tx.notify(kWorkChannel);
}

void Store::remember_acceptances(pg::Tx& tx, const billing::v1::Migration& migration) {
  for (const auto& accepted : migration.acceptances()) {
    if (accepted.report_id().empty()) continue;  // accepted before proofs were named: billing's history has it
    tx.exec(
        "INSERT INTO acceptance(report_id, tenant_id, migration_id, run, actor, reason, accepted_at) VALUES ($1, $2, $3, $4, $5, $6, $7) "
        "ON CONFLICT DO NOTHING",
        {accepted.report_id(), migration.tenant_id(), migration.migration_id(), accepted.run(), accepted.actor(),
         tx.seal_text(place(migration.tenant_id(), migration.migration_id(), kReason, accepted.report_id()), accepted.reason()),
         accepted.at()});
  }
}

void Store::remember_ranges(pg::Tx& tx, const connector::v1::StatusFact& fact) {
  for (const auto& range : fact.run_extracted().ranges()) {
    tx.exec(
        "INSERT INTO run_range(migration_id, run, tenant_id, partition, first_offset, last_offset, source_run) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7) "
        "ON CONFLICT (migration_id, run, partition) DO UPDATE SET first_offset = EXCLUDED.first_offset, last_offset = EXCLUDED.last_offset",
        {fact.scope().migration_id(), fact.scope().run(), fact.scope().tenant_id(), range.partition(),
         static_cast<std::int64_t>(range.first_offset()), static_cast<std::int64_t>(range.last_offset()),
         fact.run_extracted().source_run()});
  }
  tx.notify(kWorkChannel);
}

std::optional<Job> Store::next() {
  return pool_.transact([&](pg::Tx& tx) -> std::optional<Job> {
    Place after;
    while (true) {
      const auto rows = tx.exec(
          "SELECT *, next_at::text AS place FROM proof_job WHERE state = 'waiting' AND next_at <= now() AND "
          "(next_at, migration_id, run) > ($1::timestamptz, $2, $3) ORDER BY next_at, migration_id, run LIMIT 10 FOR UPDATE SKIP LOCKED",
          {after.next_at, after.migration, after.run});
      if (rows.empty()) return std::nullopt;
      for (const auto& row : rows) {
        after = {row.text("place"), row.text("migration_id"), row.integer("run")};
        if (!may_run(tx, row)) continue;
        const auto lease = pg::try_lease(tx, "proof", job_id(row.text("migration_id"), row.integer("run")), instance_, kLease);
        if (!lease) continue;
        const auto migration = migrations::find(tx, row.text("migration_id"));
        return Job{run_from(*migration), static_cast<std::uint64_t>(row.integer("version")), static_cast<int>(row.integer("attempts")),
                   *lease};
      }
    }
  });
}

bool Store::renew(const Job& job) {
  return pool_.transact([&](pg::Tx& tx) { return pg::renew(tx, job.lease, kLease); });
}

bool Store::finish(const Job& job, const v1::Report& report, const LinesOnShelf* lines) {
  return pool_.transact([&](pg::Tx& tx) {
    if (!pg::held(tx, job.lease)) return false;
    if (migrations::directive(tx, job.run.migration, job.run.number) == billing::v1::DIRECTIVE_STOP) {
      close(tx, job, "stopped");
      return false;
    }
    const auto id = ids::uuid_v7();
    insert_report(tx, id, job.run, report, lines);
    v1::ValidationCompleted fact;
    fact.set_verdict(report.verdict());
    fact.set_sentence(report.sentence());
    fact.set_amounts_compared(report.amounts_compared());
    fact.set_difference(report.difference());
    fact.set_report_id(id);
    publish(tx, job, std::move(fact));
    close(tx, job, "");
    return true;
  });
}

bool Store::give_up(const Job& job, const Error& why) {
  return pool_.transact([&](pg::Tx& tx) {
    if (!pg::held(tx, job.lease)) return false;
    v1::ValidationCompleted fact;
    fact.set_failure(why.hint.empty() ? why.message : why.message + " " + why.hint);
    publish(tx, job, std::move(fact));
    close(tx, job, why.message);
    return true;
  });
}

bool Store::retry_later(const Job& job, const Error& why, std::chrono::milliseconds delay) {
  return pool_.transact([&](pg::Tx& tx) {
    if (!pg::held(tx, job.lease)) return false;
    tx.exec(
        "UPDATE proof_job SET attempts = attempts + 1, next_at = now() + $4 * interval '1 millisecond', last_error = $5 "
        "WHERE migration_id = $1 AND run = $2 AND version = $3",
        {job.run.migration, job.run.number, job.version, static_cast<std::int64_t>(delay.count()), why.message});
    pg::release(tx, job.lease);
    return true;
  });
}

std::optional<Run> Store::run_of(const std::string& tenant, const std::string& migration_id) {
  return pool_.transact([&](pg::Tx& tx) -> std::optional<Run> {
    const auto migration = migrations::find(tx, tenant, migration_id);
    if (!migration) return std::nullopt;
    return run_from(*migration);
  });
}

void Store::keep(const Run& run, const v1::Report& report, const LinesOnShelf* lines) {
  pool_.transact([&](pg::Tx& tx) { insert_report(tx, ids::uuid_v7(), run, report, lines); });
}

std::optional<StoredReport> Store::open(const std::string& tenant, const std::string& migration, std::uint32_t run) {
  auto report = pool_.transact([&](pg::Tx& tx) -> std::optional<StoredReport> {
    const auto rows = tx.exec(
        "SELECT report_id, tenant_id, migration_id, body FROM report WHERE tenant_id = $1 AND migration_id = $2 AND ($3 = 0 OR run = $3) "
        "ORDER BY run DESC, created_at DESC, report_id DESC LIMIT 1",
        {tenant, migration, static_cast<std::int64_t>(run)});
    if (rows.empty()) return std::nullopt;
    return StoredReport(pool_, rows[0].text("report_id"), parse(tx, rows[0]));
  });
  if (!report) return std::nullopt;
  if (const auto accepted = acceptance_of(pool_, report->about().scope())) report->accept(accepted->first, accepted->second);
  return report;
}

std::optional<v1::Report> Store::report(const std::string& tenant, const std::string& migration, std::uint32_t run) {
  const auto stored = open(tenant, migration, run);
  if (!stored) return std::nullopt;
  return stored->with(StoredReport::Which::all);
}

}  // namespace q2o::validator
