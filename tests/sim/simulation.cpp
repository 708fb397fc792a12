#include "tests/sim/simulation.h"

#include <fmt/format.h>

#include "common/ids/ids.h"
#include "tests/sim/billing.h"
#include "tests/sim/loader.h"
#include "tests/sim/mapper.h"
#include "tests/sim/source.h"

namespace q2o::sim {
namespace {

/// A consumer whose crash costs its service what it had in memory.
class MapperConsumer final : public Process {
 public:
  MapperConsumer(World& world, const Topic& raw, Mapper& mapper)
      : consumer_(world, raw, [&mapper](const Message& message) { mapper.handle(message); }), mapper_(mapper) {}
  void turn() override { consumer_.turn(); }
  void born() override { mapper_.forget(); }

 private:
  Consumer consumer_;
  Mapper& mapper_;
};

/// All services on one broker.
struct Everything {
  Everything(std::uint64_t seed, const Weather& weather) : world(seed, weather) {
    loader.run.state = "";  // until the plan has come
    books.modules = {"account",         "analytic",       "hr",    "hr_timesheet", "project", "purchase", "purchase_stock",
                     "sale_management", "sale_timesheet", "stock", "stock_account"};
    for (Process* process :
         std::initializer_list<Process*>{&source, &mapper_consumer, &source_migrations, &source_window, &loader_migrations, &loader_mapped,
                                         &worker, &other_worker, &billing_connector, &billing_mapper, &billing_loader, &billing_report,
                                         &prover, &migrations_out, &connector_out, &mapper_out, &loader_out, &advance, &person})
      world.add(*process);
  }

  bool over() const { return billing.migration().state() == billing::v1::STATE_COMPLETED; }

  static billing::v1::Migration migration_of(const Message& message) {
    billing::v1::Migration migration;
    migration.ParseFromString(message.value);
    return migration;
  }
  void tell_source(const Message& message) {
    loader::v1::StatusFact fact;
    fact.ParseFromString(message.value);
    source.released(fact.released().raw_sequence());
  }
  void prove(const Message& message) {
    const auto migration = migration_of(message);
    if (migration.state() != billing::v1::STATE_VALIDATING || migration.directive() != billing::v1::DIRECTIVE_GO) return;
    validator::v1::ValidationCompleted fact;
    fact.mutable_scope()->set_tenant_id(kTenant);
    fact.mutable_scope()->set_migration_id(migration.migration_id());
    fact.mutable_scope()->set_run(migration.run());
    fact.set_verdict("MATCHED");
    reports.push_back({fmt::format("report/{}", migration.version()), fact.SerializeAsString()});
  }

  World world;
  Topic raw, mapped, migrations, connector_facts, mapper_facts, loader_facts, reports;
  loader::testing::FakeBooks books;
  LoaderDb loader;
  Billing billing;
  Source source{world, raw};
  Mapper mapper{world, mapped};

  MapperConsumer mapper_consumer{world, raw, mapper};
  Consumer source_migrations{world, migrations, [this](const Message& message) { source.told(migration_of(message)); }};
  Consumer source_window{world, loader_facts, [this](const Message& message) { tell_source(message); }};
  Consumer loader_migrations{world, migrations, [this](const Message& message) { take_migration(loader, message); }};
  Consumer loader_mapped{world, mapped, [this](const Message& message) { take_mapped(loader, message); }};
  LoaderWorker worker{world, loader, books}, other_worker{world, loader, books};
  Consumer billing_connector{world, connector_facts, [this](const Message& message) { billing.take_connector(message); }};
  Consumer billing_mapper{world, mapper_facts, [this](const Message& message) { billing.take_mapper(message); }};
  Consumer billing_loader{world, loader_facts, [this](const Message& message) { billing.take_loader(message); }};
  Consumer billing_report{world, reports, [this](const Message& message) { billing.take_report(message); }};
  Consumer prover{world, migrations, [this](const Message& message) { prove(message); }};
  Relay migrations_out{world, migrations, [this](std::size_t number) { return billing.published(number); }};
  Relay connector_out{world, connector_facts, [this](std::size_t number) { return source.fact(number); }};
  Relay mapper_out{world, mapper_facts, [this](std::size_t number) { return mapper.fact(number); }};
  Relay loader_out{world, loader_facts, [this](std::size_t number) { return fact_of(loader, number); }};
  Advance advance{billing};
  Person person{world, billing};
};

std::string illegal_step(const Everything& all) {
  for (const auto& event : all.billing.events()) {
    if (event.from() == event.to()) continue;
    const bool known = std::ranges::any_of(billing::kTransitions, [&](const auto& transition) {
      return static_cast<int>(transition.from) == static_cast<int>(event.from()) &&
             static_cast<int>(transition.to) == static_cast<int>(event.to());
    });
    if (!known) return fmt::format("the lifecycle went from {} to {}", static_cast<int>(event.from()), static_cast<int>(event.to()));
  }
  return {};
}

std::string complaint_of(Everything& all) {
  for (const auto& event : all.billing.events())
    if (event.reason().find("vanished") != std::string::npos) return "billing: " + event.reason();
  if (auto wrong = illegal_step(all); !wrong.empty()) return wrong;
  const auto law = billing::conservation(all.billing.counts());
  if (law.verdict != billing::Conservation::holds) return "conservation: " + (law.notes.empty() ? "?" : law.notes.front());
  const auto& sums = all.loader.run.sums;
  const auto settled = sums.created + sums.changed + sums.unchanged + sums.rejected;
  if (settled != all.loader.run.items.size())
    return fmt::format("{} target records, but {} were settled", all.loader.run.items.size(), settled);
  if (all.source.ahead_most() > Source::kWindow) return fmt::format("{} batches ahead of the loader", all.source.ahead_most());
  if (all.books.has_action()) return "the loader's action is still in the target";
  if (!all.loader.run.to_restore(all.loader.run.info).empty()) return "a setting of the target was not put back";
  return {};
}

}  // namespace

Ending simulate(std::uint64_t seed, const Weather& weather) {
  Everything all(seed, weather);
  Ending ending;
  try {
    all.world.run_until([&] { return all.over(); });
    // Whoever was in the middle of something finishes it.
    all.world.calm();
    all.world.run_until([left = 500]() mutable { return left-- == 0; });
    ending.complaint = complaint_of(all);
  } catch (const Stuck& stuck) {
    const auto& last = all.billing.events().back();
    ending.complaint = fmt::format("{}: state {}, last event {} ({}); loader {}, {} of {} items settled", stuck.what(),
                                   static_cast<int>(all.billing.migration().state()), last.kind(), last.reason(), all.loader.run.state,
                                   all.loader.run.fates.size(), all.loader.run.items.size());
  }
  for (const auto& name : all.books.names()) ending.books[name] = all.books.values_of(name);
  ending.company = all.books.company;
  ending.items = all.loader.run.items.size();
  ending.crashes = all.world.crashes();
  ending.zombies = all.loader.zombies;
  ending.ahead_most = all.source.ahead_most();
  ending.steps = all.world.steps();
  return ending;
}

}  // namespace q2o::sim
