#include "services/connector/adapters/postgres_queue.h"

#include <fmt/format.h>

#include "common/calendar/calendar.h"
#include "common/ids/ids.h"
#include "common/migrations/migrations.h"
#include "services/connector/adapters/facts.h"
#include "services/connector/adapters/kafka_recorded_run.h"
#include "services/connector/adapters/postgres_journal.h"
#include "services/connector/adapters/postgres_replay.h"

namespace q2o::connector {
namespace {

constexpr const char* kKind = "extraction";

v1::StatusFact fact_of(const Job& job) {
  v1::StatusFact fact;
  auto& scope = *fact.mutable_scope();
  scope.set_tenant_id(job.tenant);
  scope.set_migration_id(job.migration);
  scope.set_run(job.run);
  scope.set_connection(job.slug);
  return fact;
}

void store_waiting(pg::Tx& tx, const Job& job, const std::string& reason, milliseconds time) {
  auto fact = fact_of(job);
  auto& waiting = *fact.mutable_waiting();
  waiting.set_reason(reason);
  if (!reason.empty()) waiting.set_until(calendar::rfc3339(std::chrono::system_clock::now() + time));
  store_fact(tx, fact, "waiting/" + ids::uuid_v7());
}

std::uint32_t base_run(const billing::v1::Migration& migration) {
  return migration.order().kind() == billing::v1::RUN_KIND_DELTA ? migration.order().source_run() : 0;
}

/// Empty where the run was read by a program that did not note the source's time: its entities are read in full then.
std::string since_of(pg::Tx& tx, const Job& job, const Manifest& manifest) {
  const auto rows = tx.exec("SELECT source_time FROM extraction WHERE migration_id = $1 AND run = $2", {job.migration, job.base_run});
  return rows.empty() ? std::string() : since(rows[0].text("source_time"), std::chrono::minutes{manifest.changes.overlap_minutes});
}

std::optional<Error> refusal(const billing::v1::Migration& migration, const Manifests& manifests) {
  if (!manifests.contains(migration.platform()))
    return Error{Code::failed_precondition,
                 fmt::format("platform '{}' is not known to the connector", migration.platform()),
                 Retry::never,
                 Effect::none,
                 "UNKNOWN_PLATFORM",
                 "Create the migration again for a known platform.",
                 {}};
  if (base_run(migration) != 0 && manifests.at(migration.platform()).changes.feed_path.empty())
    return Error{Code::unimplemented,
                 fmt::format("platform '{}' cannot tell what has changed", migration.platform()),
                 Retry::never,
                 Effect::none,
                 "CHANGES_NOT_TOLD",
                 "Stop this run; q2o migrate reads everything and writes only what differs.",
                 {}};
  return std::nullopt;
}

}  // namespace

std::optional<TakenJob> PostgresQueue::try_take(pg::Tx& tx, const billing::v1::Migration& migration, milliseconds ttl) {
  tx.exec(
      "INSERT INTO extraction (migration_id, run, tenant_id, connection_id, slug, base_run) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO "
      "NOTHING",
      {migration.migration_id(), migration.run(), migration.tenant_id(), migration.source_connection_id(), migration.connection_slug(),
       base_run(migration)});
  const auto rows = tx.exec(
      "SELECT 1 FROM extraction WHERE migration_id = $1 AND run = $2 AND state = 'open' AND retry_at <= clock_timestamp() AND "
      "failed_version < $3",
      {migration.migration_id(), migration.run(), migration.version()});
  if (rows.empty()) return std::nullopt;
  const auto lease = pg::try_lease(tx, kKind, fmt::format("{}/{}", migration.migration_id(), migration.run()), owner_, ttl);
  if (!lease) return std::nullopt;
  TakenJob taken;
  taken.job = {migration.tenant_id(),
               migration.migration_id(),
               migration.source_connection_id(),
               migration.connection_slug(),
               migration.mapping_version(),
               migration.run(),
               migration.version(),
               {migration.entities().begin(), migration.entities().end()}};
  taken.job.dry_run = migration.order().dry_run();
  taken.job.base_run = base_run(migration);
  if (taken.job.base_run != 0 && manifests_.contains(migration.platform()))
    taken.job.since = since_of(tx, taken.job, manifests_.at(migration.platform()));
  taken.lease = *lease;
  taken.platform = migration.platform();
  taken.refused = refusal(migration, manifests_);
  return taken;
}

std::optional<TakenJob> PostgresQueue::take(milliseconds ttl) {
  return pool_.transact([&](pg::Tx& tx) -> std::optional<TakenJob> {
    for (const auto& migration : migrations::with_state(tx, billing::v1::STATE_RUNNING)) {
      if (migration.run() == 0 || migration.directive() != billing::v1::DIRECTIVE_GO) continue;
      if (migration.order().kind() == billing::v1::RUN_KIND_UNDO) continue;  // concerns the target only
      if (reads_the_log(migration)) {
        announce_replay(tx, migration);
        continue;
      }
      if (auto taken = try_take(tx, migration, ttl)) return taken;
    }
    return std::nullopt;
  });
}

std::unique_ptr<RunJournal> PostgresQueue::journal(const TakenJob& taken) {
  return std::make_unique<PostgresJournal>(pool_, taken.job, taken.lease);
}

std::unique_ptr<RecordedRun> PostgresQueue::recorded(const TakenJob& taken) {
  if (taken.job.base_run == 0) return nullptr;
  return std::make_unique<KafkaRecordedRun>(pool_, bus_, taken.job.migration, taken.job.base_run);
}

billing::v1::Directive PostgresQueue::directive(const TakenJob& taken) {
  return pool_.transact([&](pg::Tx& tx) { return migrations::directive(tx, taken.job.migration, taken.job.run); });
}

bool PostgresQueue::renew(const TakenJob& taken, milliseconds ttl) {
  return pool_.transact([&](pg::Tx& tx) { return pg::renew(tx, taken.lease, ttl); });
}

void PostgresQueue::release(const TakenJob& taken) {
  pool_.transact([&](pg::Tx& tx) { pg::release(tx, taken.lease); });
}

milliseconds PostgresQueue::later(const TakenJob& taken, const Error& why) {
  constexpr std::int64_t kFirstSeconds = 5, kLastSeconds = 300;
  return pool_.transact([&](pg::Tx& tx) {
    if (!pg::held(tx, taken.lease)) return milliseconds{0};
    const auto seconds = tx.one(
                               "UPDATE extraction SET failures = least(failures + 1, 20), message = $3, retry_at = clock_timestamp() + "
                               "least($5::bigint, $4::bigint"
                               " * power(2, failures)::bigint) * interval '1 second' WHERE migration_id = $1 AND run = $2 RETURNING "
                               "least($5::bigint, $4::bigint *"
                               " power(2, failures - 1)::bigint) AS seconds",
                               {taken.job.migration, taken.job.run, why.message, kFirstSeconds, kLastSeconds})
                             .integer("seconds");
    store_waiting(tx, taken.job, why.reason.empty() ? "SOURCE_UNAVAILABLE" : why.reason, milliseconds{seconds * 1000});
    return milliseconds{seconds * 1000};
  });
}

void PostgresQueue::failed(const TakenJob& taken, const Error& why) {
  pool_.transact([&](pg::Tx& tx) {
    if (!pg::held(tx, taken.lease)) return;
    tx.exec("UPDATE extraction SET failed_version = $3, message = $4 WHERE migration_id = $1 AND run = $2",
            {taken.job.migration, taken.job.run, taken.job.version, why.message});
    auto fact = fact_of(taken.job);
    auto& failed = *fact.mutable_run_failed();
    failed.set_reason(why.reason.empty() ? "EXTRACTION_FAILED" : why.reason);
    failed.set_message(why.message);
    failed.set_hint(why.hint);
    store_fact(tx, fact, fmt::format("failed/{}", taken.job.version));
  });
}

void PostgresQueue::stopped(const TakenJob& taken) {
  pool_.transact([&](pg::Tx& tx) {
    if (pg::held(tx, taken.lease))
      tx.exec("UPDATE extraction SET state = 'stopped' WHERE migration_id = $1 AND run = $2", {taken.job.migration, taken.job.run});
  });
}

void PostgresQueue::waiting(const TakenJob& taken, const std::string& reason, milliseconds time) {
  pool_.transact([&](pg::Tx& tx) { store_waiting(tx, taken.job, reason, time); });
}

}  // namespace q2o::connector
