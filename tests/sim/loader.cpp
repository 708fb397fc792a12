#include "tests/sim/loader.h"

#include <fmt/format.h>

#include "common/metrics/metrics.h"
#include "q2o/mapper/v1/mapped.pb.h"
#include "tests/sim/source.h"

namespace q2o::sim {
namespace {

constexpr const char* kTarget = "target";

metrics::Registry& metrics_of_all() {
  static metrics::Registry all;
  return all;
}

Error trouble(Effect effect) {
  return Error{Code::unavailable, "the line is bad", Retry::after_backoff, effect, "CUT", "", {}};
}

void begin_run(LoaderDb& db, const mapper::v1::MappedMessage& message) {
  auto& run = db.run;
  run.info.key = {message.scope().migration_id(), message.scope().run()};
  run.info.tenant_id = message.scope().tenant_id();
  run.info.connection = message.scope().connection();
  run.info.target_id = kTarget;
  // The fake target has no currencies and countries; its lock dates and default taxes are enough to be changed and put back.
  run.info.settings_json = R"({"no_default_taxes":true})";
  run.info.home_currency = message.run_plan().home_currency();
  run.state = "working";
  for (const auto& wave : message.run_plan().waves())
    run.stream.waves.push_back({wave.number(), wave.name(), {wave.entities().begin(), wave.entities().end()}, false});
}

void store_items(LoaderDb& db, const mapper::v1::MappedBatch& batch) {
  for (const auto& record : batch.records()) {
    for (const auto& target : record.targets().records()) {
      loader::Item item;
      item.number = static_cast<std::int64_t>(db.run.items.size()) + 1;
      item.entity = batch.entity();
      item.source_id = record.source_id();
      item.external_id = target.external_id();
      item.model = target.model();
      item.operation = target.operation();
      item.values_json = target.values_json();
      item.content_hash = target.content_hash();
      item.references.assign(target.references().begin(), target.references().end());
      item.wave = target.wave();
      item.post = target.post();
      db.run.items.push_back(std::move(item));
    }
  }
}

}  // namespace

void take_migration(LoaderDb& db, const Message& message) {
  billing::v1::Migration migration;
  migration.ParseFromString(message.value);
  if (migration.version() > db.migration.version()) db.migration = migration;
}

void take_mapped(LoaderDb& db, const Message& message) {
  if (!db.inbox.insert(message.id).second) return;
  mapper::v1::MappedMessage mapped;
  if (!mapped.ParseFromString(message.value)) throw std::logic_error("the mapped topic holds no MappedMessage");
  if (mapped.has_run_plan()) begin_run(db, mapped);
  if (mapped.has_batch()) store_items(db, mapped.batch());
  if (mapped.has_entity_end()) db.run.stream.ended_entities.insert(mapped.entity_end().entity());
  if (mapped.has_run_end()) db.run.stream.ended = true;
  loader::v1::StatusFact fact;
  *fact.mutable_scope() = mapped.scope();
  fact.mutable_released()->set_sequence(mapped.sequence());
  fact.mutable_released()->set_raw_sequence(mapped.raw_sequence());
  db.run.facts.push_back(fact);
}

const Message* fact_of(LoaderDb& db, std::size_t number) {
  while (db.outbox.size() < db.run.facts.size()) {
    const auto at = db.outbox.size();
    db.outbox.push_back({"loader/" + std::to_string(at), db.run.facts[at].SerializeAsString()});
  }
  return number < db.outbox.size() ? &db.outbox[number] : nullptr;
}

Result<std::string> Line::version(std::chrono::milliseconds deadline) {
  world_.step();
  return books_.version(deadline);
}

Result<std::int64_t> Line::user_id(std::chrono::milliseconds deadline) {
  world_.step();
  return books_.user_id(deadline);
}

Result<loader::CallResult> Line::call(std::string_view model, std::string_view method, std::string_view args, std::string_view kwargs,
                                      std::chrono::milliseconds deadline) {
  world_.step();
  if (world_.chance(world_.weather().trouble)) return fail(trouble(Effect::none));
  auto answer = books_.call(model, method, args, kwargs, deadline);
  world_.step();
  if (world_.chance(world_.weather().trouble)) return fail(trouble(Effect::unknown));
  return answer;
}

/// The store in memory behind a lease with a fence, a border between steps before and after every transaction.
class LoaderWorker::Store final : public loader::RunStore {
 public:
  Store(World& world, LoaderDb& db) : world_(world), db_(db) {}

  std::vector<loader::RunInfo> runnable() override {
    world_.step();
    if (db_.migration.run() < db_.run.info.key.run) return {};  // the mapped stream is ahead of the migration topic
    db_.run.now = now();
    return db_.run.runnable();
  }
  std::optional<loader::Hold> hold(const std::string& target) override {
    world_.step();
    // Somebody else's lease ends when its time is over, whether the holder is dead or only slow.
    if (db_.holder != nullptr && !world_.chance(world_.weather().zombie)) return std::nullopt;
    db_.holder = this;
    return loader::Hold{target, ++db_.fence};
  }
  bool keep(const loader::Hold& hold) override {
    world_.step();
    return hold.fence == db_.fence;
  }
  std::chrono::milliseconds keep_every() const override { return std::chrono::hours(1); }  // time is the world's, nobody renews beside it
  void release(const loader::Hold& hold) override {
    world_.step();
    if (hold.fence == db_.fence) db_.holder = nullptr;
  }
  loader::Directive directive(const loader::RunKey&) override {
    world_.step();
    return now();
  }
  loader::Arrived arrived(const loader::RunKey& key) override {
    world_.step();
    return db_.run.arrived(key);
  }
  std::vector<loader::Item> waiting_items(const loader::RunInfo& run, std::uint32_t wave, const loader::Place& after,
                                          std::size_t most) override {
    world_.step();
    return db_.run.waiting_items(run, wave, after, most);
  }
  std::vector<loader::SourceState> sources(const loader::RunKey& key, std::int64_t after) override { return db_.run.sources(key, after); }
  loader::Totals totals(const loader::RunKey& key) override { return db_.run.totals(key); }
  void store(const loader::RunInfo& run, const loader::Hold& hold, std::span<const loader::Fate> fates) override {
    fenced(hold, [&] { db_.run.store(run, hold, fates); });
  }
  void forget(const loader::RunInfo& run, const loader::Hold& hold, const std::vector<std::string>& external_ids) override {
    fenced(hold, [&] { db_.run.forget(run, hold, external_ids); });
  }
  void complete_wave(const loader::RunInfo& run, const loader::Hold& hold, const loader::Wave& wave) override {
    fenced(hold, [&] { db_.run.complete_wave(run, hold, wave); });
  }
  std::size_t reject_parked(const loader::RunInfo& run, const loader::Hold& hold) override {
    std::size_t rejected = 0;
    fenced(hold, [&] { rejected = db_.run.reject_parked(run, hold); });
    return rejected;
  }
  void end(const loader::RunInfo& run, const loader::Hold& hold, const std::string& state, const loader::v1::StatusFact& fact) override {
    fenced(hold, [&] { db_.run.end(run, hold, state, fact); });
  }
  void publish(const loader::RunInfo& run, const loader::Hold& hold, const loader::v1::StatusFact& fact) override {
    fenced(hold, [&] { db_.run.publish(run, hold, fact); });
  }
  void remember_findings(const loader::RunInfo& run, const loader::Hold& hold, const std::vector<loader::Finding>& findings) override {
    fenced(hold, [&] { db_.run.remember_findings(run, hold, findings); });
  }
  void target_state(const loader::RunInfo& run, const std::string& state, const std::string& version) override {
    db_.run.target_state(run, state, version);
  }
  void remember_setting(const loader::RunInfo& run, const loader::Hold& hold, const loader::Setting& setting) override {
    fenced(hold, [&] { db_.run.remember_setting(run, hold, setting); });
  }
  void remember_values(const loader::RunInfo& run, const loader::Hold& hold, std::span<const loader::ChangedValue> values) override {
    fenced(hold, [&] { db_.run.remember_values(run, hold, values); });
  }
  void remember_time(const loader::RunInfo& run, const loader::Hold& hold, const std::string& target_time) override {
    fenced(hold, [&] { db_.run.remember_time(run, hold, target_time); });
  }
  void mark_restored(const loader::RunInfo& run, const loader::Hold& hold, const std::string& name, bool restored,
                     const std::string& note) override {
    fenced(hold, [&] { db_.run.mark_restored(run, hold, name, restored, note); });
  }
  std::vector<loader::Setting> to_restore(const loader::RunInfo& run) override {
    world_.step();
    return db_.run.to_restore(run);
  }
  std::vector<loader::Setting> temporary(const loader::RunInfo& run) override { return db_.run.temporary(run); }

 private:
  template <class Work>
  void fenced(const loader::Hold& hold, Work work) {
    world_.step();
    if (hold.fence != db_.fence) {
      ++db_.zombies;
      throw loader::LeaseLost();
    }
    work();
    world_.step();
  }
  loader::Directive now() const {
    const auto& migration = db_.migration;
    const bool on = migration.run() == db_.run.info.key.run &&
                    (migration.state() == billing::v1::STATE_RUNNING || migration.state() == billing::v1::STATE_VALIDATING);
    if (!on) return loader::Directive::stop;
    return migration.directive() == billing::v1::DIRECTIVE_GO ? loader::Directive::go : loader::Directive::pause;
  }
  World& world_;
  LoaderDb& db_;
};

LoaderWorker::LoaderWorker(World& world, LoaderDb& db, loader::testing::FakeBooks& books)
    : world_(world), line_(std::make_shared<Line>(world, books)), store_(std::make_unique<Store>(world, db)) {
  auto& options = options_;
  options.launch = std::launch::deferred;
  options.progress_every = std::chrono::milliseconds(0);
  options.pace.batch_start = 7;  // several batches a wave
  options.pace.batch_max = 20;
  options.sender.wait = [this](std::chrono::milliseconds, const std::stop_token&) { world_.step(); };
  options.await_arrivals = [this](std::chrono::milliseconds, const std::stop_token&) { world_.step(); };
  born();
}

void LoaderWorker::born() {
  worker_ = std::make_unique<loader::Worker>(
      *store_, no_undo_, [this](const loader::RunInfo&) -> Result<std::shared_ptr<loader::Books>> { return line_; }, options_,
      metrics_of_all());
}

LoaderWorker::~LoaderWorker() = default;

void LoaderWorker::turn() {
  worker_->run_one({});
}

}  // namespace q2o::sim
