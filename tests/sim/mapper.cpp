#include "tests/sim/mapper.h"

#include <fmt/format.h>

#include "services/mapper/tests/book.h"
#include "tests/sim/source.h"

namespace q2o::sim {
namespace {

using mapper::RawRecord;

const mapper::Mapping& shipped() {
  static const auto checked = mapper::Mapping::compile(mapper::testing::shipped_mapping());
  if (!checked.mapping) throw std::logic_error("the shipped mapping does not compile");
  return *checked.mapping;
}

}  // namespace

/// As PgLookups: a kind is read whole at its first use; changes go to the database with the transaction.
class Mapper::Lookups : public mapper::MemoryLookups {
 public:
  explicit Lookups(std::uint64_t revision_now) : revision(revision_now) {
    for (auto& transaction : company_ledger()) add_ledger(std::move(transaction));
  }
  std::uint64_t revision;
  MapperDb* db = nullptr;
  std::vector<std::array<std::string, 3>> changes;

 protected:
  void load(std::string_view kind, Entries& entries) const override {
    for (const auto& [key, value] : db->lookups[std::string(kind)]) entries.insert_or_assign(key, mapper::Remembered(value));
  }
  void changed(std::string_view kind, std::string_view key, std::string_view json) override {
    changes.push_back({std::string(kind), std::string(key), std::string(json)});
  }
};

class Mapper::Store : public mapper::RunStore {
 public:
  Store(World& world, MapperDb& db) : world_(world), db_(db) {}
  void save(const mapper::RunState& run) override { db_.run = run; }
  std::vector<RawRecord> first_time(const std::string& entity, std::vector<RawRecord> records) override {
    world_.step();
    std::erase_if(records, [&](const RawRecord& record) { return !db_.seen[entity].insert(record.id).second; });
    return records;
  }
  std::set<std::string> crashed(const std::string&) override { return {}; }
  void defer(const std::string& entity, std::span<const RawRecord> records) override {
    auto& all = db_.deferred[entity];
    all.insert(all.end(), records.begin(), records.end());
  }
  std::vector<RawRecord> take_deferred(const std::string& entity) override {
    world_.step();
    return std::exchange(db_.deferred[entity], {});
  }
  mapper::Counts record(const std::string& entity, std::span<const mapper::Mapped> mapped) override {
    world_.step();
    auto& counts = db_.counts[entity];
    for (const auto& one : mapped)
      ++(one.outcome.reject              ? counts.rejected
         : !one.outcome.excluded.empty() ? counts.excluded
         : one.outcome.targets.empty()   ? counts.merged
                                         : counts.mapped);
    return counts;
  }
  void note_repairs(const std::string&, std::span<const mapper::RepairNote>) override {}
  mapper::Counts counts(const std::string& entity) override { return db_.counts[entity]; }
  void source_ended(const std::string& entity, bool complete) override {
    db_.source_ended.try_emplace(entity, false);
    if (complete) db_.complete.insert(entity);
  }
  bool complete(const std::string& entity) override { return db_.complete.contains(entity); }
  void ended(const std::string& entity) override { db_.source_ended[entity] = true; }
  std::vector<mapper::EndedEntity> source_ended_entities() override {
    std::vector<mapper::EndedEntity> out;
    for (const auto& [entity, ended] : db_.source_ended)
      if (entity != mapper::kLedgerTransaction) out.push_back({entity, ended});
    return out;
  }
  Status add_ledger(std::span<const accounting::LedgerTransaction>) override { return {}; }
  void claim(std::span<const std::string> ids) override {
    for (const auto& id : ids) db_.unclaimed.erase(id);
  }
  std::vector<std::string> take_unclaimed(std::size_t) override {
    const auto taken = std::exchange(db_.unclaimed, {});
    return {taken.begin(), taken.end()};
  }
  void prefetch_ledger(std::span<const RawRecord>) override {}

 private:
  World& world_;
  MapperDb& db_;
};

Mapper::Mapper(World& world, Topic& mapped) : world_(world), mapped_(mapped) {
  for (const auto& transaction : company_ledger()) db_.unclaimed.insert(transaction.id);
}

void Mapper::handle(const Message& message) {
  MapperDb db = db_;
  if (!db.inbox.insert(message.id).second) return;
  connector::v1::RawMessage raw;
  if (!raw.ParseFromString(message.value)) throw std::logic_error("the raw topic holds no RawMessage");
  try {
    work(db, raw);
    world_.step();
  } catch (...) {
    lookups_.reset();  // they may hold what was rolled back
    throw;
  }
  db_ = std::move(db);
}

void Mapper::work(MapperDb& db, const connector::v1::RawMessage& message) {
  if (message.has_run_start()) {
    auto& run = db.run.emplace();
    run.tenant = message.scope().tenant_id();
    run.migration = message.scope().migration_id();
    run.run = message.scope().run();
    run.connection = message.scope().connection();
    run.home_currency = message.run_start().home_currency();
    run.entities.assign(message.run_start().entities().begin(), message.run_start().entities().end());
    run.state = "mapping";
    return;
  }
  auto run = db.run.value();
  if (!lookups_ || lookups_->revision != run.revision) lookups_ = std::make_shared<Lookups>(run.revision);
  lookups_->db = &db;
  Store store(world_, db);
  int facts = 0;
  mapper::Output output(
      run, shipped(),
      [&](const mapper::v1::MappedMessage& out) {
        world_.step();
        mapped_.push_back({"mapped/" + std::to_string(out.sequence()), out.SerializeAsString()});
        world_.step();
      },
      [&](const mapper::v1::StatusFact& fact) {
        db.outbox.push_back({fmt::format("mapper/{}/{}", run.revision, facts++), fact.SerializeAsString()});
      });
  const mapper::Repairs nothing_repaired;
  mapper::RunMapper(run, shipped(), *lookups_, store, output, nothing_repaired).handle(message);
  for (auto& [kind, key, value] : std::exchange(lookups_->changes, {})) db.lookups[kind][key] = value;
  ++run.revision;
  store.save(run);
  lookups_->revision = run.revision;
}

}  // namespace q2o::sim
