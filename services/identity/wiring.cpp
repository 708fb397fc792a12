#include "services/identity/wiring.h"

#include "common/bus/bus.h"
#include "common/bus/running.h"
#include "common/pg/embedded.h"
#include "common/pg/readiness.h"
#include "common/rpc/rpc.h"
#include "embedded/identity_schema.h"
#include "services/identity/adapters/key_service.h"

namespace q2o::identity {

void wire(config::Reader& config, runtime::Runtime& runtime) {
  const auto listen = config.text("grpc.listen", "127.0.0.1:15107");
  const auto database = pg::read_options(config);
  const auto kafka = bus::read_options(config, "identity");
  const auto folder = config.text("master.folder");
  const auto token = config.secret("service.token");
  if (!config.complaints().empty()) return;  // run() prints them

  auto& pool = runtime.own(std::make_unique<pg::Pool>(database));
  pg::migrate(pool, pg::schema_of(embedded::identity_schema::kFiles));
  auto& masters = runtime.own(std::make_unique<MasterKeys>(folder));
  auto& producer = runtime.own(std::make_unique<bus::Producer>(kafka));
  auto& relay = runtime.own(std::make_unique<bus::OutboxRelay>(pool, producer));
  auto& keeper = runtime.own(std::make_unique<KeyKeeper>(pool, masters));
  auto& service = runtime.own(std::make_unique<KeyService>(keeper, masters, token));
  pg::ready_with_database(runtime, database);
  bus::run(runtime, relay);
  runtime.own(std::make_unique<rpc::Server>(listen, std::vector<grpc::Service*>{&service}, runtime.metrics()));
}

}  // namespace q2o::identity
