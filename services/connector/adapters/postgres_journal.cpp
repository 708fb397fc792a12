#include "services/connector/adapters/postgres_journal.h"

#include <fmt/format.h>

#include "common/json/json.h"
#include "common/migrations/migrations.h"
#include "services/connector/adapters/compression.h"
#include "services/connector/adapters/facts.h"
#include "services/connector/adapters/sealed_texts.h"

namespace q2o::connector {
namespace {

std::string to_json(const std::map<std::string, std::vector<std::string>>& captures) {
  json::Writer w;
  w.begin_object();
  for (const auto& [name, values] : captures) {
    w.key(name).begin_array();
    for (const auto& value : values) w.string(value);
    w.end_array();
  }
  return w.end_object().take();
}

std::map<std::string, std::vector<std::string>> captures_of(const std::string& text) {
  std::map<std::string, std::vector<std::string>> captures;
  const auto document = json::Document::parse(text);
  if (!document) throw std::runtime_error("extraction.captures is no JSON");
  for (const auto& [name, values] : document->root().members())
    for (const auto& value : values.items()) captures[std::string(name)].emplace_back(value.text());
  return captures;
}

std::uint64_t natural(const pg::Row& row, std::string_view column) {
  return static_cast<std::uint64_t>(row.integer(column));
}

EntityState entity_of(const pg::Row& row) {
  EntityState e;
  e.entity = row.text("entity");
  e.counted_before = natural(row, "counted_before");
  e.counted_after = natural(row, "counted_after");
  e.extracted = natural(row, "extracted");
  e.batches = natural(row, "batches");
  e.position = natural(row, "position");
  e.pass = static_cast<std::uint32_t>(row.integer("pass"));
  e.counted = row.boolean("counted");
  e.done = row.boolean("done");
  e.unreadable = natural(row, "unreadable");
  e.explanation = row.text("explanation");
  e.absence = static_cast<v1::Absence>(row.integer("absence"));
  e.reading = row.text("reading");
  return e;
}

}  // namespace

RunState PostgresJournal::load() {
  return pool_.transact([&](pg::Tx& tx) {
    RunState state;
    const auto row =
        tx.one("SELECT sequence, captures, first_date, last_date, source_time FROM extraction WHERE migration_id = $1 AND run = $2",
               {job_.migration, job_.run});
    state.sequence = natural(row, "sequence");
    state.captures = captures_of(row.text("captures"));
    state.source_time = row.text("source_time");
    const auto first = parse_day(row.text("first_date")), last = parse_day(row.text("last_date"));
    if (first && last) state.span = Period{*first, *last};
    for (const auto batch :
         tx.exec("SELECT unnest(unreleased) AS sequence FROM extraction WHERE migration_id = $1 AND run = $2", {job_.migration, job_.run}))
      state.unreleased.push_back(natural(batch, "sequence"));
    for (const auto entity : tx.exec("SELECT * FROM extraction_entity WHERE migration_id = $1 AND run = $2", {job_.migration, job_.run}))
      state.entities[entity.text("entity")] = entity_of(entity);
    return state;
  });
}

std::set<std::string> PostgresJournal::ids(const std::string& entity) {
  return pool_.transact([&](pg::Tx& tx) {
    std::set<std::string> all;
    for (const auto row : tx.exec("SELECT source_id FROM extraction_id WHERE migration_id = $1 AND run = $2 AND entity = $3",
                                  {job_.migration, job_.run, entity}))
      all.insert(row.text("source_id"));
    return all;
  });
}

std::set<ReportKey> PostgresJournal::reports() {
  return pool_.transact([&](pg::Tx& tx) {
    std::set<ReportKey> all;
    for (const auto row :
         tx.exec("SELECT name, start_date, end_date FROM report WHERE migration_id = $1 AND run = $2", {job_.migration, job_.run}))
      all.emplace(row.text("name"), row.text("start_date"), row.text("end_date"));
    return all;
  });
}

void PostgresJournal::write_entity(pg::Tx& tx, const EntityState& e, const std::vector<std::string>& new_ids) {
  tx.exec(
      "INSERT INTO extraction_entity (migration_id, run, entity, tenant_id, counted_before, counted_after, extracted, batches, position, "
      "pass, counted, done,"
      " unreadable, explanation, absence, reading) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) ON "
      "CONFLICT "
      "(migration_id, run, "
      "entity) DO UPDATE SET"
      " counted_before = excluded.counted_before, counted_after = excluded.counted_after, extracted = excluded.extracted, batches = "
      "excluded.batches,"
      " position = excluded.position, pass = excluded.pass, counted = excluded.counted, done = excluded.done, unreadable = "
      "excluded.unreadable,"
      " explanation = excluded.explanation, absence = excluded.absence, reading = excluded.reading",
      {job_.migration, job_.run, e.entity, job_.tenant, e.counted_before, e.counted_after, e.extracted, e.batches, e.position, e.pass,
       e.counted, e.done, e.unreadable, e.explanation, static_cast<int>(e.absence), e.reading});
  if (!new_ids.empty())
    tx.exec(
        "INSERT INTO extraction_id (migration_id, run, entity, source_id, tenant_id) SELECT $1, $2, $3, unnest($4::text[]), $5 ON CONFLICT "
        "DO NOTHING",
        {job_.migration, job_.run, e.entity, new_ids, job_.tenant});
  if (e.done)
    tx.exec("DELETE FROM extraction_id WHERE migration_id = $1 AND run = $2 AND entity = $3", {job_.migration, job_.run, e.entity});
}

void PostgresJournal::write_positions(pg::Tx& tx, const std::vector<bus::Position>& positions) {
  for (const auto& position : positions)
    tx.exec(
        "INSERT INTO extraction_range (migration_id, run, tenant_id, partition, first_offset, last_offset) VALUES ($1, $2, $3, $4, $5, $5)"
        " ON CONFLICT (migration_id, run, partition) DO UPDATE SET first_offset = least(extraction_range.first_offset, "
        "excluded.first_offset), last_offset ="
        " greatest(extraction_range.last_offset, excluded.last_offset)",
        {job_.migration, job_.run, job_.tenant, position.partition, position.offset});
}

/// A migration's messages are in one partition, so the entity's lie between the first and the last of them.
void PostgresJournal::write_entity_positions(pg::Tx& tx, const std::string& entity, const std::vector<bus::Position>& positions) {
  for (const auto& position : positions)
    tx.exec(
        "UPDATE extraction_entity SET log_partition = $4, log_first = CASE WHEN log_last < log_first THEN $5::bigint ELSE least(log_first, "
        "$5::bigint) END, log_last = greatest(log_last, $5::bigint) WHERE migration_id = $1 AND run = $2 AND entity = $3",
        {job_.migration, job_.run, entity, position.partition, position.offset});
}

void PostgresJournal::write_changes(pg::Tx& tx, const std::vector<SourceChange>& changes) {
  for (const auto& change : changes) {
    const auto& shown = change.kind == SourceChange::Kind::deleted ? change.before : change.after;
    const auto id = change_id(job_.run, change.entity, change.source_id);
    const auto seal = [&](std::string_view where, const std::string& text) {
      return tx.seal_text({job_.tenant, job_.migration, where, id}, text);
    };
    tx.exec(
        "INSERT INTO source_change (migration_id, run, entity, source_id, tenant_id, kind, closed, number, party, before_date, "
        "before_amount, after_date, after_amount) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) ON CONFLICT DO NOTHING",
        {job_.migration, job_.run, change.entity, change.source_id, job_.tenant, word(change.kind), change.closed,
         seal(kChangeNumber, shown.number), seal(kChangeParty, shown.party), change.before.date, seal(kChangeBefore, change.before.amount),
         change.after.date, seal(kChangeAfter, change.after.amount)});
  }
}

void PostgresJournal::write_reports(pg::Tx& tx, const std::vector<StoredReport>& reports) {
  for (const auto& report : reports)
    tx.exec(
        "INSERT INTO report (migration_id, run, name, start_date, end_date, tenant_id, bytes, body) VALUES ($1, $2, $3, $4, $5, $6, $7, "
        "$8) ON CONFLICT DO"
        " NOTHING",
        {job_.migration, job_.run, report.name, report.start_date, report.end_date, job_.tenant, report.body.size(),
         pg::Param::bytes(
             tx.seal_bytes({job_.tenant, job_.migration, kReportBody, report_id(job_.run, report.name, report.start_date, report.end_date)},
                           compress(report.body)))});
}

void PostgresJournal::write_finished(pg::Tx& tx) {
  const auto row = tx.one("UPDATE extraction SET state = 'extracted', message = '' WHERE migration_id = $1 AND run = $2 RETURNING requests",
                          {job_.migration, job_.run});
  v1::StatusFact fact;
  fact.mutable_scope()->set_tenant_id(job_.tenant);
  fact.mutable_scope()->set_migration_id(job_.migration);
  fact.mutable_scope()->set_run(job_.run);
  fact.mutable_scope()->set_connection(job_.slug);
  auto& extracted = *fact.mutable_run_extracted();
  extracted.set_source_requests(natural(row, "requests"));
  for (const auto range :
       tx.exec("SELECT partition, first_offset, last_offset FROM extraction_range WHERE migration_id = $1 AND run = $2 ORDER BY partition",
               {job_.migration, job_.run})) {
    auto& out = *extracted.add_ranges();
    out.set_partition(static_cast<std::int32_t>(range.integer("partition")));
    out.set_first_offset(range.integer("first_offset"));
    out.set_last_offset(range.integer("last_offset"));
  }
  store_fact(tx, fact, "extracted");
}

bool PostgresJournal::commit(const Commit& commit) {
  return pool_.transact([&](pg::Tx& tx) {
    if (!pg::held(tx, lease_)) return false;
    const auto& span = commit.state.span;
    tx.exec(
        "UPDATE extraction SET sequence = $3, captures = $4, first_date = $5, last_date = $6, requests = requests + $7, unreleased = $8, "
        "source_time = $9, failures = 0 WHERE "
        "migration_id = $1"
        " AND run = $2",
        {job_.migration, job_.run, commit.state.sequence, to_json(commit.state.captures), span ? to_text(span->first) : "",
         span ? to_text(span->last) : "", commit.requests,
         std::vector<std::int64_t>(commit.state.unreleased.begin(), commit.state.unreleased.end()), commit.state.source_time});
    if (commit.entity != nullptr) {
      write_entity(tx, *commit.entity, commit.new_ids);
      write_entity_positions(tx, commit.entity->entity, commit.positions);
    }
    write_changes(tx, commit.changes);
    write_positions(tx, commit.positions);
    write_reports(tx, commit.reports);
    for (const auto& fact : commit.facts) {
      const auto& progress = fact.entity_progress();
      store_fact(tx, fact, fmt::format("{}/{}/{}/{}", progress.entity(), commit.state.sequence, progress.extracted(), progress.total()));
    }
    if (commit.finished) write_finished(tx);
    return true;
  });
}

billing::v1::Directive PostgresJournal::directive() {
  return pool_.transact([&](pg::Tx& tx) { return migrations::directive(tx, job_.migration, job_.run); });
}

std::uint64_t PostgresJournal::released() {
  return pool_.transact([&](pg::Tx& tx) -> std::uint64_t {
    const auto rows = tx.exec("SELECT sequence FROM loader_released WHERE migration_id = $1 AND run = $2", {job_.migration, job_.run});
    return rows.empty() ? 0 : natural(rows[0], "sequence");
  });
}

}  // namespace q2o::connector
