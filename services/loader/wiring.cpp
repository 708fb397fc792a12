#include "services/loader/wiring.h"

#include "common/audit/notes.h"
#include "common/bus/bus.h"
#include "common/bus/running.h"
#include "common/bus/topic.h"
#include "common/content/service.h"
#include "common/http/guard.h"
#include "common/http/http.h"
#include "common/migrations/migrations.h"
#include "common/pg/embedded.h"
#include "common/pg/readiness.h"
#include "common/rpc/rpc.h"
#include "common/sealing/services.h"
#include "embedded/loader_schema.h"
#include "services/loader/adapters/earlier_target_files.h"
#include "services/loader/adapters/grpc_source_files.h"
#include "services/loader/adapters/inbox.h"
#include "services/loader/adapters/odoo_books.h"
#include "services/loader/adapters/pg_run_store.h"
#include "services/loader/adapters/pg_undo_store.h"
#include "services/loader/adapters/rpc_service.h"
#include "services/loader/app/worker.h"

namespace q2o::loader {

std::vector<pg::Migration> schema() {
  return pg::schema_of(embedded::loader_schema::kFiles, {migrations::schema()});
}

namespace {

struct Settings {
  pg::Options database;
  bus::Options bus;
  sealing::Options sealing;
  std::string listen, key_file, connector, config_dir;
  std::size_t workers, connections, batch_start, batch_max;
  http::GuardRules targets{};
};

/// Whatever a target answers: more is no answer of an Odoo.
constexpr std::size_t kAnswerBytesMax = 32u << 20;

Settings read(config::Reader& config) {
  Settings out{pg::read_options(config),
               bus::read_options(config, "loader"),
               sealing::read_options(config),
               config.text("grpc.listen"),
               config.text("crypto.key_file"),
               config.text("peers.connector", "127.0.0.1:15102"),
               config.text("config.dir", ""),
               0,
               0,
               0,
               0};
  // Every service gets the same file: keys of the others are read so that they are no complaint.
  for (const auto* peer : {"billing", "mapper", "loader", "validator", "notifier"}) config.text(std::string("peers.") + peer, "");
  out.workers = static_cast<std::size_t>(config.integer("loader.workers", 4, 1, 64));
  out.connections = static_cast<std::size_t>(config.integer("loader.connections_per_target", 2, 1, 8));
  out.batch_start = static_cast<std::size_t>(config.integer("loader.batch_start", 50, 1, 500));
  out.batch_max = static_cast<std::size_t>(config.integer("loader.batch_max", 200, 1, 1000));
  out.targets = http::read_guard_rules(config);
  return out;
}

RunDriver::Options driver_options(const Settings& settings) {
  RunDriver::Options out;
  out.pace.batch_start = settings.batch_start;
  out.pace.batch_max = settings.batch_max;
  out.pace.connections_max = settings.connections;
  // Each worker thread has its own listening connection: a stored message wakes it at once.
  out.await_arrivals = [database = settings.database](std::chrono::milliseconds at_most, const std::stop_token& stop) {
    thread_local pg::Listener listener(database, std::string(kWorkChannel));
    listener.wait(at_most, stop);
  };
  return out;
}

}  // namespace

void wire(config::Reader& config, runtime::Runtime& runtime) {
  Settings settings = read(config);
  if (!config.complaints().empty()) return;  // the runtime prints them all
  auto sealer = crypto::Sealer::from_file(settings.key_file);
  if (!sealer) throw std::runtime_error(sealer.error().message);

  pg::before_commit(audit::note);
  settings.database.seal = settings.bus.seal = sealing::start(runtime, settings.sealing, settings.bus);
  auto& pool = runtime.own(std::make_unique<pg::Pool>(settings.database));
  pg::migrate(pool, schema());
  http::Options guarded;
  guarded.body_bytes_max = kAnswerBytesMax;
  const auto guard = std::make_shared<const http::Guard>(settings.targets);
  guarded.guard = guard;
  auto& http = runtime.own(std::make_unique<http::Client>(guarded));
  auto& seal = runtime.own(std::make_unique<crypto::Sealer>(std::move(*sealer)));
  auto& targets = runtime.own(std::make_unique<Targets>(pool, seal, *guard));
  const OpenBooks open = [&http](const TargetAccess& access) { return std::make_shared<OdooBooks>(http, access); };
  const auto open_target = [&targets, open](const RunInfo& run) -> Result<std::shared_ptr<Books>> {
    const auto access = targets.access(run.tenant_id, run.target_id);
    if (!access) return fail(access.error());
    return open(*access);
  };

  auto& store = runtime.own(std::make_unique<PgRunStore>(pool, runtime.instance(), std::chrono::seconds(10)));
  auto& undo = runtime.own(std::make_unique<PgUndoStore>(pool));
  auto& source_files = runtime.own(std::make_unique<GrpcSourceFiles>(settings.connector));
  auto& files = runtime.own(std::make_unique<EarlierTargetFiles>(source_files, pool, targets, open));
  auto options = driver_options(settings);
  options.files = &files;
  auto& worker = runtime.own(std::make_unique<Worker>(store, undo, open_target, options, runtime.metrics()));
  auto& inbox = runtime.own(std::make_unique<Inbox>(pool));
  auto& producer = runtime.own(std::make_unique<bus::Producer>(settings.bus));
  auto& relay = runtime.own(std::make_unique<bus::OutboxRelay>(pool, producer));
  auto& consumer =
      runtime.own(std::make_unique<bus::Consumer>(settings.bus, "loader", std::vector<std::string>{topic::kMigration, topic::kMapped},
                                                  [&inbox](std::span<const bus::Incoming> messages) { inbox.handle(messages); }));
  auto& checks = runtime.own(std::make_unique<TargetChecks>(*guard, open));
  auto& target_service = runtime.own(std::make_unique<TargetService>(checks, targets));
  auto& service = runtime.own(std::make_unique<RpcService>(pool, targets, open, store, checks));
  auto& content = content::start(runtime, pool, settings.sealing, settings.config_dir);
  runtime.own(
      std::make_unique<rpc::Server>(settings.listen, std::vector<grpc::Service*>{&service, &target_service, &content}, runtime.metrics()));

  pg::ready_with_database(runtime, settings.database);
  bus::run(runtime, relay);
  bus::run(runtime, "consumer", consumer);
  for (std::size_t i = 0; i < settings.workers; ++i) runtime.loop("worker", [&worker](std::stop_token stop) { worker.run(stop); });
}

}  // namespace q2o::loader
