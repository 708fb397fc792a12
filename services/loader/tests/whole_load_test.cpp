// The loader with a real Postgres against an Odoo: the sandbox's, and a real one where Q2O_TEST_ODOO_URL, _DB, _USER and _PASSWORD say
// where (a database with the US chart; what an earlier run left there is compared, not doubled).
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
#include "services/loader/adapters/targets.h"
#include "services/loader/app/worker.h"
#include "services/loader/tests/fake_files.h"
#include "services/loader/tests/small_books.h"
#include "services/loader/wiring.h"

namespace q2o::loader {
namespace {

using testing::SmallBooks;

TargetAccess real_odoo() {
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

class WholeLoad : public ::testing::TestWithParam<Kind> {
 protected:
  void SetUp() override {
    TargetAccess access = real_odoo();
    if (GetParam() == Kind::real && access.url.empty()) GTEST_SKIP() << "Q2O_TEST_ODOO_URL is not set: no real Odoo to test against";
    if (GetParam() == Kind::sandbox) {
      sandbox = std::make_unique<sandbox::odoo::OdooSandbox>();
      sandbox::ServerOptions options;
      options.route_of = sandbox::odoo::OdooSandbox::route_of;
      server = std::make_unique<sandbox::Server>(options, [this](const sandbox::Request& request) { return sandbox->handle(request); });
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
        store,
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
  Targets targets{pool, sealer};
  PgRunStore store{pool, "test", std::chrono::seconds(30)};
  Inbox inbox{pool};
  http::Client http;
  metrics::Registry metrics;
  std::unique_ptr<sandbox::odoo::OdooSandbox> sandbox;
  std::unique_ptr<sandbox::Server> server;
  SmallBooks books{ids::uuid_v4(), ids::uuid_v4()};
  std::string target;
  testing::FakeFiles files;
  EarlierTargetFiles earlier{files, pool, targets,
                             [this](const TargetAccess& access) { return std::make_shared<OdooBooks>(http, access); }};
};

TEST_P(WholeLoad, LoadsTheBooksOnceAndASecondRunWritesNothing) {
  begin_run(1);
  ASSERT_TRUE(worker()->run_one({}));
  const auto first = run_text(1);
  EXPECT_THAT(first, ::testing::StartsWith("done "));
  EXPECT_THAT(first, ::testing::EndsWith(" 0")) << "no rejects";

  EXPECT_THAT(
      read("account.move", fmt::format(R"([["id","=",{}]])", id_of("inv_1")), R"("name","state","payment_state","amount_residual")"),
      ::testing::AllOf(::testing::HasSubstr("1001"), ::testing::HasSubstr("posted"), ::testing::HasSubstr("paid"),
                       ::testing::HasSubstr("0.0")));
  EXPECT_THAT(read("account.move", fmt::format(R"([["id","=",{}]])", id_of("inv_3")), R"("amount_total","amount_residual")"),
              ::testing::AllOf(::testing::HasSubstr("54.01"), ::testing::HasSubstr("36.01")));

  begin_run(2);
  ASSERT_TRUE(worker()->run_one({}));
  EXPECT_EQ(run_text(2), fmt::format("done 0 0 {} 0", testing::small_books_size()));

  pool.transact([](pg::Tx& tx) { tx.exec("delete from record"); });
  begin_run(3);
  ASSERT_TRUE(worker()->run_one({}));
  EXPECT_EQ(run_text(3), fmt::format("done 0 0 {} 0", testing::small_books_size())) << "an empty ledger: compared, all equal";
  EXPECT_EQ(read("ir.model.data", R"([["module","=","q2o"],["name","=","qbo9_inv_1"]])", R"("name")").find("qbo9_inv_1", 60),
            std::string::npos);
}

TEST_P(WholeLoad, GoesOnWhereAKilledProcessStopped) {
  begin_run(1);
  {
    // The first process dies in the middle: stopped hard between two batches, its lease still held, its memory gone.
    std::stop_source stop;
    RunDriver::Options options;
    options.pace.batch_start = 10;
    options.await_arrivals = [](std::chrono::milliseconds, const std::stop_token&) {};
    const auto run = store.runnable().at(0);
    auto hold = PgRunStore(pool, "dead", std::chrono::milliseconds(1)).hold(target);
    OdooBooks odoo(http, *targets.access(books.tenant, target));
    std::jthread watcher([&] {
      ::q2o::testing::eventually([&] {
        return pool.transact([](pg::Tx& tx) { return tx.one("select count(*) as n from item where state = 'done'").integer("n") > 15; });
      });
      stop.request_stop();
    });
    PgRunStore short_lived(pool, "dead", std::chrono::milliseconds(1));
    RunDriver(short_lived, odoo, run, *hold, options, metrics).drive(stop.get_token());
  }
  ASSERT_TRUE(::q2o::testing::eventually([&] { return worker()->run_one({}); }));
  EXPECT_THAT(run_text(1), ::testing::AllOf(::testing::StartsWith("done "), ::testing::EndsWith(" 0")));
  OdooBooks odoo(http, *targets.access(books.tenant, target));
  EXPECT_GE(known_of(odoo, "qbo9")->size(), testing::small_books_size() - 6);
  const auto left = read("ir.actions.server", R"([["name","=like","Quick2Odoo%"]])", R"("name")");
  EXPECT_EQ(left, "[]") << "the action is gone";
}

/// A picture of 1 by 1; Odoo must keep its bytes as they are.
constexpr const char* kGreen = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAAD0lEQVR4AQEEAPv/AC6LVwH7AREGBwTMAAAAAElFTkSuQmCC";
constexpr const char* kGreenSha1 = "3eda2e5f1f784cde00a84dcc83d6de83ac421aa3";

TEST_P(WholeLoad, PutsTheBytesOfAFileOnTheRecordThatBearsItAndFetchesThemOnce) {
  books.files = true;
  files.base64["paper"] = kGreen;
  begin_run(1);
  ASSERT_TRUE(worker()->run_one({}));
  EXPECT_THAT(run_text(1), ::testing::AllOf(::testing::StartsWith("done "), ::testing::EndsWith(" 0")));
  EXPECT_EQ(files.asked.size(), 2u);
  const auto attached = [&](const std::string& name) {
    const auto rows = json::Document::parse(
        read("ir.attachment", fmt::format(R"([["id","=",{}]])", id_of(name)), R"("res_model","res_id","checksum","mimetype","file_size")"));
    const auto& row = rows->root().at("0");
    return fmt::format("{} {} {} {} {}", row["res_model"].text(), row["res_id"].text(), row["checksum"].text(), row["mimetype"].text(),
                       row["file_size"].text());
  };
  EXPECT_EQ(attached("paper_invoice"), fmt::format("account.move {} {} image/png 72", id_of("inv_1"), kGreenSha1));
  const auto line =
      json::Document::parse(read("account.bank.statement.line", fmt::format(R"([["id","=",{}]])", id_of("bp_1_line")), R"("move_id")"));
  EXPECT_EQ(attached("paper_transfer"), fmt::format("account.move {} {} image/png 72", line->root().at("0.move_id.0").text(), kGreenSha1));

  begin_run(2);
  ASSERT_TRUE(worker()->run_one({}));
  EXPECT_EQ(run_text(2), fmt::format("done 0 0 {} 0", testing::small_books_size() + 2));
  EXPECT_EQ(files.asked.size(), 2u) << "nothing changed: nothing is fetched";

  pool.transact([](pg::Tx& tx) { tx.exec("delete from record"); });
  begin_run(3);
  ASSERT_TRUE(worker()->run_one({}));
  EXPECT_EQ(run_text(3), fmt::format("done 0 0 {} 0", testing::small_books_size() + 2)) << "an empty ledger: compared, byte by byte";
  EXPECT_EQ(files.asked.size(), 4u);
}

/// A replay makes no call to the source; what it may not fetch is in the target of the run before.
TEST_P(WholeLoad, TakesAFileFromTheEarlierTargetWhereTheSourceMayNotBeAsked) {
  if (GetParam() == Kind::real) GTEST_SKIP() << "needs two empty targets";
  books.files = true;
  files.base64["paper"] = kGreen;
  begin_run(1);
  ASSERT_TRUE(worker()->run_one({}));
  files.base64.clear();
  files.forever = true;
  files.faults.push_back({Code::failed_precondition, "no source", Retry::never, Effect::none, "REPLAY_WITHOUT_FILES", "Migrate.", {}});

  sandbox::odoo::OdooSandbox other;
  sandbox::ServerOptions options;
  options.route_of = sandbox::odoo::OdooSandbox::route_of;
  sandbox::Server second(options, [&](const sandbox::Request& request) { return other.handle(request); });
  const auto first = target;
  target = targets.save(books.tenant, {"", second.url(), "odoo", "admin", "", ""}, config::Secret("admin"))->target_id;
  begin_run(2);
  ASSERT_TRUE(worker()->run_one({}));
  EXPECT_THAT(run_text(2), ::testing::EndsWith(" 0")) << "no rejects";
  EXPECT_THAT(read("ir.attachment", fmt::format(R"([["id","=",{}]])", id_of("paper_invoice")), R"("checksum")"),
              ::testing::HasSubstr(kGreenSha1));

  // Where no target has it, it is listed with what to do.
  pool.transact([&](pg::Tx& tx) { tx.exec("delete from record where target_id = $1 and external_id like '%paper%'", {first}); });
  other.reset();
  begin_run(3);
  ASSERT_TRUE(worker()->run_one({}));
  EXPECT_THAT(run_text(3), ::testing::HasSubstr("qbo9_paper_invoice: the file paper was not moved: no source"));
}

INSTANTIATE_TEST_SUITE_P(Odoo, WholeLoad, ::testing::Values(Kind::sandbox, Kind::real),
                         [](const auto& kind) { return kind.param == Kind::sandbox ? "Sandbox" : "Real"; });

}  // namespace
}  // namespace q2o::loader
