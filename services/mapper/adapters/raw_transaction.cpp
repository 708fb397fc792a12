#include "services/mapper/adapters/raw_transaction.h"

#include <fmt/format.h>

#include "common/bus/about_run.h"
#include "common/ids/ids.h"
#include "common/log/log.h"
#include "common/migrations/migrations.h"
#include "services/mapper/adapters/repair_store.h"
#include "services/mapper/adapters/replay_worker.h"
#include "services/mapper/app/run_mapper.h"

namespace q2o::mapper {
namespace {

constexpr std::size_t kRunsInMemory = 4;
constexpr std::size_t kPublishBytes = 4u << 20;  // so much may wait for its publication
constexpr auto kPublishDeadline = std::chrono::seconds(30);

void remember_place(RunState& run, const bus::Position& place) {
  if (run.mapped_last < run.mapped_first) run.mapped_first = place.offset;
  run.mapped_partition = place.partition;
  run.mapped_last = place.offset;
}

Error mapping_unknown(const RunState& run) {
  return {Code::not_found,
          fmt::format("There is no mapping \"{}\" for {}", run.mapping_version, run.platform),
          Retry::never,
          Effect::none,
          "MAPPING_UNKNOWN",
          "Store the mapping (q2o mapping check shows what is wrong with it) and start the migration again.",
          {}};
}

Extent extent_of(const billing::v1::Extent& chosen) {
  if (chosen.first_day().empty()) return {};
  return {chosen.depth() == billing::v1::DEPTH_ARCHIVE ? Depth::archive : Depth::open, chosen.first_day(), chosen.years() != 0};
}

bus::Outgoing outgoing(const v1::MappedMessage& message, const std::string& topic) {
  const auto& scope = message.scope();
  auto out = bus::about_run(topic, message);
  out.entity = message.has_batch() ? message.batch().entity() : message.has_entity_end() ? message.entity_end().entity() : std::string();
  out.id = ids::uuid_v5({scope.migration_id(), std::to_string(scope.run()), "mapper", out.entity, std::to_string(message.sequence())});
  out.sequence = message.sequence();
  return out;
}

}  // namespace

PgLookups& LookupCache::take(const RunState& run) {
  const std::string key = fmt::format("{}/{}", run.migration, run.run);
  auto found = lookups_.find(key);
  // Another replica, or a transaction that was rolled back, may have gone on from here: then what we remember is not true.
  if (found != lookups_.end() && found->second->revision != run.revision) {
    lookups_.erase(found);
    found = lookups_.end();
  }
  if (found == lookups_.end()) {
    while (lookups_.size() >= kRunsInMemory) {
      // Those of this very transaction stay where they are.
      const auto idle = std::ranges::find_if(lookups_, [](const auto& entry) { return entry.second->revision != ~std::uint64_t{0}; });
      if (idle == lookups_.end()) break;
      lookups_.erase(idle);
    }
    found = lookups_.emplace(key, std::make_unique<PgLookups>(run)).first;
  }
  // A failed attempt leaves a number that no row has.
  found->second->revision = ~std::uint64_t{0};
  return *found->second;
}

RawTransaction::~RawTransaction() {
  for (auto& [key, open] : open_) open.lookups.attach(nullptr);
}

void store_fact(pg::Tx& tx, const Topics& topics, const v1::StatusFact& fact, const std::string& id) {
  auto out = bus::about_run(topics.status, fact);
  out.id = id;
  bus::store(tx, out);
}

void fail_run(pg::Tx& tx, const Topics& topics, const common::v1::Scope& scope, const Error& why) {
  tx.exec("UPDATE run SET state = 'failed' WHERE migration_id = $1 AND run = $2", {scope.migration_id(), scope.run()});
  v1::StatusFact fact;
  *fact.mutable_scope() = scope;
  fact.mutable_run_failed()->set_reason(why.reason);
  fact.mutable_run_failed()->set_message(why.message);
  fact.mutable_run_failed()->set_hint(why.hint);
  store_fact(tx, topics, fact, ids::uuid_v5({scope.migration_id(), std::to_string(scope.run()), "mapper", "run_failed"}));
}

void RawTransaction::start(const connector::v1::RawMessage& message) {
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
      begin.mapping_version().empty() ? tools_.mappings.current(tx_, run.tenant, begin.platform()).value_or("") : begin.mapping_version();
  run.state = "mapping";
  if (const auto replay = find_replay(tx_, run.migration, run.run)) {
    run.mapping_version = replay->mapping_version;
    run.wanted = replay->wanted;
  }
  if (const auto known = migrations::find(tx_, run.migration)) {
    run.dry_run = known->order().dry_run();
    run.extent = extent_of(known->extent());
  }
  run.repairs_to = repair_store::last(tx_, run.tenant, run.migration);
  PgRunStore::insert(tx_, run);
  if (!tools_.mappings.find(tx_, run.tenant, run.mapping_version)) {
    fail_run(tx_, tools_.topics, message.scope(), mapping_unknown(run));
  }
  log::info("run begins",
            {{"migration", run.migration}, {"run", static_cast<std::int64_t>(run.run)}, {"mapping", run.mapping_version.substr(0, 12)}});
}

RunState RawTransaction::fail_headless(const common::v1::Scope& scope) {
  RunState run;
  run.tenant = scope.tenant_id();
  run.migration = scope.migration_id();
  run.run = scope.run();
  run.connection = scope.connection();
  run.state = "failed";
  PgRunStore::insert(tx_, run);
  fail_run(tx_, tools_.topics, scope,
           {Code::data_loss,
            fmt::format("The first message of run {} (RunStart) did not arrive, so the rest of it cannot be read", scope.run()),
            Retry::never,
            Effect::none,
            "RUN_NOT_BEGUN",
            "Look for it among the dead letters (q2o.mapper.dlq.v1, its headers say why), then start the migration again.",
            {}});
  return run;
}

RawTransaction::Open& RawTransaction::open(const common::v1::Scope& scope) {
  const auto known = open_.find({scope.migration_id(), scope.run()});
  if (known != open_.end()) return known->second;
  auto run = PgRunStore::find(tx_, scope.migration_id(), scope.run());
  if (!run) run = fail_headless(scope);
  auto mapping = tools_.mappings.find(tx_, run->tenant, run->mapping_version);
  if (!mapping && run->state == "mapping") {
    fail_run(tx_, tools_.topics, scope, mapping_unknown(*run));
    run->state = "failed";
  }
  auto& lookups = tools_.lookups.take(*run);
  lookups.attach(&tx_);
  Repairs repairs(repair_store::read(tx_, run->tenant, run->migration, run->repairs_to));
  return open_.try_emplace({scope.migration_id(), scope.run()}, Open{std::move(*run), std::move(mapping), lookups, std::move(repairs), {}})
      .first->second;
}

void RawTransaction::send(RunState& run, const v1::MappedMessage& message) {
  outgoing_.push_back(outgoing(message, tools_.topics.mapped));
  senders_.push_back(&run);
  outgoing_bytes_ += outgoing_.back().value.size();
  if (outgoing_bytes_ >= kPublishBytes) publish();
}

void RawTransaction::publish() {
  if (outgoing_.empty()) return;
  const auto sent = tools_.producer.publish(outgoing_, kPublishDeadline);
  if (!sent)
    throw std::runtime_error(
        fmt::format("mapped messages from {} on were not acknowledged: {}", outgoing_.front().sequence, sent.error().message));
  for (std::size_t i = 0; i < sent->size(); ++i) remember_place(*senders_[i], (*sent)[i]);
  tools_.messages.add(static_cast<double>(outgoing_.size()));
  outgoing_.clear();
  senders_.clear();
  outgoing_bytes_ = 0;
}

/// Progress is a running total: of several in a row the last one says it all.
void RawTransaction::add_fact(Open& open, const v1::StatusFact& fact, std::string id) {
  const auto entity_of = [](const v1::StatusFact& of) { return of.has_entity_progress() ? of.entity_progress().entity() : std::string(); };
  const auto entity = entity_of(fact);
  if (!entity.empty() && !open.facts.empty() && entity_of(open.facts.back().fact) == entity) open.facts.pop_back();
  open.facts.push_back({fact, std::move(id)});
}

void RawTransaction::work(const connector::v1::RawMessage& message, bus::Position place) {
  if (message.has_run_replay()) {
    begin_replay(tx_, message);
    return;
  }
  if (message.has_run_start()) {
    start(message);
    return;
  }
  Open& at = open(message.scope());
  RunState& run = at.run;
  if (run.state != "mapping") return;
  PgRunStore store(tx_, run, at.lookups, place);
  int facts = 0;
  const auto fact_id = [&] {
    return ids::uuid_v5({run.migration, std::to_string(run.run), "mapper", "fact", std::to_string(run.revision), std::to_string(facts++)});
  };
  Output output(
      run, *at.mapping, [&](const v1::MappedMessage& out) { send(run, out); },
      [&](const v1::StatusFact& fact) { add_fact(at, fact, fact_id()); });
  if (tools_.marks != nullptr) tools_.marks->work_on(run);
  RunMapper(run, *at.mapping, at.lookups, store, output, at.repairs, tools_.marks).handle(message);
  at.lookups.forget_ledger();
  ++run.revision;
  tools_.records.add(static_cast<double>(message.batch().records_size()));
}

void RawTransaction::finish() {
  publish();
  for (auto& [key, open] : open_) {
    open.lookups.flush();
    for (const auto& [fact, id] : open.facts) store_fact(tx_, tools_.topics, fact, id);
    PgRunStore(tx_, open.run, open.lookups, {}).save(open.run);
    open.lookups.attach(nullptr);
    LookupCache::keep(open.lookups, open.run);
  }
  open_.clear();
}

}  // namespace q2o::mapper
