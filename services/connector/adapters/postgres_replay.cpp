#include "services/connector/adapters/postgres_replay.h"

#include <fmt/format.h>

#include <algorithm>

#include "common/log/log.h"
#include "q2o/connector/v1/raw.pb.h"
#include "q2o/connector/v1/status.pb.h"
#include "services/connector/adapters/facts.h"
#include "services/connector/adapters/kafka_raw_log.h"

namespace q2o::connector {
namespace {

/// Made by the mapper of what the ledger alone has; no entity of the source.
constexpr std::string_view kLedgerTransaction = "LedgerTransaction";

common::v1::Scope scope_of(const billing::v1::Migration& migration) {
  common::v1::Scope scope;
  scope.set_tenant_id(migration.tenant_id());
  scope.set_migration_id(migration.migration_id());
  scope.set_run(migration.run());
  scope.set_connection(migration.connection_slug());
  return scope;
}

struct Recorded {
  std::vector<v1::PartitionRange> ranges;
  std::vector<v1::EntityProgress> entities;
};

Result<Recorded> read_recorded(pg::Tx& tx, const billing::v1::Migration& migration) {
  const auto source = migration.order().source_run();
  const pg::Params key{migration.migration_id(), source};
  Recorded out;
  for (const auto row :
       tx.exec("SELECT partition, first_offset, last_offset FROM extraction_range WHERE migration_id = $1 AND run = $2 ORDER BY partition",
               key)) {
    auto& range = out.ranges.emplace_back();
    range.set_partition(static_cast<std::int32_t>(row.integer("partition")));
    range.set_first_offset(row.integer("first_offset"));
    range.set_last_offset(row.integer("last_offset"));
  }
  const bool complete =
      !tx.exec("SELECT 1 FROM extraction WHERE migration_id = $1 AND run = $2 AND state = 'extracted' AND source_run = 0", key).empty();
  if (!complete || out.ranges.empty()) {
    return fail(Code::failed_precondition, fmt::format("run {} has not read the source to its end, so it cannot be replayed", source),
                "RUN_NOT_RECORDED", "Stop this run; replay another one, or run the migration again.");
  }
  for (const auto row : tx.exec(
           "SELECT entity, counted_after, extracted FROM extraction_entity WHERE migration_id = $1 AND run = $2 ORDER BY entity", key)) {
    auto& entity = out.entities.emplace_back();
    entity.set_entity(row.text("entity"));
    entity.set_extracted(static_cast<std::uint64_t>(row.integer("extracted")));
    entity.set_total(std::max(entity.extracted(), static_cast<std::uint64_t>(row.integer("counted_after"))));
    entity.set_done(true);
  }
  return out;
}

Status keep_wanted(Recorded& recorded, const billing::v1::RunOrder& order) {
  if (order.entities().empty()) return {};
  std::string known;
  for (const auto& entity : recorded.entities) known += (known.empty() ? "" : ", ") + entity.entity();
  for (const auto& wanted : order.entities()) {
    if (wanted == kLedgerTransaction ||
        std::ranges::find(recorded.entities, wanted, &v1::EntityProgress::entity) != recorded.entities.end())
      continue;
    return fail(Code::invalid_argument, fmt::format("run {} has no entity '{}'", order.source_run(), wanted), "UNKNOWN_ENTITY",
                "Stop this run and order it again. The run's entities: " + known);
  }
  std::erase_if(recorded.entities, [&](const v1::EntityProgress& entity) {
    return std::ranges::find(order.entities(), entity.entity()) == order.entities().end();
  });
  return {};
}

void publish(pg::Tx& tx, const billing::v1::Migration& migration, const Recorded& recorded) {
  v1::RawMessage message;
  *message.mutable_scope() = scope_of(migration);
  message.set_sequence(1);
  auto& replay = *message.mutable_run_replay();
  replay.set_source_run(migration.order().source_run());
  *replay.mutable_ranges() = {recorded.ranges.begin(), recorded.ranges.end()};
  replay.set_mapping_version(migration.mapping_version());
  *replay.mutable_entities() = migration.order().entities();
  bus::store(tx, outgoing(message));
  for (const auto& entity : recorded.entities) {
    v1::StatusFact fact;
    *fact.mutable_scope() = message.scope();
    *fact.mutable_entity_progress() = entity;
    store_fact(tx, fact, entity.entity());
  }
  v1::StatusFact fact;
  *fact.mutable_scope() = message.scope();
  auto& extracted = *fact.mutable_run_extracted();
  *extracted.mutable_ranges() = replay.ranges();
  extracted.set_source_run(replay.source_run());
  store_fact(tx, fact, "extracted");
}

void refuse(pg::Tx& tx, const billing::v1::Migration& migration, const Error& why) {
  tx.exec("UPDATE extraction SET state = 'stopped', message = $3 WHERE migration_id = $1 AND run = $2",
          {migration.migration_id(), migration.run(), why.message});
  v1::StatusFact fact;
  *fact.mutable_scope() = scope_of(migration);
  fact.mutable_run_failed()->set_reason(why.reason);
  fact.mutable_run_failed()->set_message(why.message);
  fact.mutable_run_failed()->set_hint(why.hint);
  store_fact(tx, fact, fmt::format("failed/{}", migration.version()));
}

}  // namespace

bool reads_the_log(const billing::v1::Migration& migration) {
  return migration.order().kind() == billing::v1::RUN_KIND_REPLAY || migration.order().kind() == billing::v1::RUN_KIND_RETRY;
}

void announce_replay(pg::Tx& tx, const billing::v1::Migration& migration) {
  const auto fresh = tx.exec(
      "INSERT INTO extraction (migration_id, run, tenant_id, connection_id, slug, state, source_run) "
      "VALUES ($1, $2, $3, $4, $5, 'extracted', $6) ON CONFLICT DO NOTHING",
      {migration.migration_id(), migration.run(), migration.tenant_id(), migration.source_connection_id(), migration.connection_slug(),
       migration.order().source_run()});
  if (fresh.affected() == 0) return;  // announced before
  auto recorded = read_recorded(tx, migration);
  if (!recorded) return refuse(tx, migration, recorded.error());
  if (const auto wanted = keep_wanted(*recorded, migration.order()); !wanted) return refuse(tx, migration, wanted.error());
  publish(tx, migration, *recorded);
  log::info("replay announced", {{"migration", migration.migration_id()},
                                 {"run", static_cast<std::int64_t>(migration.run())},
                                 {"source_run", static_cast<std::int64_t>(migration.order().source_run())}});
}

Result<std::uint32_t> recorded_run(pg::Tx& tx, const std::string& tenant, const std::string& migration, std::uint32_t run) {
  const auto rows = tx.exec(
      "SELECT CASE source_run WHEN 0 THEN run ELSE source_run END AS recorded FROM extraction "
      "WHERE migration_id = $1 AND run = $2 AND tenant_id = $3",
      {migration, run, tenant});
  if (rows.empty()) return fail(Code::not_found, "no such run", "NOT_FOUND", "Look at the migration's history for its runs.");
  return static_cast<std::uint32_t>(rows[0].integer("recorded"));
}

Result<std::string> connection_for_files(pg::Tx& tx, const std::string& tenant, const std::string& migration, std::uint32_t run) {
  const auto rows = tx.exec("SELECT connection_id, source_run FROM extraction WHERE migration_id = $1 AND run = $2 AND tenant_id = $3",
                            {migration, run, tenant});
  if (rows.empty()) return fail(Code::not_found, "no such run", "NOT_FOUND", "Look at the migration's history for its runs.");
  if (rows[0].integer("source_run") != 0) {
    return fail(Code::failed_precondition, "a replay makes no call to the source, and the bytes of files are not kept",
                "REPLAY_WITHOUT_FILES", "Run `q2o migrate` into this target: it brings the files and leaves everything else as it is.");
  }
  return rows[0].text("connection_id");
}

}  // namespace q2o::connector
