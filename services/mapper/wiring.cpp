#include "services/mapper/wiring.h"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "common/audit/notes.h"
#include "common/bus/running.h"
#include "common/bus/topic.h"
#include "common/content/service.h"
#include "common/ids/ids.h"
#include "common/log/log.h"
#include "common/migrations/migrations.h"
#include "common/pg/embedded.h"
#include "common/pg/readiness.h"
#include "common/rpc/rpc.h"
#include "common/sealing/services.h"
#include "embedded/mapper_schema.h"
#include "services/mapper/adapters/mapper_service.h"
#include "services/mapper/adapters/raw_worker.h"
#include "services/mapper/adapters/replay_worker.h"

namespace q2o::mapper {
namespace {

constexpr std::string_view kPlatform = "quickbooks_online";
constexpr auto kLookAgain = std::chrono::seconds(2);

std::vector<pg::Migration> schema() {
  return pg::schema_of(embedded::mapper_schema::kFiles, {migrations::schema()});
}

/// A new mapping that comes with the program becomes the current one of the tenants that stored none of their own.
void store_shipped(MappingStore& mappings, const std::string& config_dir) {
  const std::string path = config_dir + "/mappings/quickbooks_to_odoo.json";
  std::ifstream in(path);
  if (!in) throw std::runtime_error(fmt::format("cannot read {}", path));
  std::ostringstream text;
  text << in.rdbuf();
  const auto stored = mappings.store(std::string(kShippedOwner), std::string(kPlatform), text.str(), MappingStore::MakeCurrent::when_new);
  for (const auto& complaint : stored.complaints) log::error("mapping", {{"place", complaint.place}, {"message", complaint.message}});
  if (!stored.complaints.empty()) throw std::runtime_error(fmt::format("{} has {} mistakes", path, stored.complaints.size()));
  log::info("mapping stored", {{"platform", kPlatform}, {"version", stored.version}});
}

/// Of this installation only: another one's records mean nothing here.
std::string default_marks_dir(const pg::Options& database) {
  const auto installation = fmt::format("{}:{}/{}/{}", database.host, database.port, database.database, database.schema);
  return (std::filesystem::temp_directory_path() / ("q2o-mapper-" + ids::sha256_hex(installation).substr(0, 12))).string();
}

void take_migrations(pg::Pool& pool, std::span<const bus::Incoming> messages) {
  for (const auto& message : messages) {
    pool.transact([&](pg::Tx& tx) {
      const auto migration = migrations::decode(message);
      if (!migration) {
        bus::dead_letter(tx, "mapper", message, migration.error());
      } else if (migrations::apply(tx, *migration)) {
        tx.notify("mapper_migration", migration->migration_id());
      }
    });
  }
}

}  // namespace

void wire(config::Reader& reader, runtime::Runtime& runtime) {
  auto database = pg::read_options(reader);
  auto kafka = bus::read_options(reader, "mapper");
  const auto sealing = sealing::read_options(reader);
  const auto listen = reader.text("grpc.listen", "127.0.0.1:15103");
  const auto config_dir = reader.text("config.dir", "config");
  const auto marks_dir = reader.text("crash_marks.dir", default_marks_dir(database));
  if (!reader.complaints().empty()) return;
  pg::before_commit(audit::note);
  database.seal = kafka.seal = sealing::start(runtime, sealing, kafka);

  auto& pool = runtime.own(std::make_unique<pg::Pool>(database));
  pg::migrate(pool, schema());
  auto& producer = runtime.own(std::make_unique<bus::Producer>(kafka));
  auto& relay = runtime.own(std::make_unique<bus::OutboxRelay>(pool, producer));
  auto& mappings = runtime.own(std::make_unique<MappingStore>(pool));
  store_shipped(mappings, config_dir);
  CrashMarks::count(pool, marks_dir);
  auto& marks = runtime.own(std::make_unique<CrashMarks>(marks_dir, runtime.instance()));
  auto& worker = runtime.own(std::make_unique<RawWorker>(pool, producer, mappings, runtime.metrics(), Topics{}, &marks));
  auto& replay = runtime.own(std::make_unique<ReplayWorker>(pool, kafka, worker, runtime.instance(), Topics{}.raw));
  auto& wake = runtime.own(std::make_unique<pg::Listener>(database, "mapper_migration"));
  auto& service = runtime.own(std::make_unique<MapperServiceImpl>(pool, mappings, RecordTracer(pool, kafka, Topics{}.raw),
                                                                  RunDiffer(pool, kafka, Topics{}.mapped), runtime.stop_token()));
  auto& content = content::start(runtime, pool, sealing, config_dir);
  runtime.own(std::make_unique<rpc::Server>(listen, std::vector<grpc::Service*>{&service, &content}, runtime.metrics()));
  auto& migration_consumer =
      runtime.own(std::make_unique<bus::Consumer>(kafka, "mapper.migration", std::vector<std::string>{topic::kMigration},
                                                  [&pool](std::span<const bus::Incoming> messages) { take_migrations(pool, messages); }));
  auto& raw_consumer =
      runtime.own(std::make_unique<bus::Consumer>(kafka, "mapper.raw", std::vector<std::string>{Topics{}.raw},
                                                  [&worker](std::span<const bus::Incoming> messages) { worker.receive(messages); }));

  pg::ready_with_database(runtime, database);
  bus::run(runtime, relay);
  bus::run(runtime, "migrations", migration_consumer);
  bus::run(runtime, "raw", raw_consumer);
  runtime.loop("held", [&worker, &wake](std::stop_token stop) {
    while (!stop.stop_requested()) {
      worker.resume(stop);
      wake.wait(kLookAgain, stop);
    }
  });
  runtime.loop("replay", [&replay, database](std::stop_token stop) {
    pg::Listener listener(database, std::string(kReplayChannel));
    while (!stop.stop_requested()) {
      while (!stop.stop_requested() && replay.run_one(stop)) {
      }
      listener.wait(kLookAgain, stop);
    }
  });
}

}  // namespace q2o::mapper
