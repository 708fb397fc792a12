#include "services/loader/adapters/inbox.h"

#include "common/bus/topic.h"
#include "common/json/json.h"
#include "common/log/log.h"
#include "common/migrations/migrations.h"
#include "services/loader/adapters/outgoing.h"
#include "services/loader/adapters/pg_undo_store.h"
#include "services/loader/app/facts.h"

namespace q2o::loader {
namespace {

constexpr std::string_view kConsumer = "loader";

void begin_run(pg::Tx& tx, const common::v1::Scope& scope, const mapper::v1::RunPlan& plan) {
  tx.exec("insert into run (migration_id, run, tenant_id, connection, plan) values ($1, $2, $3, $4, $5) on conflict do nothing",
          {scope.migration_id(), scope.run(), scope.tenant_id(), scope.connection(), pg::Param::bytes(plan.SerializeAsString())});
  for (const auto& wave : plan.waves()) {
    const std::vector<std::string> entities(wave.entities().begin(), wave.entities().end());
    tx.exec(
        "insert into wave (migration_id, run, tenant_id, number, name, entities) values ($1, $2, $3, $4, $5, $6) on conflict do nothing",
        {scope.migration_id(), scope.run(), scope.tenant_id(), wave.number(), wave.name(), entities});
  }
}

/// One statement per batch: the columns as JSON rows, so that a batch of 500 records is one round trip.
void store_items(pg::Tx& tx, const common::v1::Scope& scope, const mapper::v1::MappedBatch& batch) {
  json::Writer rows;
  rows.begin_array();
  bool any = false;
  for (const auto& record : batch.records()) {
    for (const auto& target : record.targets().records()) {
      any = true;
      rows.begin_object().field("source_id", record.source_id()).field("label", record.label()).field("external_id", target.external_id());
      rows.field("model", target.model()).field("operation", target.operation()).field("wave", static_cast<std::int64_t>(target.wave()));
      rows.field("values_json", target.values_json()).field("post", target.post()).field("content_hash", target.content_hash());
      rows.field("file_id", target.file().source_id()).field("file_bytes", static_cast<std::int64_t>(target.file().bytes()));
      rows.key("refs").begin_array();
      for (const auto& reference : target.references()) rows.string(reference);
      rows.end_array().end_object();
    }
  }
  rows.end_array();
  if (!any) return;
  tx.exec(
      "insert into item (migration_id, run, tenant_id, entity, source_id, label, external_id, model, operation, wave, values_json, refs, "
      "post, content_hash, file_id, file_bytes) "
      "select $1, $2, $3, $4, r->>'source_id', r->>'label', r->>'external_id', r->>'model', r->>'operation', (r->>'wave')::bigint, "
      "r->>'values_json', "
      "array(select jsonb_array_elements_text(r->'refs')), (r->>'post')::boolean, r->>'content_hash', r->>'file_id', "
      "(r->>'file_bytes')::bigint from jsonb_array_elements($5::jsonb) "
      "with ordinality as "
      "t(r, at) order by at",
      {scope.migration_id(), scope.run(), scope.tenant_id(), batch.entity(), rows.text()});
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
      tx.exec("insert into ended_entity (migration_id, run, tenant_id, entity) values ($1, $2, $3, $4) on conflict do nothing",
              {scope.migration_id(), scope.run(), scope.tenant_id(), message.entity_end().entity()});
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
