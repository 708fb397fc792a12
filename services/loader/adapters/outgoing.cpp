#include "services/loader/adapters/outgoing.h"

#include "common/bus/about_run.h"
#include "common/bus/bus.h"
#include "common/bus/topic.h"
#include "common/ids/ids.h"
#include "services/loader/app/facts.h"

namespace q2o::loader {
namespace {

constexpr std::size_t kResultsPerMessage = 500;

template <class Message>
void send(pg::Tx& tx, const RunInfo& run, const char* topic, const Message& message) {
  const auto number =
      tx.one("update run set facts = facts + 1 where migration_id = $1 and run = $2 returning facts", {run.key.migration_id, run.key.run})
          .integer("facts");
  auto out = bus::about_run(topic, message);
  out.id = ids::uuid_v5({run.key.migration_id, std::to_string(run.key.run), "loader", std::to_string(number)});
  out.sequence = static_cast<std::uint64_t>(number);
  bus::store(tx, out);
}

std::string outcome_of(const Fate& fate) {
  if (fate.kind == Fate::Kind::rejected) return "rejected";
  return fate.outcome == "adopted" ? "created" : fate.outcome;
}

void set_reject(common::v1::Reject& out, const Fate& fate) {
  out.set_entity(fate.item.entity);
  out.set_source_id(fate.item.source_id);
  out.set_reason(fate.reason);
  out.set_message(fate.message);
  out.set_hint(fate.hint);
  out.set_label(fate.item.label);
}

}  // namespace

void store_fact(pg::Tx& tx, const RunInfo& run, const v1::StatusFact& fact) {
  send(tx, run, topic::kLoaderStatus, fact);
}

void store_results(pg::Tx& tx, const RunInfo& run, std::span<const Fate> fates) {
  v1::ResultBatch batch;
  const auto flush = [&] {
    if (batch.results().empty()) return;
    set_scope(*batch.mutable_scope(), run);
    send(tx, run, topic::kLoaderResult, batch);
    batch.Clear();
  };
  for (const auto& fate : fates) {
    if (fate.kind == Fate::Kind::parked) continue;
    auto& result = *batch.add_results();
    result.set_external_id(fate.item.external_id);
    result.set_model(fate.item.model);
    result.set_odoo_id(fate.odoo_id);
    result.set_outcome(outcome_of(fate));
    if (fate.kind == Fate::Kind::rejected) set_reject(*result.mutable_reject(), fate);
    if (static_cast<std::size_t>(batch.results_size()) == kResultsPerMessage) flush();
  }
  flush();
}

void store_target_fact(pg::Tx& tx, const std::string& tenant_id, const std::string& target_id, const v1::StatusFact& fact) {
  bus::Outgoing out;
  out.topic = topic::kLoaderStatus;
  out.key = target_id;
  out.value = fact.SerializeAsString();
  out.id = ids::uuid_v4();
  out.type = fact.GetTypeName();
  out.tenant = tenant_id;
  bus::store(tx, out);
}

}  // namespace q2o::loader
