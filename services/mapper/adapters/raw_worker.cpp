#include "services/mapper/adapters/raw_worker.h"

#include "common/ids/ids.h"
#include "common/log/log.h"
#include "common/migrations/migrations.h"

namespace q2o::mapper {
namespace {

constexpr std::string_view kHeldValue = "mapper.held.value";
constexpr std::string_view kConsumer = "raw";
// Of one transaction: enough that its round trips and its commit no longer count, little enough to be repeated.
constexpr std::size_t kTogetherMessages = 100;
constexpr std::size_t kTogetherBytes = 4u << 20;

/// The messages that share a transaction: the first of these, and what follows within the bounds.
std::size_t together(std::span<const bus::Incoming> messages) {
  std::size_t bytes = 0, count = 0;
  while (count < messages.size() && count < kTogetherMessages && (count == 0 || bytes + messages[count].value.size() <= kTogetherBytes))
    bytes += messages[count++].value.size();
  return count;
}

}  // namespace

/// What has been decided about a run stays so for the transaction: whether its messages are worked off, held or dropped.
struct RawWorker::Decided {
  std::map<std::pair<std::string, std::uint32_t>, Gate> gates;
};

template <class Work>
void RawWorker::alone(Work work) {
  const std::scoped_lock lock(mutex_);
  try {
    pool_.transact([&](pg::Tx& tx) {
      RawTransaction runs(tx, {producer_, mappings_, lookups_, topics_, records_, messages_, marks_});
      work(tx, runs);
      runs.finish();
    });
  } catch (...) {
    lookups_.clear();  // they may hold what was rolled back
    throw;
  }
}

RawWorker::RawWorker(pg::Pool& pool, bus::Producer& producer, MappingStore& mappings, metrics::Registry& metrics, Topics topics,
                     CrashMarks* marks)
    : pool_(pool),
      producer_(producer),
      mappings_(mappings),
      topics_(std::move(topics)),
      marks_(marks),
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
  while (!messages.empty()) {
    const std::size_t count = together(messages);
    receive_together(messages.first(count));
    messages = messages.subspan(count);
  }
}

void RawWorker::receive_together(std::span<const bus::Incoming> messages) {
  try {
    alone([&](pg::Tx& tx, RawTransaction& runs) {
      Decided decided;
      for (const auto& message : messages) receive_one(tx, runs, message, decided);
    });
  } catch (const std::exception& trouble) {
    if (messages.size() == 1) throw;
    // Those before the one that cannot be worked off must not wait with it.
    log::warn("messages are worked off one by one",
              {{"messages", messages.size()}, {"offset", messages.front().offset}, {"error", trouble.what()}});
    for (const auto& message : messages) receive_together({&message, 1});
  }
}

void RawWorker::receive_one(pg::Tx& tx, RawTransaction& runs, const bus::Incoming& message, Decided& decided) {
  connector::v1::RawMessage raw;
  const bool readable = raw.ParseFromString(message.value) && ids::is_uuid(raw.scope().migration_id()) &&
                        ids::is_uuid(raw.scope().tenant_id()) && raw.scope().run() > 0;
  const std::string id = message.id();
  if (!readable || id.empty()) {
    bus::dead_letter(tx, "mapper", message,
                     Error{Code::invalid_argument, "no RawMessage with a scope", Retry::never, Effect::none, "UNDECODABLE", "", {}});
    return;
  }
  if (!pg::Inbox::insert(tx, kConsumer, id)) return;
  const std::string& migration = raw.scope().migration_id();
  const std::uint32_t run = raw.scope().run();
  const auto [known, is_new] = decided.gates.try_emplace({migration, run}, Gate::hold);
  if (is_new) {
    known->second = gate(tx, migration, run);
    const auto held = tx.exec("SELECT 1 FROM held WHERE migration_id = $1 AND run = $2 LIMIT 1", {migration, run});
    if (known->second == Gate::open && !held.empty()) known->second = Gate::hold;  // in their order
  }
  if (known->second == Gate::drop) return;
  if (known->second == Gate::hold) {
    tx.exec(
        "INSERT INTO held (tenant_id, migration_id, run, value, partition, raw_offset) VALUES ($1, $2, $3, $4, $5, $6)",
        {raw.scope().tenant_id(), migration, run,
         pg::Param::bytes(tx.seal_bytes({raw.scope().tenant_id(), migration, kHeldValue, std::to_string(message.offset)}, message.value)),
         message.partition, message.offset});
    return;
  }
  runs.work(raw, {message.partition, message.offset});
}

bool RawWorker::resume_one(pg::Tx& tx, RawTransaction& runs, const std::string& migration, std::uint32_t run) {
  const auto rows = tx.exec(
      "SELECT position, tenant_id, value, partition, raw_offset FROM held WHERE migration_id = $1 AND run = $2 ORDER BY position LIMIT 1 "
      "FOR UPDATE",
      {migration, run});
  if (rows.empty()) return false;
  const Gate now = gate(tx, migration, run);
  if (now == Gate::hold) return false;
  if (now == Gate::drop) {
    tx.exec("DELETE FROM held WHERE migration_id = $1 AND run = $2", {migration, run});
    return false;
  }
  connector::v1::RawMessage raw;
  raw.ParseFromString(
      tx.open({rows[0].text("tenant_id"), migration, kHeldValue, std::to_string(rows[0].integer("raw_offset"))}, rows[0].bytes("value")));
  runs.work(raw, {static_cast<std::int32_t>(rows[0].integer("partition")), rows[0].integer("raw_offset")});
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
      alone([&, id = migration, number = run](pg::Tx& tx, RawTransaction& open) { more = resume_one(tx, open, id, number); });
    }
  }
}

void RawWorker::work_off(const connector::v1::RawMessage& message, bus::Position place, const std::function<bool(pg::Tx&)>& before) {
  alone([&](pg::Tx& tx, RawTransaction& runs) {
    if (before(tx)) runs.work(message, place);
  });
}

void RawWorker::fail_run(pg::Tx& tx, const common::v1::Scope& scope, const Error& why) {
  mapper::fail_run(tx, topics_, scope, why);
}

}  // namespace q2o::mapper
