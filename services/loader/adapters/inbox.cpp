#include "services/loader/adapters/inbox.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "common/bus/topic.h"
#include "common/log/log.h"
#include "common/migrations/migrations.h"
#include "services/loader/adapters/outgoing.h"
#include "services/loader/adapters/pg_undo_store.h"
#include "services/loader/adapters/sealed_item.h"
#include "services/loader/app/facts.h"

namespace q2o::loader {
namespace {

constexpr std::string_view kConsumer = "loader";

void begin_run(pg::Tx& tx, const common::v1::Scope& scope, const mapper::v1::RunPlan& plan) {
  tx.exec("insert into run (migration_id, run, tenant_id, connection, plan) values ($1, $2, $3, $4, $5) on conflict do nothing",
          {scope.migration_id(), scope.run(), scope.tenant_id(), scope.connection(),
           pg::Param::bytes(
               tx.seal_bytes({scope.tenant_id(), scope.migration_id(), kPlan, std::to_string(scope.run())}, plan.SerializeAsString()))});
  for (const auto& wave : plan.waves()) {
    const std::vector<std::string> entities(wave.entities().begin(), wave.entities().end());
    tx.exec(
        "insert into wave (migration_id, run, tenant_id, number, name, entities) values ($1, $2, $3, $4, $5, $6) on conflict do nothing",
        {scope.migration_id(), scope.run(), scope.tenant_id(), wave.number(), wave.name(), entities});
  }
}

/// Without target records, and in the source all the same.
void note_rejected_and_left_out(pg::Tx& tx, const common::v1::Scope& scope, const mapper::v1::MappedBatch& batch) {
  std::vector<std::string> ids, left_out;
  for (const auto& record : batch.records()) {
    if (!record.has_reject() && record.excluded().empty()) continue;
    ids.push_back(record.source_id());
    left_out.push_back(record.has_reject() ? "false" : "true");
  }
  if (ids.empty()) return;
  tx.exec(
      "insert into spared (migration_id, run, tenant_id, entity, source_id, left_out) select $1, $2, $3, $4, u.id, u.left_out::boolean "
      "from "
      "unnest($5::text[], $6::text[]) as u(id, left_out) on conflict do nothing",
      {scope.migration_id(), scope.run(), scope.tenant_id(), batch.entity(), ids, left_out});
}

/// One statement per batch: a column each, so that a batch of 500 records is one round trip.
void store_items(pg::Tx& tx, const common::v1::Scope& scope, const mapper::v1::MappedBatch& batch) {
  std::vector<std::string> sources, labels, names, models, operations, values, posts, hashes, files, references;
  std::vector<std::int64_t> waves, file_bytes;
  for (const auto& record : batch.records()) {
    for (const auto& target : record.targets().records()) {
      const std::string id = item_id(scope.run(), target.external_id());
      const auto seal = [&](std::string_view where, const std::string& text) {
        return tx.seal_text({scope.tenant_id(), scope.migration_id(), where, id}, text);
      };
      sources.push_back(record.source_id());
      labels.push_back(seal(kItemLabel, record.label()));
      names.push_back(target.external_id());
      models.push_back(target.model());
      operations.push_back(target.operation());
      waves.push_back(target.wave());
      values.push_back(seal(kItemValues, target.values_json()));
      posts.emplace_back(target.post() ? "true" : "false");
      hashes.push_back(target.content_hash());
      files.push_back(target.file().source_id());
      file_bytes.push_back(static_cast<std::int64_t>(target.file().bytes()));
      references.push_back(fmt::format("{}", fmt::join(target.references(), "\n")));
    }
  }
  note_rejected_and_left_out(tx, scope, batch);
  if (names.empty()) return;
  tx.exec(
      "insert into item (migration_id, run, tenant_id, entity, source_id, label, external_id, model, operation, wave, values_json, refs, "
      "post, content_hash, file_id, file_bytes) "
      "select $1, $2, $3, $4, source_id, label, external_id, model, operation, wave, values_json, string_to_array(refs, E'\\n'), "
      "post::boolean, content_hash, file_id, file_bytes from unnest($5::text[], $6::text[], $7::text[], $8::text[], $9::text[], "
      "$10::bigint[], $11::text[], $12::text[], $13::text[], $14::text[], $15::text[], $16::bigint[]) with ordinality as given(source_id, "
      "label, external_id, model, operation, wave, values_json, refs, post, content_hash, file_id, file_bytes, at) order by at",
      {scope.migration_id(), scope.run(), scope.tenant_id(), batch.entity(), sources, labels, names, models, operations, waves, values,
       references, posts, hashes, files, file_bytes});
}

/// What is stored here is taken over: the connector's window moves on. (Waves open only when their entities have ended, so releasing
/// only what is in the target would stop the source for ever.)
void release(pg::Tx& tx, const mapper::v1::MappedMessage& message) {
  const auto& scope = message.scope();
  const auto rows =
      tx.exec("update run set last_sequence = $3 where migration_id = $1 and run = $2 and last_sequence < $3 returning 1 as one",
              {scope.migration_id(), scope.run(), message.sequence()});
  if (rows.empty()) return;
  RunInfo run;
  run.key = {scope.migration_id(), scope.run()};
  run.tenant_id = scope.tenant_id();
  run.connection = scope.connection();
  v1::StatusFact fact;
  set_scope(*fact.mutable_scope(), run);
  fact.mutable_released()->set_sequence(message.sequence());
  fact.mutable_released()->set_raw_sequence(message.raw_sequence());
  store_fact(tx, run, fact);
}

}  // namespace

void apply_mapped(pg::Tx& tx, const mapper::v1::MappedMessage& message) {
  if (message.dry_run()) return;  // to be looked at, not to be loaded
  const auto& scope = message.scope();
  switch (message.body_case()) {
    case mapper::v1::MappedMessage::kRunPlan:
      begin_run(tx, scope, message.run_plan());
      break;
    case mapper::v1::MappedMessage::kBatch:
      store_items(tx, scope, message.batch());
      break;
    case mapper::v1::MappedMessage::kEntityEnd:
      tx.exec(
          "insert into ended_entity (migration_id, run, tenant_id, entity, complete) values ($1, $2, $3, $4, $5) on conflict do nothing",
          {scope.migration_id(), scope.run(), scope.tenant_id(), message.entity_end().entity(), message.entity_end().complete()});
      break;
    case mapper::v1::MappedMessage::kRunEnd:
      tx.exec("update run set ended = true where migration_id = $1 and run = $2", {scope.migration_id(), scope.run()});
      break;
    case mapper::v1::MappedMessage::BODY_NOT_SET:
      return;
  }
  release(tx, message);
}

void Inbox::take_mapped(pg::Tx& tx, const bus::Incoming& incoming) {
  mapper::v1::MappedMessage message;
  if (!message.ParseFromString(incoming.value) || message.body_case() == mapper::v1::MappedMessage::BODY_NOT_SET) {
    bus::dead_letter(tx, "loader", incoming,
                     Error{Code::invalid_argument, "no q2o.mapper.v1.MappedMessage", Retry::never, Effect::none, "UNDECODABLE", "", {}});
    return;
  }
  apply_mapped(tx, message);
}

void Inbox::take(pg::Tx& tx, const bus::Incoming& message) {
  if (!pg::Inbox::insert(tx, kConsumer, message.id())) return;
  if (message.topic != topic::kMigration) return take_mapped(tx, message);
  if (const auto migration = migrations::decode(message)) {
    if (migrations::apply(tx, *migration)) begin_undo(tx, *migration);
  } else {
    bus::dead_letter(tx, "loader", message, migration.error());
  }
}

void Inbox::handle(std::span<const bus::Incoming> messages) {
  pool_.transact([&](pg::Tx& tx) {
    for (const auto& message : messages) take(tx, message);
    tx.notify(kWorkChannel);
  });
}

}  // namespace q2o::loader
