#pragma once

#include <gmock/gmock.h>

#include <cstdlib>
#include <fstream>

#include "common/ids/ids.h"
#include "common/migrations/migrations.h"
#include "common/testing/testing.h"
#include "sandbox/http/server.h"
#include "sandbox/odoo/odoo.h"
#include "services/loader/adapters/earlier_target_files.h"
#include "services/loader/adapters/inbox.h"
#include "services/loader/adapters/odoo_books.h"
#include "services/loader/adapters/pg_run_store.h"
#include "services/loader/adapters/pg_undo_store.h"
#include "services/loader/adapters/targets.h"
#include "services/loader/app/worker.h"
#include "services/loader/tests/fake_files.h"
#include "services/loader/tests/small_books.h"
#include "services/loader/wiring.h"

namespace q2o::loader::testing {

inline TargetAccess real_odoo() {
  const auto variable = [](const char* name) {
    const char* value = std::getenv(name);
    return std::string(value == nullptr ? "" : value);
  };
  return {"",
          "",
          variable("Q2O_TEST_ODOO_URL"),
          variable("Q2O_TEST_ODOO_DB"),
          variable("Q2O_TEST_ODOO_USER"),
          config::Secret(variable("Q2O_TEST_ODOO_PASSWORD"))};
}

enum class Kind { sandbox, real };

/// The loader with a real Postgres against an Odoo: the sandbox's, and a real one where Q2O_TEST_ODOO_URL, _DB, _USER and _PASSWORD say
/// where (a database with the US chart; what an earlier run left there is compared, not doubled).
class WholeLoad : public ::testing::TestWithParam<Kind> {
 protected:
  void SetUp() override {
    TargetAccess access = real_odoo();
    if (GetParam() == Kind::real && access.url.empty()) GTEST_SKIP() << "Q2O_TEST_ODOO_URL is not set: no real Odoo to test against";
    if (GetParam() == Kind::sandbox) {
      sandbox = std::make_unique<sandbox::odoo::OdooSandbox>();
      sandbox::ServerOptions options;
      options.route_of = sandbox::odoo::OdooSandbox::route_of;
      server = std::make_unique<sandbox::Server>(options, [this](const sandbox::Request& request) {
        if (on_request) on_request(request);
        return sandbox->handle(request);
      });
      access = {"", "", server->url(), "odoo", "admin", config::Secret("admin")};
    }
    pg::migrate(pool, schema());
    const auto saved = targets.save(books.tenant, {"", access.url, access.database, access.user, "", ""}, access.password);
    ASSERT_TRUE(saved) << saved.error().message;
    target = saved->target_id;
  }
  void begin_run(std::uint32_t run) {
    books.run = run;
    const auto message = books.migration_message(target, run);
    inbox.handle(std::span(&message, 1));
    const auto stream = books.stream();
    inbox.handle(stream);
    inbox.handle(stream);  // delivered twice: nothing happens twice
  }
  std::unique_ptr<Worker> worker() {
    RunDriver::Options options;
    options.pace.batch_start = 20;
    options.files = &earlier;
    options.await_arrivals = [](std::chrono::milliseconds, const std::stop_token&) {};
    return std::make_unique<Worker>(
        store, undo,
        [this](const RunInfo& run) -> Result<std::shared_ptr<Books>> {
          auto access = targets.access(run.tenant_id, run.target_id);
          if (!access) return fail(access.error());
          return std::make_shared<OdooBooks>(http, *access);
        },
        options, metrics);
  }
  std::string run_text(std::uint32_t run) {
    return pool.transact([&](pg::Tx& tx) {
      const auto row = tx.one("select state, created, changed, unchanged, rejected, failure from run where run = $1", {run});
      std::string out = fmt::format("{} {} {} {} {}{}", row.text("state"), row.text("created"), row.text("changed"), row.text("unchanged"),
                                    row.text("rejected"), row.text("failure"));
      for (const auto reject : tx.exec("select external_id, message from reject where run = $1", {run}))
        out += "\n" + reject.text("external_id") + ": " + reject.text("message");
      return out;
    });
  }
  std::string read(const std::string& model, const std::string& domain, const std::string& fields) {
    OdooBooks odoo(http, *targets.access(books.tenant, target));
    const auto result =
        odoo.call(model, "search_read", "[" + domain + "]", fmt::format(R"({{"fields":[{}],"order":"id"}})", fields), kQuickCall);
    return result ? std::string(result->value().raw()) : result.error().message;
  }
  std::int64_t id_of(const std::string& name) {
    OdooBooks odoo(http, *targets.access(books.tenant, target));
    return look_up(odoo, {"qbo9_" + name})->at("qbo9_" + name);
  }
  static crypto::Sealer make_sealer() { return crypto::Sealer(config::Secret(std::string(32, 'k'))); }

  pg::Pool pool{::q2o::testing::Postgres::instance().fresh_schema()};
  crypto::Sealer sealer = make_sealer();
  http::Guard guard{{.allow_private = true}};
  Targets targets{pool, sealer, guard};
  PgRunStore store{pool, "test", std::chrono::seconds(30)};
  PgUndoStore undo{pool};
  Inbox inbox{pool};
  http::Client http;
  metrics::Registry metrics;
  std::unique_ptr<sandbox::odoo::OdooSandbox> sandbox;
  std::unique_ptr<sandbox::Server> server;
  std::function<void(const sandbox::Request&)> on_request;  ///< before the sandbox answers
  SmallBooks books{ids::uuid_v4(), ids::uuid_v4()};
  std::string target;
  FakeFiles files;
  EarlierTargetFiles earlier{files, pool, targets,
                             [this](const TargetAccess& access) { return std::make_shared<OdooBooks>(http, access); }};
};

}  // namespace q2o::loader::testing
