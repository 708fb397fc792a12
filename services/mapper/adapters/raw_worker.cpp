#include "services/mapper/adapters/raw_worker.h"

#include <fmt/format.h>

#include "common/ids/ids.h"
#include "common/log/log.h"
#include "common/migrations/migrations.h"
#include "services/mapper/adapters/replay_worker.h"
#include "services/mapper/app/run_mapper.h"

namespace q2o::mapper {
namespace {

constexpr std::string_view kConsumer = "raw";
constexpr std::size_t kRunsInMemory = 4;
constexpr auto kPublishDeadline = std::chrono::seconds(30);

void remember_place(RunState& run, const bus::Position& place) {
  if (run.mapped_last < run.mapped_first) run.mapped_first = place.offset;
  run.mapped_partition = place.partition;
  run.mapped_last = place.offset;
}

}  // namespace

template <class Work>
void RawWorker::alone(Work work) {
  const std::scoped_lock lock(mutex_);
  try {
    pool_.transact(work);
  } catch (...) {
    lookups_.clear();  // they may hold what was rolled back
    throw;
  }
}

RawWorker::RawWorker(pg::Pool& pool, bus::Producer& producer, MappingStore& mappings, metrics::Registry& metrics, Topics topics)
    : pool_(pool),
      producer_(producer),
      mappings_(mappings),
      topics_(std::move(topics)),
      records_(metrics.counter("q2o_mapper_records_total", "Source records received")),
      messages_(metrics.counter("q2o_mapper_messages_total", "Mapped messages published")) {}

/// Open only while this very run may go on. What the migration topic has not told yet is held, never dropped.
RawWorker::Gate RawWorker::gate(pg::Tx& tx, const std::string& migration, std::uint32_t run) {
  const auto known = migrations::find(tx, migration);
  if (!known || known->run() < run) return Gate::hold;
  if (known->run() > run || known->state() == billing::v1::STATE_FAILED) return Gate::drop;
  switch (known->directive()) {
    case billing::v1::DIRECTIVE_STOP:
      return Gate::drop;
    case billing::v1::DIRECTIVE_PAUSE:
      return Gate::hold;
    default:
      return Gate::open;
  }
}

void RawWorker::receive(std::span<const bus::Incoming> messages) {
  for (const auto& message : messages) receive_one(message);
}

void RawWorker::receive_one(const bus::Incoming& message) {
  connector::v1::RawMessage raw;
  const bool readable = raw.ParseFromString(message.value) && ids::is_uuid(raw.scope().migration_id()) &&
                        ids::is_uuid(raw.scope().tenant_id()) && raw.scope().run() > 0;
  alone([&](pg::Tx& tx) {
    const std::string id = message.id();
    if (!readable || id.empty()) {
      bus::dead_letter(tx, "mapper", message,
                       Error{Code::invalid_argument, "no RawMessage with a scope", Retry::never, Effect::none, "UNDECODABLE", "", {}});
      return;
    }
    if (!pg::Inbox::insert(tx, kConsumer, id)) return;
    const std::string& migration = raw.scope().migration_id();
    const std::uint32_t run = raw.scope().run();
    const auto held = tx.exec("SELECT 1 FROM held WHERE migration_id = $1 AND run = $2 LIMIT 1", {migration, run});
    const Gate now = gate(tx, migration, run);
    if (now == Gate::drop) return;
    if (now == Gate::hold || !held.empty()) {
      tx.exec("INSERT INTO held (tenant_id, migration_id, run, value, partition, raw_offset) VALUES ($1, $2, $3, $4, $5, $6)",
              {raw.scope().tenant_id(), migration, run, pg::Param::bytes(message.value), message.partition, message.offset});
      return;
    }
    work(tx, raw, {message.partition, message.offset});
  });
}

bool RawWorker::resume_one(pg::Tx& tx, const std::string& migration, std::uint32_t run) {
  const auto rows = tx.exec(
      "SELECT position, value, partition, raw_offset FROM held WHERE migration_id = $1 AND run = $2 ORDER BY position LIMIT 1 FOR UPDATE",
      {migration, run});
  if (rows.empty()) return false;
  const Gate now = gate(tx, migration, run);
  if (now == Gate::hold) return false;
  if (now == Gate::drop) {
    tx.exec("DELETE FROM held WHERE migration_id = $1 AND run = $2", {migration, run});
    return false;
  }
  connector::v1::RawMessage raw;
  raw.ParseFromString(rows[0].bytes("value"));
  work(tx, raw, {static_cast<std::int32_t>(rows[0].integer("partition")), rows[0].integer("raw_offset")});
  tx.exec("DELETE FROM held WHERE position = $1", {rows[0].integer("position")});
  return true;
}

void RawWorker::resume(std::stop_token stop) {
  std::vector<std::pair<std::string, std::uint32_t>> runs;
  pool_.transact([&](pg::Tx& tx) {
    runs.clear();
    for (const auto row : tx.exec("SELECT DISTINCT migration_id, run FROM held"))
      runs.emplace_back(row.text("migration_id"), static_cast<std::uint32_t>(row.integer("run")));
  });
  for (const auto& [migration, run] : runs) {
    bool more = true;
    while (more && !stop.stop_requested()) {
      alone([&, id = migration, number = run](pg::Tx& tx) { more = resume_one(tx, id, number); });
    }
  }
}

PgLookups& RawWorker::lookups_of(const RunState& run) {
  const std::string key = key_of(run);
  auto found = lookups_.find(key);
  // Another replica, or a transaction that was rolled back, may have gone on from here: then what we remember is not true.
  if (found != lookups_.end() && found->second->revision != run.revision) {
    lookups_.erase(found);
    found = lookups_.end();
  }
  if (found == lookups_.end()) {
    if (lookups_.size() >= kRunsInMemory) lookups_.clear();
    found = lookups_.emplace(key, std::make_unique<PgLookups>(run)).first;
  }
  // Until the commit; a failed attempt leaves a number that no row has.
  found->second->revision = ~std::uint64_t{0};
  return *found->second;
}

std::string RawWorker::key_of(const RunState& run) {
  return fmt::format("{}/{}", run.migration, run.run);
}

bus::Position RawWorker::publish(const v1::MappedMessage& message) {
  const auto& scope = message.scope();
  bus::Outgoing out;
  out.topic = topics_.mapped;
  out.key = scope.migration_id();
  out.value = message.SerializeAsString();
  out.entity = message.has_batch() ? message.batch().entity() : message.has_entity_end() ? message.entity_end().entity() : std::string();
  out.id = ids::uuid_v5({scope.migration_id(), std::to_string(scope.run()), "mapper", out.entity, std::to_string(message.sequence())});
  out.type = "q2o.mapper.v1.MappedMessage";
  out.tenant = scope.tenant_id();
  out.migration = scope.migration_id();
  out.run = scope.run();
  out.sequence = message.sequence();
  const auto sent = producer_.publish({&out, 1}, kPublishDeadline);
  if (!sent) throw std::runtime_error(fmt::format("mapped message {} was not acknowledged: {}", message.sequence(), sent.error().message));
  messages_.add();
  return sent->front();
}

void RawWorker::store_fact(pg::Tx& tx, const v1::StatusFact& fact, const std::string& id) {
  bus::Outgoing out;
  out.topic = topics_.status;
  out.key = fact.scope().migration_id();
  out.value = fact.SerializeAsString();
  out.id = id;
  out.type = "q2o.mapper.v1.StatusFact";
  out.tenant = fact.scope().tenant_id();
  out.migration = fact.scope().migration_id();
  out.run = fact.scope().run();
  bus::store(tx, out);
}

void RawWorker::work_off(const connector::v1::RawMessage& message, bus::Position place, const std::function<bool(pg::Tx&)>& before) {
  alone([&](pg::Tx& tx) {
    if (before(tx)) work(tx, message, place);
  });
}

void RawWorker::fail_run(pg::Tx& tx, const common::v1::Scope& scope, const Error& why) {
  tx.exec("UPDATE run SET state = 'failed' WHERE migration_id = $1 AND run = $2", {scope.migration_id(), scope.run()});
  v1::StatusFact fact;
  *fact.mutable_scope() = scope;
  fact.mutable_run_failed()->set_reason(why.reason);
  fact.mutable_run_failed()->set_message(why.message);
  fact.mutable_run_failed()->set_hint(why.hint);
  store_fact(tx, fact, ids::uuid_v5({scope.migration_id(), std::to_string(scope.run()), "mapper", "run_failed"}));
}

void RawWorker::start(pg::Tx& tx, const connector::v1::RawMessage& message) {
  const auto& begin = message.run_start();
  RunState run;
  run.tenant = message.scope().tenant_id();
  run.migration = message.scope().migration_id();
  run.run = message.scope().run();
  run.connection = message.scope().connection();
  run.platform = begin.platform();
  run.home_currency = begin.home_currency();
  run.entities.assign(begin.entities().begin(), begin.entities().end());
  run.mapping_version =
      begin.mapping_version().empty() ? mappings_.current(tx, run.tenant, begin.platform()).value_or("") : begin.mapping_version();
  run.state = "mapping";
  if (const auto replay = find_replay(tx, run.migration, run.run)) {
    run.mapping_version = replay->mapping_version;
    run.wanted = replay->wanted;
  }
  if (const auto known = migrations::find(tx, run.migration)) run.dry_run = known->order().dry_run();
  PgRunStore::insert(tx, run);
  if (!mappings_.find(tx, run.tenant, run.mapping_version)) {
    fail_run(tx, message.scope(),
             Error{Code::not_found,
                   fmt::format("There is no mapping \"{}\" for {}", run.mapping_version, run.platform),
                   Retry::never,
                   Effect::none,
                   "MAPPING_UNKNOWN",
                   "Store the mapping (q2o mapping check shows what is wrong with it) and start the migration again.",
                   {}});
  }
  log::info("run begins",
            {{"migration", run.migration}, {"run", static_cast<std::int64_t>(run.run)}, {"mapping", run.mapping_version.substr(0, 12)}});
}

void RawWorker::work(pg::Tx& tx, const connector::v1::RawMessage& message, bus::Position place) {
  if (message.has_run_replay()) {
    begin_replay(tx, message);
    return;
  }
  if (message.has_run_start()) {
    start(tx, message);
    return;
  }
  auto run = PgRunStore::find(tx, message.scope().migration_id(), message.scope().run());
  if (!run) throw std::runtime_error(fmt::format("run {} of {} has not begun", message.scope().run(), message.scope().migration_id()));
  if (run->state != "mapping") return;
  const auto mapping = mappings_.find(tx, run->tenant, run->mapping_version);
  if (!mapping) throw std::runtime_error(fmt::format("mapping {} is not there any more", run->mapping_version));
  auto& lookups = lookups_of(*run);
  lookups.attach(&tx);
  PgRunStore store(tx, *run, lookups, place);
  int facts = 0;
  const auto fact_id = [&] {
    return ids::uuid_v5(
        {run->migration, std::to_string(run->run), "mapper", "fact", std::to_string(run->revision), std::to_string(facts++)});
  };
  Output output(
      *run, *mapping, [&](const v1::MappedMessage& out) { remember_place(*run, publish(out)); },
      [&](const v1::StatusFact& fact) { store_fact(tx, fact, fact_id()); });
  RunMapper(*run, *mapping, lookups, store, output).handle(message);
  lookups.flush();
  lookups.forget_ledger();
  ++run->revision;
  store.save(*run);
  lookups.attach(nullptr);
  lookups.revision = run->revision;
  records_.add(static_cast<double>(message.batch().records_size()));
}

}  // namespace q2o::mapper
