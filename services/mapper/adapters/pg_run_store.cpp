#include "services/mapper/adapters/pg_run_store.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace q2o::mapper {
namespace {

Counts read_counts(const pg::Rows& rows) {
  if (rows.empty()) return {};
  const auto number = [&](std::string_view column) { return static_cast<std::uint64_t>(rows[0].integer(column)); };
  return {number("mapped"), number("merged"), number("rejected"), number("excluded")};
}

/// The documents that a record is linked with, as far as their ids can be seen in its text: a guess that saves a question each.
void add_linked(std::string_view body, std::vector<std::string>& ids) {
  constexpr std::string_view kLink = "\"TxnId\":\"";
  for (auto at = body.find(kLink); at != std::string_view::npos; at = body.find(kLink, at)) {
    at += kLink.size();
    const auto end = body.find('"', at);
    if (end == std::string_view::npos) return;
    ids.emplace_back(body.substr(at, end - at));
  }
}

}  // namespace

std::optional<RunState> PgRunStore::find(pg::Tx& tx, const std::string& migration, std::uint32_t run) {
  const auto rows = tx.exec("SELECT * FROM run WHERE migration_id = $1 AND run = $2 FOR UPDATE", {migration, run});
  if (rows.empty()) return std::nullopt;
  const auto row = rows[0];
  RunState state;
  state.tenant = row.text("tenant_id");
  state.migration = migration;
  state.connection = row.text("connection");
  state.platform = row.text("platform");
  state.mapping_version = row.text("mapping_version");
  state.home_currency = row.text("home_currency");
  state.entities = row.text_array("entities");
  state.run = run;
  state.state = row.text("state");
  state.plan_sent = row.boolean("plan_sent");
  state.sequence = static_cast<std::uint64_t>(row.integer("sequence"));
  state.targets = static_cast<std::uint64_t>(row.integer("targets"));
  state.revision = static_cast<std::uint64_t>(row.integer("revision"));
  state.dry_run = row.boolean("dry_run");
  state.wanted = row.text_array("wanted");
  state.repairs_to = row.integer("repairs_to");
  state.mapped_partition = static_cast<std::int32_t>(row.integer("mapped_partition"));
  state.mapped_first = row.integer("mapped_first");
  state.mapped_last = row.integer("mapped_last");
  return state;
}

void PgRunStore::insert(pg::Tx& tx, const RunState& run) {
  tx.exec(
      "INSERT INTO run (migration_id, run, tenant_id, connection, platform, mapping_version, home_currency, state, entities, dry_run, "
      "wanted, repairs_to) "
      "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT DO NOTHING",
      {run.migration, run.run, run.tenant, run.connection, run.platform, run.mapping_version, run.home_currency, run.state, run.entities,
       run.dry_run, run.wanted, run.repairs_to});
}

void PgRunStore::save(const RunState& run) {
  tx_.exec(
      "UPDATE run SET state = $3, plan_sent = $4, sequence = $5, targets = $6, revision = $7, mapped_partition = $8, mapped_first = $9, "
      "mapped_last = $10 WHERE migration_id = $1 AND run = $2",
      {run.migration, run.run, run.state, run.plan_sent, run.sequence, run.targets, run.revision, run.mapped_partition, run.mapped_first,
       run.mapped_last});
}

std::vector<RawRecord> PgRunStore::first_time(const std::string& entity, std::vector<RawRecord> records) {
  std::vector<std::string> ids;
  for (const auto& record : records) ids.push_back(record.id);
  std::set<std::string, std::less<>> fresh;
  for (const auto row :
       tx_.exec("INSERT INTO seen (tenant_id, migration_id, run, entity, source_id, partition, raw_offset) "
                "SELECT $1, $2, $3, $4, id, $6::integer, $7::bigint FROM (SELECT DISTINCT unnest($5::text[]) AS id) AS ids "
                "ON CONFLICT DO NOTHING RETURNING source_id",
                {run_.tenant, run_.migration, run_.run, entity, ids, place_.partition, place_.offset})) {
    fresh.insert(row.text("source_id"));
  }
  std::vector<RawRecord> result;
  for (auto& record : records) {
    if (fresh.erase(record.id) == 1) result.push_back(std::move(record));
  }
  return result;
}

std::set<std::string> PgRunStore::crashed(const std::string& entity) {
  constexpr int kCrashesMost = 2;  // never after one: that may have been anybody's kill
  std::set<std::string> ids;
  for (const auto row : tx_.exec("SELECT source_id FROM crash WHERE migration_id = $1 AND run = $2 AND entity = $3 AND crashes >= $4",
                                 {run_.migration, run_.run, entity, kCrashesMost}))
    ids.insert(row.text("source_id"));
  return ids;
}

void PgRunStore::defer(const std::string& entity, std::span<const RawRecord> records) {
  if (records.empty()) return;
  std::vector<std::string> ids, bodies;
  for (const auto& record : records) {
    ids.push_back(record.id);
    bodies.push_back(record.body);
  }
  tx_.exec(
      "INSERT INTO deferred (tenant_id, migration_id, run, entity, source_id, body) SELECT $1, $2, $3, $4, id, body "
      "FROM unnest($5::text[], $6::bytea[]) WITH ORDINALITY AS given(id, body, position) ORDER BY position",
      {run_.tenant, run_.migration, run_.run, entity, ids, pg::Param::bytes_array(bodies)});
}

std::vector<RawRecord> PgRunStore::take_deferred(const std::string& entity) {
  std::vector<RawRecord> records;
  for (const auto row :
       tx_.exec("SELECT source_id, body FROM deferred WHERE migration_id = $1 AND run = $2 AND entity = $3 ORDER BY position",
                {run_.migration, run_.run, entity})) {
    records.push_back({row.text("source_id"), row.bytes("body")});
  }
  tx_.exec("DELETE FROM deferred WHERE migration_id = $1 AND run = $2 AND entity = $3", {run_.migration, run_.run, entity});
  return records;
}

Counts PgRunStore::record(const std::string& entity, std::span<const Mapped> mapped) {
  Counts added;
  for (const auto& one : mapped) {
    const Outcome& outcome = one.outcome;
    ++(outcome.reject              ? added.rejected
       : !outcome.excluded.empty() ? added.excluded
       : outcome.targets.empty()   ? added.merged
                                   : added.mapped);
  }
  add_rejects(entity, mapped);
  add_notes(entity, mapped);
  return read_counts(tx_.exec(
      "INSERT INTO entity_count (tenant_id, migration_id, run, entity, mapped, merged, rejected, excluded) VALUES ($1, $2, $3, $4, $5, $6, "
      "$7, $8) "
      "ON CONFLICT (migration_id, run, entity) DO UPDATE SET mapped = entity_count.mapped + excluded.mapped, merged = entity_count.merged "
      "+ excluded.merged, "
      "rejected = entity_count.rejected + excluded.rejected, excluded = entity_count.excluded + excluded.excluded "
      "RETURNING mapped, merged, rejected, excluded",
      {run_.tenant, run_.migration, run_.run, entity, added.mapped, added.merged, added.rejected, added.excluded}));
}

void PgRunStore::add_rejects(const std::string& entity, std::span<const Mapped> mapped) {
  for (const auto& one : mapped) {
    if (!one.outcome.reject) continue;
    const Reject& reject = *one.outcome.reject;
    tx_.exec(
        "INSERT INTO reject (tenant_id, migration_id, run, entity, source_id, field, value, reason, message, hint, label) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        {run_.tenant, run_.migration, run_.run, entity, one.id, reject.field, reject.value.substr(0, 200), reject.reason, reject.message,
         reject.hint, one.outcome.label});
  }
}

void PgRunStore::add_notes(const std::string& entity, std::span<const Mapped> mapped) {
  std::vector<std::string> ids, kinds, reasons, labels, posting;
  for (const auto& one : mapped) {
    const Outcome& outcome = one.outcome;
    const auto add = [&](std::string kind, std::string reason) {
      ids.push_back(one.id);
      kinds.push_back(std::move(kind));
      reasons.push_back(std::move(reason));
      labels.push_back(outcome.label);
      posting.emplace_back(outcome.posting ? "true" : "false");
    };
    if (outcome.reject) continue;
    if (outcome.fallback) add(outcome.fallback->step, outcome.fallback->reason);
    for (const auto& loss : outcome.losses) add("loss", loss.reason);
    if (!outcome.excluded.empty()) {
      add("excluded", outcome.excluded);
    } else if (outcome.targets.empty()) {
      add("merged", outcome.merged);
    }
  }
  if (ids.empty()) return;
  tx_.exec(
      "INSERT INTO note (tenant_id, migration_id, run, entity, source_id, kind, reason, label, posting) SELECT $1, $2, $3, $4, id, kind, "
      "reason, label, posting::boolean "
      "FROM unnest($5::text[], $6::text[], $7::text[], $8::text[], $9::text[]) AS given(id, kind, reason, label, posting)",
      {run_.tenant, run_.migration, run_.run, entity, ids, kinds, reasons, labels, posting});
}

void PgRunStore::note_repairs(const std::string& entity, std::span<const RepairNote> notes) {
  std::vector<std::string> ids, labels, sentences;
  for (const auto& note : notes) {
    ids.push_back(note.source_id);
    labels.push_back(note.label);
    sentences.push_back(note.sentence);
  }
  if (ids.empty()) return;
  tx_.exec(
      "INSERT INTO note (tenant_id, migration_id, run, entity, source_id, kind, reason, label, posting) SELECT $1, $2, $3, $4, id, "
      "'repair', "
      "sentence, label, false FROM unnest($5::text[], $6::text[], $7::text[]) AS given(id, label, sentence)",
      {run_.tenant, run_.migration, run_.run, entity, ids, labels, sentences});
}

Counts PgRunStore::counts(const std::string& entity) {
  return read_counts(
      tx_.exec("SELECT mapped, merged, rejected, excluded FROM entity_count WHERE migration_id = $1 AND run = $2 AND entity = $3",
               {run_.migration, run_.run, entity}));
}

void PgRunStore::source_ended(const std::string& entity) {
  tx_.exec(
      "INSERT INTO entity_count (tenant_id, migration_id, run, entity, source_ended) VALUES ($1, $2, $3, $4, true) "
      "ON CONFLICT (migration_id, run, entity) DO UPDATE SET source_ended = true",
      {run_.tenant, run_.migration, run_.run, entity});
}

void PgRunStore::ended(const std::string& entity) {
  tx_.exec(
      "INSERT INTO entity_count (tenant_id, migration_id, run, entity, ended) VALUES ($1, $2, $3, $4, true) "
      "ON CONFLICT (migration_id, run, entity) DO UPDATE SET ended = true",
      {run_.tenant, run_.migration, run_.run, entity});
}

std::vector<EndedEntity> PgRunStore::source_ended_entities() {
  std::vector<EndedEntity> result;
  for (const auto row :
       tx_.exec("SELECT entity, ended FROM entity_count WHERE migration_id = $1 AND run = $2 AND source_ended ORDER BY entity",
                {run_.migration, run_.run})) {
    result.push_back({row.text("entity"), row.boolean("ended")});
  }
  return result;
}

Status PgRunStore::add_ledger(std::span<const accounting::LedgerTransaction> transactions) {
  std::vector<std::string> ids, bodies;
  for (const auto& transaction : transactions) {
    ids.push_back(transaction.id);
    bodies.push_back(to_json(transaction));
  }
  if (ids.empty()) return {};
  const auto rows = tx_.exec(
      "INSERT INTO ledger_transaction (tenant_id, migration_id, run, id, body) SELECT $1, $2, $3, id, body "
      "FROM unnest($4::text[], $5::text[]) AS given(id, body) ON CONFLICT DO NOTHING",
      {run_.tenant, run_.migration, run_.run, ids, bodies});
  if (rows.affected() == ids.size()) return {};
  return fail(Code::data_loss,
              fmt::format("{} of {} transactions of this slice were in an earlier slice", ids.size() - rows.affected(), ids.size()),
              "LEDGER_OVERLAP", "Run the migration again; the ledger changed while it was read.");
}

void PgRunStore::claim(std::span<const std::string> transaction_ids) {
  if (transaction_ids.empty()) return;
  // As in PgLookups: one look into the index per id. The run's row is locked, so the rows stay where they are.
  tx_.exec(
      "UPDATE ledger_transaction SET claimed = true WHERE ctid = ANY(ARRAY(SELECT found.place FROM unnest($3::text[]) AS wanted(id) "
      "CROSS JOIN LATERAL (SELECT t.ctid AS place FROM ledger_transaction t WHERE t.migration_id = $1 AND t.run = $2 AND t.id = wanted.id "
      "AND NOT t.claimed OFFSET 0) AS found))",
      {run_.migration, run_.run, std::vector<std::string>(transaction_ids.begin(), transaction_ids.end())});
}

std::vector<std::string> PgRunStore::take_unclaimed(std::size_t limit) {
  std::vector<std::string> ids;
  for (const auto row : tx_.exec("UPDATE ledger_transaction SET claimed = true WHERE ctid = ANY(ARRAY(SELECT ctid FROM ledger_transaction "
                                 "WHERE migration_id = $1 AND run = $2 AND NOT claimed ORDER BY id LIMIT $3)) RETURNING id",
                                 {run_.migration, run_.run, static_cast<std::int64_t>(limit)})) {
    ids.push_back(row.text("id"));
  }
  std::sort(ids.begin(), ids.end());
  return ids;
}

void PgRunStore::prefetch_ledger(std::span<const RawRecord> records) {
  std::vector<std::string> ids;
  for (const auto& record : records) {
    ids.push_back(record.id);
    add_linked(record.body, ids);
  }
  std::ranges::sort(ids);
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  lookups_.prefetch(ids);
}

}  // namespace q2o::mapper
