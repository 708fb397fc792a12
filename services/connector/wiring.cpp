#include "services/connector/wiring.h"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>

#include "common/audit/notes.h"
#include "common/bus/running.h"
#include "common/bus/topic.h"
#include "common/content/service.h"
#include "common/http/guard.h"
#include "common/log/log.h"
#include "common/migrations/migrations.h"
#include "common/once/once.h"
#include "common/pg/embedded.h"
#include "common/pg/readiness.h"
#include "common/rpc/rpc.h"
#include "common/sealing/services.h"
#include "embedded/connector_schema.h"
#include "services/connector/adapters/facts.h"
#include "services/connector/adapters/grpc_service.h"
#include "services/connector/adapters/inbound.h"
#include "services/connector/adapters/kafka_raw_log.h"
#include "services/connector/adapters/oauth_service.h"
#include "services/connector/adapters/postgres_assessments.h"
#include "services/connector/adapters/postgres_attempts.h"
#include "services/connector/adapters/postgres_budget.h"
#include "services/connector/adapters/postgres_connections.h"
#include "services/connector/adapters/postgres_queue.h"
#include "services/connector/adapters/probes.h"
#include "services/connector/adapters/system.h"
#include "services/connector/app/token_keeper.h"

namespace q2o::connector {
namespace {

constexpr milliseconds kIdle{2000};
constexpr milliseconds kAfterTrouble{1000};
/// How often somebody looks for consents that are still to be ended.
constexpr milliseconds kLeaving{5000};

WorkerOptions read_worker_options(config::Reader& config) {
  WorkerOptions options;
  options.run.window_batches = static_cast<std::uint64_t>(config.integer("window.batches", 64, 8, 10000));
  options.run.pages_ahead = static_cast<int>(config.integer("source.pages_ahead", 4, 1, 16));
  options.run.reports_ahead = static_cast<int>(config.integer("source.reports_ahead", 8, 1, 16));
  options.run.entities_ahead = static_cast<int>(config.integer("source.entities_ahead", 3, 0, 16));
  options.call.throttle_wait = milliseconds(config.integer("source.throttle_wait_ms", 60000, 1, 3600000));
  options.call.throttle_total = milliseconds(config.integer("source.throttle_total_ms", 3600000, 1, 86400000));
  options.call.deadline = milliseconds(config.integer("source.deadline_ms", 130000, 100, 600000));
  options.call.attempts = static_cast<int>(config.integer("source.attempts", 6, 1, 100));
  options.fetch_threads = static_cast<int>(config.integer("source.fetch_threads", 10, 1, 32));
  options.lease_ttl = milliseconds(config.integer("worker.lease_ms", 10000, 500, 600000));
  return options;
}

void end_consents(SignIns& sign_ins, std::stop_token stop) {
  SystemClock clock;
  do {
    try {
      while (!stop.stop_requested() && sign_ins.end_one()) {
      }
    } catch (const std::exception& error) {
      log::error("a consent could not be ended, trying again", {{"error", error.what()}});
    }
  } while (clock.wait(kLeaving, stop));
}

template <class Worker>
void work(Worker& worker, const pg::Options& database, std::stop_token stop) {
  pg::Listener wake(database, kJobsChannel);
  SystemClock clock;
  while (!stop.stop_requested()) {
    try {
      if (!worker.run_one(stop)) wake.wait(kIdle, stop);
    } catch (const std::exception& error) {
      log::error("worker interrupted, trying again", {{"error", error.what()}});
      clock.wait(kAfterTrouble, stop);
    }
  }
}

/// Everything that this service asks stands on the internet; an address of a file comes from an answer of the source.
http::Options guarded(http::GuardRules rules) {
  rules.allow_query = true;
  http::Options options;
  options.guard = std::make_shared<const http::Guard>(std::move(rules));
  return options;
}

}  // namespace

std::vector<pg::Migration> schema_files() {
  return pg::schema_of(embedded::connector_schema::kFiles, {migrations::schema(), once::schema()});
}

Manifests load_manifests(const std::string& folder) {
  Manifests all;
  std::string complaints;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() != ".json") continue;
    std::ifstream file(entry.path(), std::ios::binary);
    auto manifest = parse_manifest(std::string(std::istreambuf_iterator<char>(file), {}));
    if (manifest)
      all.emplace(manifest->platform, std::move(*manifest));
    else
      complaints += "\n" + entry.path().filename().string() + ": " + manifest.error().message;
  }
  if (!complaints.empty()) throw std::runtime_error("platform manifests are wrong:" + complaints);
  if (all.empty()) throw std::runtime_error("no platform manifest in " + folder);
  return all;
}

void wire(config::Reader& config, runtime::Runtime& runtime) {
  const auto listen = config.text("grpc.listen", "127.0.0.1:15102");
  auto database = pg::read_options(config);
  auto kafka = bus::read_options(config, "connector");
  const auto sealing = sealing::read_options(config);
  const auto key_file = config.text("crypto.key_file");
  const auto config_dir = config.text("config.dir");
  const auto options = read_worker_options(config);
  const auto workers = config.integer("worker.runs", 4, 1, 32);
  const auto rules = http::read_guard_rules(config);
  auto& manifests = runtime.own(std::make_unique<Manifests>(config_dir.empty() ? Manifests{} : load_manifests(config_dir + "/platforms")));
  auto& apps = runtime.own(std::make_unique<PlatformApps>(read_platform_apps(config, manifests)));
  if (!config.complaints().empty()) return;  // run() prints them
  pg::before_commit(audit::note);
  database.seal = kafka.seal = sealing::start(runtime, sealing, kafka);

  auto sealer = crypto::Sealer::from_file(key_file);
  if (!sealer) throw std::runtime_error("crypto.key_file: " + sealer.error().message);
  auto& seal = runtime.own(std::make_unique<crypto::Sealer>(std::move(*sealer)));
  auto& pool = runtime.own(std::make_unique<pg::Pool>(database));
  pg::migrate(pool, schema_files());

  auto& clock = runtime.own(std::make_unique<SystemClock>());
  auto& probes = runtime.own(std::make_unique<Probes>(runtime.metrics()));
  auto& http = runtime.own(std::make_unique<http::Client>(guarded(rules)));
  auto& source = runtime.own(std::make_unique<HttpSource>(http));
  auto& producer = runtime.own(std::make_unique<bus::Producer>(kafka));
  auto& raw = runtime.own(std::make_unique<KafkaRawLog>(producer));
  auto& store = runtime.own(std::make_unique<PostgresConnections>(pool, seal, runtime.instance()));
  auto& budget = runtime.own(std::make_unique<PostgresBudget>(pool));
  auto& gates = runtime.own(std::make_unique<BudgetGates>(runtime.instance(), budget, clock));
  auto& oauth = runtime.own(std::make_unique<OAuthClient>(source, clock, apps));
  auto& tokens = runtime.own(std::make_unique<TokenKeeper>(store, oauth, clock));
  auto& queue = runtime.own(std::make_unique<PostgresQueue>(pool, manifests, runtime.instance(), kafka));
  auto& worker =
      runtime.own(std::make_unique<ExtractionWorker>(manifests, queue, store, source, tokens, gates, raw, clock, probes, probes, options));
  auto& connections = runtime.own(
      std::make_unique<Connections>(manifests, store, source, oauth, tokens, gates, clock, probes, options.call, rules.allow_private));
  auto& attempts = runtime.own(std::make_unique<PostgresAttempts>(pool));
  auto& sign_ins = runtime.own(std::make_unique<SignIns>(SignIns::Parts{manifests, apps, store, attempts, source, oauth, clock, probes}));
  auto& oauth_service = runtime.own(std::make_unique<OAuthService>(sign_ins, runtime.stop_token()));
  auto& files = runtime.own(std::make_unique<Files>(manifests, store, source, tokens, gates, clock, probes, options.call));
  auto& assessments = runtime.own(std::make_unique<PostgresAssessments>(pool, manifests, runtime.instance()));
  auto& assessor =
      runtime.own(std::make_unique<AssessmentWorker>(manifests, assessments, store, source, tokens, gates, clock, probes,
                                                     AssessmentWorker::Options{options.call, options.fetch_threads, options.lease_ttl}));
  auto& service = runtime.own(std::make_unique<GrpcService>(connections, files, assessments, pool, runtime.stop_token()));
  auto& relay = runtime.own(std::make_unique<bus::OutboxRelay>(pool, producer));
  auto& inbound = runtime.own(std::make_unique<Inbound>(pool));
  auto& consumer =
      runtime.own(std::make_unique<bus::Consumer>(kafka, "connector", std::vector<std::string>{topic::kMigration, topic::kLoaderStatus},
                                                  [&inbound](std::span<const bus::Incoming> messages) { inbound.handle(messages); }));

  pg::ready_with_database(runtime, database);
  runtime.loop("tokens", [&tokens](std::stop_token stop) { tokens.store_pending(stop); });
  runtime.loop("leaving", [&sign_ins](std::stop_token stop) { end_consents(sign_ins, stop); });
  bus::run(runtime, relay);
  bus::run(runtime, "consumer", consumer);
  for (std::int64_t i = 0; i < workers; ++i)
    runtime.loop(fmt::format("extract-{}", i), [&worker, database](std::stop_token stop) { work(worker, database, stop); });
  runtime.loop("assess", [&assessor, database](std::stop_token stop) { work(assessor, database, stop); });
  auto& content = content::start(runtime, pool, sealing, config_dir);
  runtime.own(std::make_unique<rpc::Server>(listen, std::vector<grpc::Service*>{&service, &oauth_service, &content}, runtime.metrics()));
}

}  // namespace q2o::connector
