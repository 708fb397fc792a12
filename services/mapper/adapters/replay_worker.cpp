#include "services/mapper/adapters/replay_worker.h"

#include <fmt/format.h>

#include "common/log/log.h"
#include "common/migrations/migrations.h"

namespace q2o::mapper {
namespace {

constexpr std::chrono::milliseconds kLease{10'000};

Error undecodable(const bus::Incoming& incoming) {
  return {Code::data_loss,
          fmt::format("message {} of the replay log cannot be read", incoming.offset),
          Retry::never,
          Effect::none,
          "UNDECODABLE",
          "Read the source again: start the migration (q2o migrate).",
          {}};
}

}  // namespace

std::optional<Replay> find_replay(pg::Tx& tx, const std::string& migration, std::uint32_t run) {
  const auto rows =
      tx.exec("SELECT source_run, mapping_version, wanted FROM replay WHERE migration_id = $1 AND run = $2 LIMIT 1", {migration, run});
  if (rows.empty()) return std::nullopt;
  return Replay{static_cast<std::uint32_t>(rows[0].integer("source_run")), rows[0].text("mapping_version"), rows[0].text_array("wanted")};
}

void begin_replay(pg::Tx& tx, const connector::v1::RawMessage& message) {
  const auto& order = message.run_replay();
  for (const auto& range : order.ranges()) {
    tx.exec(
        "INSERT INTO replay (tenant_id, migration_id, run, partition, source_run, mapping_version, wanted, next_offset, last_offset) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING",
        {message.scope().tenant_id(), message.scope().migration_id(), message.scope().run(), range.partition(), order.source_run(),
         order.mapping_version(), std::vector<std::string>(order.entities().begin(), order.entities().end()), range.first_offset(),
         range.last_offset()});
  }
  tx.notify(kReplayChannel);
}

std::optional<ReplayWorker::Task> ReplayWorker::try_take(pg::Tx& tx, const pg::Row& row) {
  Task task;
  const auto run = static_cast<std::uint32_t>(row.integer("run"));
  task.scope.set_tenant_id(row.text("tenant_id"));
  task.scope.set_migration_id(row.text("migration_id"));
  task.scope.set_run(run);
  task.source_run = static_cast<std::uint32_t>(row.integer("source_run"));
  task.range = {raw_topic_, static_cast<std::int32_t>(row.integer("partition")), row.integer("next_offset"), row.integer("last_offset")};
  const auto gate = RawWorker::gate(tx, task.scope.migration_id(), run);
  if (gate == RawWorker::Gate::drop)
    tx.exec("UPDATE replay SET state = 'stopped' WHERE migration_id = $1 AND run = $2 AND state = 'open'",
            {task.scope.migration_id(), run});
  if (gate != RawWorker::Gate::open) return std::nullopt;
  const auto lease = pg::try_lease(tx, "replay", fmt::format("{}/{}", task.scope.migration_id(), run), owner_, kLease);
  if (!lease) return std::nullopt;
  task.lease = *lease;
  if (const auto known = migrations::find(tx, task.scope.migration_id())) task.scope.set_connection(known->connection_slug());
  return task;
}

std::optional<ReplayWorker::Task> ReplayWorker::take() {
  return pool_.transact([&](pg::Tx& tx) -> std::optional<Task> {
    for (const auto row : tx.exec("SELECT DISTINCT ON (migration_id, run) * FROM replay WHERE state = 'open' ORDER BY migration_id, run, "
                                  "partition")) {
      if (auto task = try_take(tx, row)) return task;
    }
    return std::nullopt;
  });
}

/// The place moves on with the effects of the message before it; a paused, stopped or lost run halts the reading.
bool ReplayWorker::may_go_on(pg::Tx& tx, const Task& task, std::int64_t next, std::stop_source& halt) {
  if (!pg::renew(tx, task.lease, kLease) || RawWorker::gate(tx, task.scope.migration_id(), task.scope.run()) != RawWorker::Gate::open) {
    halt.request_stop();
    return false;
  }
  tx.exec("UPDATE replay SET next_offset = $4 WHERE migration_id = $1 AND run = $2 AND partition = $3",
          {task.scope.migration_id(), task.scope.run(), task.range.partition, next});
  return true;
}

/// Other migrations share the partition, and a range may hold more of them than a lease lasts.
void ReplayWorker::pass_by(Task& task, const bus::Incoming& incoming, std::stop_source& halt) {
  const Time now = now_();
  if (now - task.kept < kLease / 3) return;
  pool_.transact([&](pg::Tx& tx) { may_go_on(tx, task, incoming.offset + 1, halt); });
  task.kept = now;
}

void ReplayWorker::work_off(Task& task, const bus::Incoming& incoming, std::stop_source& halt) {
  if (halt.stop_requested()) return;
  if (incoming.key != task.scope.migration_id()) return pass_by(task, incoming, halt);
  connector::v1::RawMessage message;
  if (!message.ParseFromString(incoming.value)) {
    halt.request_stop();
    const Error why = undecodable(incoming);
    return end(task, "failed", &why);
  }
  if (message.scope().run() != task.source_run) return pass_by(task, incoming, halt);
  message.mutable_scope()->set_run(task.scope.run());
  worker_.work_off(message, {incoming.partition, incoming.offset}, [&](pg::Tx& tx) {
    if (!may_go_on(tx, task, incoming.offset + 1, halt)) return false;
    // The source's messages are in the log at least once.
    return pg::Inbox::insert(tx, fmt::format("replay/{}", task.scope.run()), incoming.id());
  });
}

void ReplayWorker::end(const Task& task, const std::string& state, const Error* why) {
  pool_.transact([&](pg::Tx& tx) {
    if (!pg::held(tx, task.lease)) return;
    // A range of several partitions is worked off one after the other; a failure ends them all.
    tx.exec("UPDATE replay SET state = $4 WHERE migration_id = $1 AND run = $2 AND (partition = $3 OR $4 = 'failed')",
            {task.scope.migration_id(), task.scope.run(), task.range.partition, state});
    if (why != nullptr) worker_.fail_run(tx, task.scope, *why);
  });
}

void ReplayWorker::replay(Task& task, std::stop_source& halt) {
  task.kept = now_();
  const auto done =
      bus::read_range(bus_, task.range, [&](const bus::Incoming& incoming) { work_off(task, incoming, halt); }, halt.get_token());
  if (halt.stop_requested()) return;
  if (done) return end(task, "done", nullptr);
  if (done.error().retry == Retry::after_backoff) throw std::runtime_error(done.error().message);
  Error why = done.error();
  if (why.reason == "REPLAY_RANGE_LOST") {
    why.message = fmt::format("the records of run {} are not in the replay log any more: {}", task.source_run, why.message);
    why.hint = "Its retention has passed. Run the migration again (q2o migrate): it reads the source and writes only what differs.";
  }
  end(task, "failed", &why);
}

bool ReplayWorker::run_one(std::stop_token stop) {
  auto task = take();
  if (!task) return false;
  log::info("replay goes on", {{"migration", task->scope.migration_id()},
                               {"run", static_cast<std::int64_t>(task->scope.run())},
                               {"source_run", static_cast<std::int64_t>(task->source_run)},
                               {"offset", task->range.first}});
  std::stop_source halt;
  const std::stop_callback forward(stop, [&halt] { halt.request_stop(); });
  bool fine = true;
  try {
    replay(*task, halt);
  } catch (const std::exception& trouble) {
    // Database or broker are away: the replay goes on from the place that was committed.
    log::warn("replay interrupted", {{"migration", task->scope.migration_id()}, {"error", trouble.what()}});
    fine = false;
  }
  pool_.transact([&](pg::Tx& tx) { pg::release(tx, task->lease); });
  return fine;
}

}  // namespace q2o::mapper
