#include "services/validator/wiring.h"

#include "common/audit/notes.h"
#include "common/bus/bus.h"
#include "common/bus/running.h"
#include "common/bus/topic.h"
#include "common/content/service.h"
#include "common/crypto/hmac.h"
#include "common/migrations/migrations.h"
#include "common/pg/readiness.h"
#include "common/rpc/rpc.h"
#include "common/sealing/services.h"
#include "services/validator/adapters/file_service.h"
#include "services/validator/adapters/intake.h"
#include "services/validator/adapters/odoo_target.h"
#include "services/validator/adapters/recorded_source.h"
#include "services/validator/adapters/run_notes.h"
#include "services/validator/adapters/service.h"
#include "services/validator/adapters/store.h"
#include "services/validator/adapters/worker.h"

namespace q2o::validator {
namespace {

constexpr std::chrono::milliseconds kLookEvery{1'000};

}  // namespace

void wire(config::Reader& config, runtime::Runtime& runtime) {
  const auto listen = config.text("grpc.listen", "127.0.0.1:15105");
  auto database = pg::read_options(config);
  auto kafka = bus::read_options(config, "validator");
  const auto sealing = sealing::read_options(config);
  const auto connector = config.text("peers.connector");
  const auto mapper = config.text("peers.mapper");
  const auto loader = config.text("peers.loader");
  const auto key_file = config.text("crypto.key_file");
  auto public_url = config.text("edge.public_url", "https://127.0.0.1:15443");
  PdfRenderer::Options pdf;
  pdf.program = config.text("pdf.program", pdf.program);
  if (!config.complaints().empty()) return;  // run() prints them
  while (public_url.ends_with('/')) public_url.pop_back();
  const auto share_key = crypto::derived_key(key_file, "validator shares");
  if (!share_key) throw std::runtime_error(share_key.error().message);
  pg::before_commit(audit::note);
  database.seal = kafka.seal = sealing::start(runtime, sealing, kafka);

  auto& pool = runtime.own(std::make_unique<pg::Pool>(database));
  pg::migrate(pool, schema());
  auto& producer = runtime.own(std::make_unique<bus::Producer>(kafka));
  auto& relay = runtime.own(std::make_unique<bus::OutboxRelay>(pool, producer));
  auto& source = runtime.own(std::make_unique<RecordedSource>(pool, kafka, connector));
  auto& target = runtime.own(std::make_unique<OdooTarget>(loader));
  auto& notes = runtime.own(std::make_unique<GrpcNotes>(connector, mapper, loader));
  auto& prover = runtime.own(std::make_unique<Prover>(source, target, notes));
  auto& store = runtime.own(std::make_unique<Store>(pool, runtime.instance()));
  auto& worker = runtime.own(std::make_unique<Worker>(store, prover));
  auto& service = runtime.own(std::make_unique<Service>(store, prover));
  auto& shares = runtime.own(std::make_unique<Shares>(pool, *share_key));
  auto& renderer = runtime.own(std::make_unique<PdfRenderer>(std::move(pdf)));
  auto& files = runtime.own(std::make_unique<FileService>(store, shares, renderer, public_url));
  auto& consumer =
      runtime.own(std::make_unique<bus::Consumer>(kafka, "validator", std::vector<std::string>{topic::kMigration, topic::kConnectorStatus},
                                                  [&pool](std::span<const bus::Incoming> messages) { take(pool, messages); }));
  pg::ready_with_database(runtime, database);
  bus::run(runtime, relay);
  bus::run(runtime, "intake", consumer);
  runtime.loop("prove", [&pool, &worker](std::stop_token stop) {
    pg::Listener listener(pool.options(), std::string(kWorkChannel));
    while (!stop.stop_requested()) {
      while (!stop.stop_requested() && worker.run_one(stop)) {
      }
      listener.wait(kLookEvery, stop);
    }
  });
  auto& content = content::start(runtime, pool, sealing, config.text("config.dir", ""));
  runtime.own(std::make_unique<rpc::Server>(listen, std::vector<grpc::Service*>{&service, &files, &content}, runtime.metrics()));
}

}  // namespace q2o::validator
