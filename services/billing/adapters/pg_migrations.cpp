#include "services/billing/adapters/pg_migrations.h"

#include <stdexcept>

#include "common/bus/bus.h"
#include "common/bus/topic.h"
#include "common/ids/ids.h"
#include "common/log/log.h"
#include "common/pg/embedded.h"
#include "embedded/billing_schema.h"
#include "services/billing/app/run_order.h"

namespace q2o::billing {
namespace {

sealing::Place place(std::string_view tenant, std::string_view migration, std::string_view where, std::string_view id) {
  return {tenant, migration, where, id};
}
constexpr std::string_view kBody = "billing.migration.body";            // id: the migration
constexpr std::string_view kEvent = "billing.migration_event.body";     // id: the version
constexpr std::string_view kRun = "billing.run.body";                   // id: the run
constexpr std::string_view kAnswer = "billing.idempotency_key.answer";  // id: the key

template <class Message>
pg::Param sealed(pg::Tx& tx, const v1::Migration& owner, std::string_view where, const std::string& id, const Message& message) {
  return pg::Param::bytes(tx.seal_bytes(place(owner.tenant_id(), owner.migration_id(), where, id), message.SerializeAsString()));
}

std::string opened(pg::Tx& tx, const pg::Row& row, std::string_view where, const std::string& id) {
  return tx.open(place(row.text("tenant_id"), row.text("migration_id"), where, id), row.bytes("body"));
}

constexpr std::string_view kOne =
    "SELECT tenant_id, migration_id, body FROM migration WHERE migration_id = $1 AND tenant_id = $2 AND NOT purging";

v1::Migration parse(pg::Tx& tx, const pg::Row& row) {
  v1::Migration migration;
  if (!migration.ParseFromString(opened(tx, row, kBody, row.text("migration_id"))))
    throw std::runtime_error("a stored migration cannot be read");
  return migration;
}

std::optional<std::uint64_t> count(const pg::Row& row, std::string_view column) {
  if (row.is_null(column)) return std::nullopt;
  return static_cast<std::uint64_t>(row.integer(column));
}

}  // namespace

std::vector<pg::Migration> schema() {
  return pg::schema_of(::embedded::billing_schema::kFiles);
}

void PgMigrations::publish(const Aggregate& migration) {
  const auto& state = migration.get();
  bus::Outgoing message;
  message.topic = topic::kMigration;
  message.key = state.migration_id();
  message.value = state.SerializeAsString();
  message.id = ids::uuid_v5({state.migration_id(), "billing", std::to_string(state.version())});
  message.type = "q2o.billing.v1.Migration";
  message.tenant = state.tenant_id();
  message.migration = state.migration_id();
  message.run = state.run();
  message.sequence = state.version();
  bus::store(tx_, message);
  tx_.notify(kWorkChannel);
}

void PgMigrations::insert(Aggregate& migration) {
  const auto& state = migration.get();
  tx_.exec("INSERT INTO migration(migration_id, tenant_id, version, state, source_id, target_id, body) VALUES ($1, $2, $3, $4, $5, $6, $7)",
           {state.migration_id(), state.tenant_id(), state.version(), static_cast<int>(state.state()), state.source_connection_id(),
            state.target_id(), sealed(tx_, state, kBody, state.migration_id(), state)});
  v1::Event event;
  event.set_version(state.version());
  event.set_to(state.state());
  event.set_kind("CREATED");
  event.set_at(state.created_at());
  tx_.exec("INSERT INTO migration_event(migration_id, tenant_id, version, body) VALUES ($1, $2, $3, $4)",
           {state.migration_id(), state.tenant_id(), state.version(), sealed(tx_, state, kEvent, std::to_string(event.version()), event)});
  publish(migration);
}

std::optional<Aggregate> PgMigrations::find(const std::string& tenant, const std::string& migration_id) {
  const auto rows = tx_.exec(std::string(kOne) + " FOR UPDATE", {migration_id, tenant});
  if (rows.empty()) return std::nullopt;
  return Aggregate(parse(tx_, rows[0]));
}

std::optional<v1::Migration> PgMigrations::read(const std::string& tenant, const std::string& migration_id) {
  const auto rows = tx_.exec(std::string(kOne), {migration_id, tenant});
  if (rows.empty()) return std::nullopt;
  return parse(tx_, rows[0]);
}

std::vector<v1::Migration> PgMigrations::list(const std::string& tenant, const std::string& after, std::uint32_t most) {
  std::vector<v1::Migration> out;
  for (const auto& row : tx_.exec("SELECT tenant_id, migration_id, body FROM migration WHERE tenant_id = $1 AND NOT purging AND "
                                  "migration_id > $2 ORDER BY migration_id LIMIT $3",
                                  {tenant, after, most})) {
    out.push_back(parse(tx_, row));
  }
  return out;
}

std::vector<Aggregate> PgMigrations::using_connection(const std::string& tenant, const std::string& id) {
  std::vector<Aggregate> out;
  const auto rows = tx_.exec(
      "SELECT tenant_id, migration_id, body FROM migration WHERE tenant_id = $1 AND NOT purging AND (source_id = $2 OR target_id = $2) AND "
      "state NOT IN ($3, $4) FOR UPDATE",
      {tenant, id, static_cast<int>(State::completed), static_cast<int>(State::failed)});
  for (const auto& row : rows) out.emplace_back(parse(tx_, row));
  return out;
}

std::vector<v1::Migration> PgMigrations::in_states(const std::vector<State>& states, const std::string& after, std::uint32_t most) {
  std::vector<std::int64_t> numbers;
  for (const auto state : states) numbers.push_back(static_cast<std::int64_t>(state));
  std::vector<v1::Migration> out;
  for (const auto& row : tx_.exec("SELECT tenant_id, migration_id, body FROM migration WHERE NOT purging AND state = ANY($1) AND "
                                  "migration_id > $2 ORDER BY migration_id LIMIT $3",
                                  {numbers, after, most})) {
    try {
      out.push_back(parse(tx_, row));
    } catch (const std::runtime_error& problem) {  // one that nobody can open any more must not stop the others
      log::error("a migration cannot be read", {{"migration", row.text("migration_id")}, {"error", problem.what()}});
    }
  }
  return out;
}

void PgMigrations::save(Aggregate& migration) {
  const auto& state = migration.get();
  const auto done = tx_.exec(
      "UPDATE migration SET version = $3, state = $4, body = $5, source_id = $6, target_id = $7 "
      "WHERE migration_id = $1 AND version = $2",
      {state.migration_id(), migration.stored_version(), state.version(), static_cast<int>(state.state()),
       sealed(tx_, state, kBody, state.migration_id(), state), state.source_connection_id(), state.target_id()});
  if (done.affected() != 1) throw std::logic_error("migration " + state.migration_id() + " changed under a lock");
  if (migration.touched_run()) save_run(state);
  for (const auto& event : migration.events()) {
    tx_.exec(
        "INSERT INTO migration_event(migration_id, tenant_id, version, body) VALUES ($1, $2, $3, $4)",
        {state.migration_id(), state.tenant_id(), event.version(), sealed(tx_, state, kEvent, std::to_string(event.version()), event)});
  }
  publish(migration);
}

void PgMigrations::save_run(const v1::Migration& state) {
  tx_.exec(
      "INSERT INTO run(migration_id, run, tenant_id, started_at, body) VALUES ($1, $2, $3, $4, $5) "
      "ON CONFLICT (migration_id, run) DO UPDATE SET body = EXCLUDED.body",
      {state.migration_id(), state.run(), state.tenant_id(), state.updated_at(),
       sealed(tx_, state, kRun, std::to_string(state.run()), run_of(state))});
}

std::vector<v1::Run> PgMigrations::runs(const std::string& migration_id) {
  std::vector<v1::Run> out;
  for (const auto& row : tx_.exec("SELECT r.*, f.fact IS NOT NULL AS extracted FROM run r LEFT JOIN run_fact f "
                                  "ON f.migration_id = r.migration_id AND f.run = r.run AND f.fact = $2 "
                                  "WHERE r.migration_id = $1 ORDER BY r.run",
                                  {migration_id, kRunExtracted})) {
    auto& run = out.emplace_back();
    if (!run.ParseFromString(opened(tx_, row, kRun, row.text("run")))) throw std::runtime_error("a stored run cannot be read");
    run.set_started_at(row.text("started_at"));
    run.set_extracted(row.boolean("extracted"));
  }
  return out;
}

std::vector<v1::Event> PgMigrations::history(const std::string& migration_id, std::uint64_t after, std::uint32_t most) {
  std::vector<v1::Event> out;
  for (const auto& row : tx_.exec("SELECT tenant_id, migration_id, version, body FROM migration_event WHERE migration_id = $1 AND version "
                                  "> $2 ORDER BY version LIMIT $3",
                                  {migration_id, after, most})) {
    if (!out.emplace_back().ParseFromString(opened(tx_, row, kEvent, row.text("version"))))
      throw std::runtime_error("a stored event cannot be read");
  }
  return out;
}

void lock_tenant(pg::Tx& tx, const std::string& tenant) {
  tx.exec("SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || '/tenant/' || $1, 0))", {tenant});
}

void PgMigrations::one_at_a_time(const std::string& tenant) {
  lock_tenant(tx_, tenant);
}

bool PgMigrations::purge_goes_on(const std::string& tenant) {
  return !tx_.exec("SELECT 1 FROM purge WHERE tenant_id = $1 AND migration_id = '' AND certificate = ''", {tenant}).empty();
}

std::optional<Migrations::Answered> PgMigrations::answered(const std::string& tenant, const std::string& key) {
  tx_.exec("SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || '/key/' || $1 || '/' || $2, 0))", {tenant, key});
  const auto rows = tx_.exec("SELECT migration_id, request, answer FROM idempotency_key WHERE tenant_id = $1 AND key = $2", {tenant, key});
  if (rows.empty()) return std::nullopt;
  const auto migration = rows[0].text("migration_id");
  return Answered{rows[0].text("request"), migration, tx_.open(place(tenant, migration, kAnswer, key), rows[0].bytes("answer"))};
}

void PgMigrations::remember(const std::string& tenant, const std::string& key, const Answered& answered) {
  tx_.exec(
      "INSERT INTO idempotency_key(tenant_id, key, migration_id, request, answer) VALUES ($1, $2, $3, $4, $5) "
      "ON CONFLICT (tenant_id, key) DO UPDATE SET migration_id = EXCLUDED.migration_id, answer = EXCLUDED.answer",
      {tenant, key, answered.migration, answered.request,
       pg::Param::bytes(tx_.seal_bytes(place(tenant, answered.migration, kAnswer, key), answered.answer))});
}

/// The stages' facts get the tenant from the migration itself; a fact of an unknown migration has nothing to count for.
void PgMigrations::count_extracted(const std::string& migration, std::uint32_t run, const std::string& entity, std::uint64_t n) {
  tx_.exec(
      "INSERT INTO run_count(migration_id, run, entity, extracted, tenant_id) "
      "SELECT $1, $2::integer, $3, $4::bigint, tenant_id FROM migration WHERE migration_id = $1 "
      "ON CONFLICT (migration_id, run, entity) DO UPDATE SET extracted = EXCLUDED.extracted",
      {migration, run, entity, n});
}

void PgMigrations::count_mapped(const std::string& migration, std::uint32_t run, const std::string& entity, const StageCounts::Mapped& n) {
  tx_.exec(
      "INSERT INTO run_count(migration_id, run, entity, mapped, merged, mapper_rejected, excluded, tenant_id) "
      "SELECT $1, $2::integer, $3, $4::bigint, $5::bigint, $6::bigint, $7::bigint, tenant_id FROM migration WHERE migration_id = $1 "
      "ON CONFLICT (migration_id, run, entity) DO UPDATE SET mapped = EXCLUDED.mapped, merged = EXCLUDED.merged, "
      "mapper_rejected = EXCLUDED.mapper_rejected, excluded = EXCLUDED.excluded",
      {migration, run, entity, n.mapped, n.merged, n.rejected, n.excluded});
}

void PgMigrations::count_loaded(const std::string& migration, std::uint32_t run, const std::string& entity, const StageCounts::Loaded& n) {
  tx_.exec(
      "INSERT INTO run_count(migration_id, run, entity, loaded, loader_rejected, parked, tenant_id) "
      "SELECT $1, $2::integer, $3, $4::bigint, $5::bigint, $6::bigint, tenant_id FROM migration WHERE migration_id = $1 "
      "ON CONFLICT (migration_id, run, entity) DO UPDATE SET loaded = EXCLUDED.loaded, "
      "loader_rejected = EXCLUDED.loader_rejected, parked = EXCLUDED.parked",
      {migration, run, entity, n.loaded, n.rejected, n.parked});
}

void PgMigrations::set_run_fact(const std::string& migration, std::uint32_t run, const std::string& fact) {
  tx_.exec(
      "INSERT INTO run_fact(migration_id, run, fact, tenant_id) SELECT $1, $2::integer, $3, tenant_id FROM migration WHERE migration_id = "
      "$1 "
      "ON CONFLICT DO NOTHING",
      {migration, run, fact});
}

bool PgMigrations::has_run_fact(const std::string& migration, std::uint32_t run, const std::string& fact) {
  return !tx_.exec("SELECT 1 FROM run_fact WHERE migration_id = $1 AND run = $2 AND fact = $3", {migration, run, fact}).empty();
}

bool PgMigrations::run_fact_is_old(const std::string& migration, std::uint32_t run, const std::string& fact) {
  return !tx_.exec("SELECT 1 FROM run_fact WHERE migration_id = $1 AND run = $2 AND fact = $3 AND at < now() - interval '1 minute'",
                   {migration, run, fact})
              .empty();
}

std::map<std::string, StageCounts> PgMigrations::counts(const std::string& migration, std::uint32_t run) {
  std::map<std::string, StageCounts> out;
  for (const auto& row : tx_.exec("SELECT * FROM run_count WHERE migration_id = $1 AND run = $2", {migration, run})) {
    auto& counts = out[row.text("entity")];
    counts.extracted = count(row, "extracted");
    if (const auto mapped = count(row, "mapped")) {
      counts.mapped = StageCounts::Mapped{*mapped, *count(row, "merged"), *count(row, "mapper_rejected"), *count(row, "excluded")};
    }
    if (const auto loaded = count(row, "loaded")) {
      counts.loaded = StageCounts::Loaded{*loaded, *count(row, "loader_rejected"), *count(row, "parked")};
    }
  }
  return out;
}

}  // namespace q2o::billing
