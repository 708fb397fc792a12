#include "services/notifier/wiring.h"

#include "common/bus/bus.h"
#include "common/bus/running.h"
#include "common/content/service.h"
#include "common/pg/embedded.h"
#include "common/pg/pg.h"
#include "common/pg/readiness.h"
#include "common/rpc/rpc.h"
#include "common/sealing/services.h"
#include "embedded/notifier_schema.h"
#include "services/notifier/adapters/progress_rpc.h"
#include "services/notifier/adapters/status_consumer.h"

namespace q2o::notifier {

/// The RPC server has 64 threads and every watcher holds one: the rest answers GetProgress.
constexpr int kWatchersMost = 48;

void wire(config::Reader& config, runtime::Runtime& runtime) {
  auto kafka = bus::read_options(config, "notifier");
  const auto sealing = sealing::read_options(config);
  auto database = pg::read_options(config);
  const auto listen = config.text("grpc.listen");
  const auto watchers = static_cast<int>(config.integer("watchers.most", kWatchersMost, 1, kWatchersMost));
  if (!config.complaints().empty()) return;  // runtime::run prints them all and leaves
  database.seal = kafka.seal = sealing::start(runtime, sealing, kafka);

  auto& pool = runtime.own(std::make_unique<pg::Pool>(database));
  pg::migrate(pool, pg::schema_of(embedded::notifier_schema::kFiles));

  auto& producer = runtime.own(std::make_unique<bus::Producer>(kafka));
  auto& relay = runtime.own(std::make_unique<bus::OutboxRelay>(pool, producer));
  bus::run(runtime, relay);

  auto& consumer = runtime.own(std::make_unique<bus::Consumer>(
      kafka, "q2o.notifier.progress", status_topics(), [&pool](std::span<const bus::Incoming> messages) { consume(pool, messages); }));
  bus::run(runtime, "facts", consumer);
  pg::ready_with_database(runtime, database);

  auto& service = runtime.own(std::make_unique<ProgressRpc>(pool, runtime.stop_token(), ProgressRpc::Options{.watchers_most = watchers}));
  auto& content = content::start(runtime, pool, sealing, config.text("config.dir", ""));
  runtime.own(std::make_unique<rpc::Server>(listen, std::vector<grpc::Service*>{&service, &content}, runtime.metrics()));
}

}  // namespace q2o::notifier
