#include "services/identity/wiring.h"

#include "common/bus/bus.h"
#include "common/bus/running.h"
#include "common/log/log.h"
#include "common/once/once.h"
#include "common/pg/embedded.h"
#include "common/pg/readiness.h"
#include "common/rpc/rpc.h"
#include "embedded/contracts.h"
#include "embedded/identity_schema.h"
#include "services/identity/adapters/key_service.h"
#include "services/identity/adapters/local_keys.h"
#include "services/identity/adapters/sweeping.h"
#include "services/identity/audit/intake.h"
#include "services/identity/edge/module.h"
#include "services/identity/people/adapters/module.h"
#include "services/identity/people/adapters/usage_facts.h"
#include "services/identity/people/adapters/usage_reader.h"

namespace q2o::identity {
namespace {

constexpr std::chrono::minutes kSweepEvery{10};

/// A statistic: whoever is asking is answered without it, so it makes nobody wait and ends no process.
void count_work(bus::Consumer& facts, const std::stop_token& stop) {
  try {
    facts.run(stop);
  } catch (const std::exception& problem) {
    log::error("migrations and records are not counted as usage until the next start", {{"error", problem.what()}});
  }
}

}  // namespace

void wire(config::Reader& config, runtime::Runtime& runtime) {
  const auto listen = config.text("grpc.listen", "127.0.0.1:15107");
  auto database = pg::read_options(config);
  const auto kafka = bus::read_options(config, "identity");
  const auto folder = config.text("master.folder");
  const auto token = config.secret("service.token");
  auto configured = people::read_settings(config);
  const auto gate = edge::read_options(config);
  if (!config.complaints().empty()) return;  // run() prints them

  // An API key may get every scope that a contract names.
  auto rules = edge::Rules::of_contracts(embedded::contracts::kFiles[0].text);
  for (const auto& [path, rule] : rules.all())
    if (!rule.access.scope().empty()) configured.settings.scopes.insert(rule.access.scope());

  // Keys are asked for inside of transactions that seal: from a pool of their own, or all could wait for each other. What it announces is
  // sealed by nobody.
  auto& key_pool = runtime.own(std::make_unique<pg::Pool>(database));
  pg::migrate(key_pool, pg::schema_of(embedded::identity_schema::kFiles, {once::schema()}));
  auto& masters = runtime.own(std::make_unique<MasterKeys>(folder));
  auto& keeper = runtime.own(std::make_unique<KeyKeeper>(key_pool, masters));
  const auto local = std::make_shared<LocalKeys>(keeper);
  database.seal = std::make_shared<const sealing::Seal>(local);
  auto& pool = runtime.own(std::make_unique<pg::Pool>(database));
  auto& producer = runtime.own(std::make_unique<bus::Producer>(kafka));
  auto& relay = runtime.own(std::make_unique<bus::OutboxRelay>(pool, producer));
  const auto usage = [&pool](const std::string& tenant, const v1::GetUsageRequest& request) {
    return people::read_usage(pool, tenant, request, std::chrono::system_clock::now());
  };
  auto& people = runtime.own(std::make_unique<people::Module>(pool, std::move(configured), usage, std::chrono::system_clock::now));
  auto& keys =
      runtime.own(std::make_unique<KeyService>(keeper, masters, token, [&pool, &people, local](const v1::DestroyTenantKeysRequest& purge) {
        local->forget(purge.tenant_id());
        audit::note_purge(pool, people.audit(), purge);
      }));
  auto& edge = runtime.own(std::make_unique<edge::Module>(pool, people.access(), std::move(rules), gate, runtime));
  auto reading = kafka;
  reading.seal = database.seal;
  auto& notes = runtime.own(std::make_unique<bus::Consumer>(
      reading, "identity.audit", audit::note_topics(),
      [&pool, &people](std::span<const bus::Incoming> messages) { audit::take_notes(pool, people.audit(), messages); }));
  pg::ready_with_database(runtime, database);
  bus::run(runtime, relay);
  // Not a condition of being ready: people sign in while the bus is away, and the audit follows when it is back.
  notes.measure(runtime.metrics());
  runtime.loop("audit", [&notes](std::stop_token stop) { notes.run(stop); });
  auto& facts = runtime.own(
      std::make_unique<bus::Consumer>(reading, "q2o.identity.usage", people::usage_topics(),
                                      [&pool](std::span<const bus::Incoming> messages) { people::note_usage(pool, messages); }));
  facts.measure(runtime.metrics());
  runtime.loop("usage facts", [&facts](std::stop_token stop) { count_work(facts, stop); });
  runtime.loop("access", [&people](std::stop_token stop) { people.access().follow(stop); });
  runtime.loop("sweep", [&people](std::stop_token stop) { sweep_until([&people] { return people.sweep(); }, kSweepEvery, stop); });
  auto services = people.services();
  services.insert(services.end(), {&keys, &edge.authorization, &edge.access_log});
  runtime.own(std::make_unique<rpc::Server>(listen, services, runtime.metrics()));
}

}  // namespace q2o::identity
