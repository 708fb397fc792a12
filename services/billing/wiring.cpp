#include "services/billing/wiring.h"

#include "common/audit/notes.h"
#include "common/bus/bus.h"
#include "common/bus/running.h"
#include "common/bus/topic.h"
#include "common/content/service.h"
#include "common/log/log.h"
#include "common/pg/readiness.h"
#include "common/rpc/rpc.h"
#include "common/sealing/services.h"
#include "services/billing/adapters/clock.h"
#include "services/billing/adapters/facts.h"
#include "services/billing/adapters/grpc_peers.h"
#include "services/billing/adapters/pg_migrations.h"
#include "services/billing/adapters/purge_service.h"
#include "services/billing/adapters/service.h"
#include "services/billing/payments/adapters/module.h"

namespace q2o::billing {
namespace {

constexpr std::chrono::milliseconds kAdvanceEvery{2'000};

/// All migrations in these states, a page at a time.
void each_in(pg::Pool& pool, const std::vector<State>& states, const std::function<void(const v1::Migration&)>& work) {
  for (std::string after;;) {
    const auto page = pool.transact([&](pg::Tx& tx) { return PgMigrations(tx).in_states(states, after, rpc::kPageMax); });
    for (const auto& migration : page) work(migration);
    if (page.size() < rpc::kPageMax) return;
    after = page.back().migration_id();
  }
}

/// Steps that nobody asks for: looked at when something changed, and every few seconds because a neighbour may have been away.
void advance_all(pg::Pool& pool, Commands& commands, ProcessManager& manager) {
  each_in(pool, {State::paid, State::connecting, State::ready}, [&](const v1::Migration& migration) {
    const bool idle = static_cast<State>(migration.state()) == State::ready && (!migration.automatic_start() || migration.run() != 0);
    if (idle) return;
    if (const auto done = commands.advance(migration.tenant_id(), migration.migration_id()); !done) {
      log::debug("migration waits", {{"migration", migration.migration_id()}, {"for", done.error().message}});
    }
  });
  each_in(pool, {State::running}, [&](const v1::Migration& migration) {
    pool.transact([&](pg::Tx& tx) {
      PgMigrations migrations(tx);
      manager.try_validate(migrations, migration.tenant_id(), migration.migration_id());
    });
  });
}

/// What became of those who began: conversions, step by step.
void show_states(pg::Pool& pool, metrics::Registry& metrics) {
  std::map<std::int64_t, std::int64_t> counts;
  pool.transact([&](pg::Tx& tx) {
    counts.clear();
    for (const auto row : tx.exec("SELECT state, count(*) AS n FROM migration WHERE NOT purging GROUP BY state"))
      counts[row.integer("state")] = row.integer("n");
  });
  for (const auto state : kStates)
    metrics.gauge("q2o_billing_migrations", "Migrations by state", {{"state", std::string(name(state))}})
        .set(static_cast<double>(counts[static_cast<std::int64_t>(state)]));
}

}  // namespace

void wire(config::Reader& config, runtime::Runtime& runtime) {
  const auto listen = config.text("grpc.listen", "127.0.0.1:15101");
  auto database = pg::read_options(config);
  auto kafka = bus::read_options(config, "billing");
  const auto sealing = sealing::read_options(config);
  const auto connector = config.text("peers.connector");
  const auto mapper = config.text("peers.mapper");
  const auto loader = config.text("peers.loader");
  auto payment_settings = payments::read_settings(config);
  const auto config_dir = config.text("config.dir", "config");
  const Purger::Options content{{{"connector", connector},
                                 {"loader", loader},
                                 {"mapper", mapper},
                                 {"notifier", config.text("peers.notifier", "")},
                                 {"validator", config.text("peers.validator", "")}},
                                sealing.identity,
                                sealing.token};
  if (!config.complaints().empty()) return;  // run() prints them
  pg::before_commit(audit::note);
  database.seal = kafka.seal = sealing::start(runtime, sealing, kafka);

  auto& pool = runtime.own(std::make_unique<pg::Pool>(database));
  pg::migrate(pool, schema());
  auto& producer = runtime.own(std::make_unique<bus::Producer>(kafka));
  auto& relay = runtime.own(std::make_unique<bus::OutboxRelay>(pool, producer));
  auto& peers = runtime.own(std::make_unique<GrpcPeers>(connector, mapper, loader));
  auto& manager = runtime.own(std::make_unique<ProcessManager>(now_rfc3339));
  auto& commands = runtime.own(std::make_unique<Commands>(
      [&pool](const std::function<void(Migrations&)>& work) {
        pool.transact([&](pg::Tx& tx) {
          PgMigrations migrations(tx);
          work(migrations);
        });
      },
      peers, now_rfc3339));
  auto& counters = runtime.own(std::make_unique<payments::GrpcCounters>(connector));
  auto& payments =
      runtime.own(std::make_unique<payments::Module>(pool, runtime.metrics(), std::move(payment_settings), counters, peers, now_rfc3339));
  commands.guard_years([&payments](const std::string& tenant, std::uint32_t years) { return payments.plans().allows(tenant, years); });
  auto& service = runtime.own(std::make_unique<Service>(commands));
  auto& consumer = runtime.own(std::make_unique<bus::Consumer>(
      kafka, "billing",
      std::vector<std::string>{topic::kConnectorStatus, topic::kMapperStatus, topic::kLoaderStatus, topic::kValidatorReport},
      [&pool, &manager](std::span<const bus::Incoming> messages) { take_facts(pool, manager, messages); }));
  auto& purger = runtime.own(std::make_unique<Purger>(pool, content));
  auto& purges = runtime.own(std::make_unique<PurgeService>(purger));
  pg::ready_with_database(runtime, database);
  runtime.loop("purges", [&purger](std::stop_token stop) { purger.resume(stop); });
  bus::run(runtime, relay);
  bus::run(runtime, "facts", consumer);
  runtime.loop("advance", [&pool, &commands, &manager, &metrics = runtime.metrics()](std::stop_token stop) {
    pg::Listener listener(pool.options(), std::string(kWorkChannel));
    while (!stop.stop_requested()) {
      advance_all(pool, commands, manager);
      show_states(pool, metrics);
      listener.wait(kAdvanceEvery, stop);
    }
  });
  content::start_sweeper(runtime, pool, config_dir);  // answers of commands that nobody repeats any more, webhooks that were worked on
  runtime.loop("payments", [&pool, &payments](std::stop_token stop) { payments::run_events(pool, payments.inbox(), stop); });
  auto services = payments.services();
  services.push_back(&service);
  services.push_back(&purges);
  runtime.own(std::make_unique<rpc::Server>(listen, services, runtime.metrics()));
}

}  // namespace q2o::billing
