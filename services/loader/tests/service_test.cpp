// The whole service as the binary wires it: real Kafka, real Postgres, the sandbox's Odoo.
#include <gmock/gmock.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "common/bus/bus.h"
#include "common/bus/topic.h"
#include "common/ids/ids.h"
#include "common/json/json.h"
#include "common/migrations/migrations.h"
#include "common/rpc/rpc.h"
#include "common/testing/isolation.h"
#include "common/testing/testing.h"
#include "q2o/loader/v1/loader.grpc.pb.h"
#include "q2o/loader/v1/targets.grpc.pb.h"
#include "sandbox/http/server.h"
#include "sandbox/odoo/odoo.h"
#include "services/loader/app/books.h"
#include "services/loader/tests/small_books.h"
#include "services/loader/wiring.h"

namespace q2o::loader {
namespace {

using namespace std::chrono_literals;

class Service : public ::testing::Test {
 protected:
  Service() {
    key_file = std::filesystem::temp_directory_path() / ("loader_key_" + ids::uuid_v4());
    std::ofstream(key_file) << std::string(64, 'a') << '\n';
    chmod(key_file.c_str(), 0600);
    config::Reader::Environment environment{{"Q2O_GRPC_LISTEN", fmt::format("127.0.0.1:{}", grpc_port)},
                                            {"Q2O_CRYPTO_KEY_FILE", key_file},
                                            {"Q2O_KAFKA_BROKERS", brokers},
                                            {"Q2O_DATABASE_HOST", database.host},
                                            {"Q2O_DATABASE_PORT", std::to_string(database.port)},
                                            {"Q2O_DATABASE_NAME", database.database},
                                            {"Q2O_DATABASE_USER", database.user},
                                            {"Q2O_DATABASE_SCHEMA", database.schema},
                                            {"Q2O_DATABASE_PASSWORD", "unused"},
                                            {"Q2O_SERVICE_MODE", "development"},
                                            {"Q2O_TARGETS_ALLOW_PRIVATE", "true"}};
    const auto declared = bus::declare_topics({brokers, "loader"}, std::string(Q2O_SOURCE_DIR) + "/config/topics.toml");
    EXPECT_TRUE(declared) << (declared ? "" : declared.error().message);
    auto reader = config::Reader::open("", environment);
    wire(*reader, runtime);
    EXPECT_THAT(reader->complaints(), ::testing::IsEmpty());
  }
  ~Service() override {
    runtime.request_stop();
    EXPECT_EQ(runtime.wait(), 0);
    std::filesystem::remove(key_file);
  }
  std::string save_target(const std::string& password = "admin") {
    const auto stub = v1::LoaderService::NewStub(rpc::channel(fmt::format("127.0.0.1:{}", grpc_port)));
    v1::SaveTargetRequest request;
    request.set_url(server.url());
    request.set_database("odoo");
    request.set_user("admin");
    request.set_password(password);
    v1::SaveTargetResponse response;
    const auto status = stub->SaveTarget(rpc::context(books.tenant, "test", 10s).get(), request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response.target().target_id();
  }
  void publish(const std::vector<bus::Incoming>& messages) {
    std::vector<bus::Outgoing> out;
    for (const auto& message : messages) {
      bus::Outgoing one;
      one.topic = message.topic;
      one.key = one.migration = message.key;
      one.value = message.value;
      one.id = message.id();
      one.type = message.topic == topic::kMigration ? "q2o.billing.v1.Migration" : "q2o.mapper.v1.MappedMessage";
      one.tenant = books.tenant;
      one.run = books.run;
      out.push_back(one);
    }
    ASSERT_TRUE(producer.publish(out, 30s));
  }

  pg::Options database = ::q2o::testing::Postgres::instance().fresh_schema();
  std::string brokers = ::q2o::testing::Kafka::instance().brokers();
  int grpc_port = ::q2o::testing::free_port();
  std::string key_file;
  sandbox::odoo::OdooSandbox odoo;
  sandbox::Server server{{}, [this](const sandbox::Request& request) { return odoo.handle(request); }};
  bus::Producer producer{{brokers, "test"}};
  testing::SmallBooks books{ids::uuid_v4(), ids::uuid_v4()};
  runtime::Runtime runtime{"loader"};
};

TEST_F(Service, LoadsARunThatComesOverTheBusAndTellsItsTotals) {
  publish({books.migration_message(save_target(), 1)});
  publish(books.stream());

  const auto stub = v1::LoaderService::NewStub(rpc::channel(fmt::format("127.0.0.1:{}", grpc_port)));
  v1::GetRunRequest request;
  request.set_migration_id(books.migration);
  request.set_run(1);
  v1::GetRunResponse run;
  pg::Pool pool(database);
  EXPECT_TRUE(::q2o::testing::eventually(
      [&] { return pool.transact([](pg::Tx& tx) { return !tx.exec("select 1 from run where state = 'done'").empty(); }); }, 60s));
  EXPECT_TRUE(stub->GetRun(rpc::context(books.tenant, "test", 10s).get(), request, &run).ok());
  EXPECT_EQ(run.totals().created() + run.totals().changed() + run.totals().unchanged(), testing::small_books_size());
  EXPECT_EQ(run.totals().rejected(), 0u);
  EXPECT_GT(run.settings_size(), 0);

  v1::ReadTargetRequest forbidden;
  forbidden.set_target_id(run.target_id());
  forbidden.set_model("res.users");
  forbidden.set_method("search_read");
  v1::ReadTargetResponse nothing;
  EXPECT_EQ(stub->ReadTarget(rpc::context(books.tenant, "test", 10s).get(), forbidden, &nothing).error_code(),
            grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(stub->GetRun(rpc::context(ids::uuid_v4(), "test", 10s).get(), request, &run).error_code(), grpc::StatusCode::NOT_FOUND)
      << "another tenant sees nothing";

  EXPECT_TRUE(::q2o::testing::eventually([&] {
    return pool.transact([](pg::Tx& tx) { return tx.one("select count(*) as n from outbox").integer("n") == 0; });
  })) << "all facts and results have left";
}

TEST_F(Service, GoesOnWithAFailedRunWhenThePersonHasMendedTheCauseAndResumes) {
  pg::Pool pool(database);
  const auto reaches = [&](const std::string& state) {
    return ::q2o::testing::eventually(
        [&] { return pool.transact([&](pg::Tx& tx) { return !tx.exec("select 1 from run where state = $1", {state}).empty(); }); }, 60s);
  };
  publish({books.migration_message(save_target("wrong"), 1)});
  publish(books.stream());
  ASSERT_TRUE(reaches("failed"));
  publish({books.migration_message(save_target("wrong"), 2, true)});
  publish({books.migration_message(save_target("admin"), 3)});  // mended and resumed
  ASSERT_TRUE(reaches("done"));
  EXPECT_EQ(pool.transact([](pg::Tx& tx) { return tx.one("select created + changed + unchanged as n from run").integer("n"); }),
            static_cast<std::int64_t>(testing::small_books_size()));
}

TEST_F(Service, FindsWhatBecameOfASourceRecordAndBack) {
  publish({books.migration_message(save_target(), 1)});
  publish(books.stream());
  pg::Pool pool(database);
  ASSERT_TRUE(::q2o::testing::eventually(
      [&] { return pool.transact([](pg::Tx& tx) { return !tx.exec("select 1 from run where state = 'done'").empty(); }); }, 60s));
  const auto [entity, source_id, external_id, odoo_id] = pool.transact([](pg::Tx& tx) {
    const auto row = tx.exec("select * from item where model = 'account.move' and state = 'done' and operation = 'create' limit 1")[0];
    tx.exec("update item set label = '1043, Cool Cars' where external_id = $1", {row.text("external_id")});
    return std::tuple(row.text("entity"), row.text("source_id"), row.text("external_id"), row.integer("odoo_id"));
  });
  const auto stub = v1::LoaderService::NewStub(rpc::channel(fmt::format("127.0.0.1:{}", grpc_port)));
  const auto ask = [&](const v1::FindRecordsRequest& request, const std::string& tenant) {
    v1::FindRecordsResponse response;
    EXPECT_TRUE(stub->FindRecords(rpc::context(tenant, "test", 10s).get(), request, &response).ok());
    return response;
  };
  v1::FindRecordsRequest by_number;
  by_number.set_migration_id(books.migration);
  by_number.set_entity(entity);
  by_number.set_word("1043");
  v1::FindRecordsRequest by_target;
  by_target.set_migration_id(books.migration);
  by_target.set_model("account.move");
  by_target.set_odoo_id(odoo_id);
  for (const auto& request : {by_number, by_target}) {
    const auto found = ask(request, books.tenant);
    const auto record = std::ranges::find(found.records(), external_id, [](const auto& one) { return one.external_id(); });
    ASSERT_NE(record, found.records().end());
    EXPECT_EQ(record->source_id(), source_id);
    ASSERT_EQ(record->attempts_size(), 1);
    EXPECT_EQ(record->attempts(0).outcome(), "created");
    EXPECT_EQ(record->attempts(0).odoo_id(), odoo_id);
    EXPECT_EQ(ask(request, ids::uuid_v4()).records_size(), 0) << "another tenant sees nothing";
  }
  v1::FindRecordsRequest neither;
  neither.set_migration_id(books.migration);
  v1::FindRecordsResponse nothing;
  EXPECT_EQ(stub->FindRecords(rpc::context(books.tenant, "test", 10s).get(), neither, &nothing).error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_F(Service, FindsTheOwnerOfAJournalEntryThatOdooMade) {
  publish({books.migration_message(save_target(), 1)});
  publish(books.stream());
  pg::Pool pool(database);
  ASSERT_TRUE(::q2o::testing::eventually(
      [&] { return pool.transact([](pg::Tx& tx) { return !tx.exec("select 1 from run where state = 'done'").empty(); }); }, 60s));
  const auto stub = v1::LoaderService::NewStub(rpc::channel(fmt::format("127.0.0.1:{}", grpc_port)));
  for (const char* model : {"account.payment", "account.bank.statement.line"}) {
    const auto [target, external_id, owner] = pool.transact([&](pg::Tx& tx) {
      const auto row = tx.exec(
          "select r.target_id, i.external_id, i.odoo_id from item i join run r using (migration_id, run) "
          "where i.model = $1 and i.state = 'done' limit 1",
          {model})[0];
      return std::tuple(row.text("target_id"), row.text("external_id"), row.integer("odoo_id"));
    });
    v1::ReadTargetRequest read;
    read.set_target_id(target);
    read.set_model(model);
    read.set_method("search_read");
    read.set_args_json(fmt::format(R"([[["id","=",{}]],["move_id"]])", owner));
    v1::ReadTargetResponse rows;
    ASSERT_TRUE(stub->ReadTarget(rpc::context(books.tenant, "test", 10s).get(), read, &rows).ok());
    const auto entry = json::Document::parse(rows.result_json());
    v1::FindRecordsRequest request;
    request.set_migration_id(books.migration);
    request.set_model("account.move");
    request.set_odoo_id(integer(entry->root().items()[0]["move_id"].items()[0]));
    ASSERT_GT(request.odoo_id(), 0);
    const auto ask = [&](const std::string& tenant) {
      v1::FindRecordsResponse response;
      const auto status = stub->FindRecords(rpc::context(tenant, "test", 10s).get(), request, &response);
      EXPECT_TRUE(status.ok()) << status.error_message();
      return response;
    };
    const auto found = ask(books.tenant);
    EXPECT_THAT(found.records(), ::testing::Contains(::testing::ResultOf([](const auto& one) { return one.external_id(); }, external_id)))
        << model;
    EXPECT_EQ(ask(ids::uuid_v4()).records_size(), 0) << "another tenant sees nothing";
    request.set_odoo_id(999'999'999);
    EXPECT_EQ(ask(books.tenant).records_size(), 0) << "nobody's entry";
  }
}

/// "address passed, connection passed, …" as far as steps were reached.
std::string told(const v1::TargetCheck& check) {
  std::string out;
  for (const auto& step : check.steps()) {
    if (step.state() == v1::STEP_STATE_NOT_REACHED) continue;
    out += (out.empty() ? "" : " ") + step.name();
    if (step.state() == v1::STEP_STATE_WARNING) out += "(warning)";
    if (step.state() == v1::STEP_STATE_FAILED) out += "(failed)";
    EXPECT_EQ(step.advice().empty(), step.state() == v1::STEP_STATE_PASSED) << step.name();
    EXPECT_FALSE(step.message().empty()) << step.name();
  }
  return out;
}

TEST_F(Service, LooksAtATargetStepByStepAndStoresNothing) {
  const auto channel = rpc::channel(fmt::format("127.0.0.1:{}", grpc_port));
  const auto stub = v1::TargetService::NewStub(channel);
  const auto look = [&](const std::string& url, const std::string& name, const std::string& password) {
    v1::TestTargetRequest request;
    request.set_url(url);
    request.set_database(name);
    request.set_user("admin");
    request.set_password(password);
    request.set_home_currency("USD");
    v1::TestTargetResponse response;
    const auto status = stub->TestTarget(rpc::context(books.tenant, "test", 30s).get(), request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    EXPECT_THAT(response.DebugString(), ::testing::Not(::testing::HasSubstr(password)));
    return response.check();
  };
  const auto refused = look(server.url(), "odoo", "wrong-word");
  EXPECT_EQ(told(refused), "address connection tls(warning) odoo version database sign_in(failed)");
  v1::TestTargetRequest saved;
  saved.set_target_id(save_target());
  v1::TestTargetResponse response;
  ASSERT_TRUE(stub->TestTarget(rpc::context(books.tenant, "test", 30s).get(), saved, &response).ok());
  EXPECT_TRUE(response.check().ready()) << told(response.check());
  EXPECT_THAT(told(response.check()), ::testing::StartsWith("address connection tls(warning) odoo version database sign_in rights"));
  EXPECT_EQ(stub->TestTarget(rpc::context(ids::uuid_v4(), "test", 30s).get(), saved, &response).error_code(), grpc::StatusCode::NOT_FOUND)
      << "another tenant's";
  EXPECT_THAT(told(look(server.url(), "no_such_db", "secret-word")), ::testing::HasSubstr("database(failed)"));
  EXPECT_EQ(told(look(fmt::format("http://127.0.0.1:{}", ::q2o::testing::free_port()), "odoo", "secret-word")),
            "address connection(failed) tls(warning)");
  EXPECT_EQ(told(look("http://user:secret-word@127.0.0.1", "odoo", "secret-word")), "address(failed)");
  EXPECT_EQ(told(look("http://169.254.169.254/latest", "odoo", "secret-word")), "address connection(failed) tls(warning)");

  v1::ListTargetsResponse list;
  ASSERT_TRUE(v1::LoaderService::NewStub(channel)->ListTargets(rpc::context(books.tenant, "test", 10s).get(), {}, &list).ok());
  EXPECT_EQ(list.targets_size(), 1) << "only the one that was saved";
}

TEST_F(Service, SavingATargetLooksAtItAndSaysTheSame) {
  const auto stub = v1::LoaderService::NewStub(rpc::channel(fmt::format("127.0.0.1:{}", grpc_port)));
  v1::SaveTargetRequest request;
  request.set_url(server.url() + "/");
  request.set_database("odoo");
  request.set_user("admin");
  request.set_password("admin");
  v1::SaveTargetResponse response;
  ASSERT_TRUE(stub->SaveTarget(rpc::context(books.tenant, "test", 30s).get(), request, &response).ok());
  EXPECT_TRUE(response.check().ready()) << told(response.check());
  EXPECT_EQ(response.target().state(), "ready");
  EXPECT_EQ(response.target().url(), server.url());
  request.set_password("wrong");
  ASSERT_TRUE(stub->SaveTarget(rpc::context(books.tenant, "test", 30s).get(), request, &response).ok());
  EXPECT_FALSE(response.check().ready());
  EXPECT_EQ(response.target().state(), "unverified");
}

TEST_F(Service, ListsTargetsPageByPageOrTheOneThatIsAskedFor) {
  const auto stub = v1::LoaderService::NewStub(rpc::channel(fmt::format("127.0.0.1:{}", grpc_port)));
  std::vector<std::string> made;
  for (const char* name : {"a", "b", "c"}) {
    v1::SaveTargetRequest request;
    request.set_url("http://127.0.0.1:9");
    request.set_database(name);
    request.set_user("admin");
    request.set_password("secret");
    request.set_skip_check(true);
    v1::SaveTargetResponse response;
    ASSERT_TRUE(stub->SaveTarget(rpc::context(books.tenant, "test", 10s).get(), request, &response).ok());
    made.push_back(response.target().target_id());
  }
  v1::ListTargetsRequest request;
  request.set_page_size(2);
  std::vector<std::string> listed;
  std::vector<int> sizes;
  do {
    v1::ListTargetsResponse page;
    ASSERT_TRUE(stub->ListTargets(rpc::context(books.tenant, "test", 10s).get(), request, &page).ok());
    sizes.push_back(page.targets_size());
    for (const auto& target : page.targets()) listed.push_back(target.target_id());
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty() && sizes.size() < 10);
  EXPECT_THAT(sizes, ::testing::ElementsAre(2, 1));
  EXPECT_EQ(listed, made) << "in the order they were made";

  v1::ListTargetsResponse page;
  request.set_page_token("nonsense");
  EXPECT_EQ(stub->ListTargets(rpc::context(books.tenant, "test", 10s).get(), request, &page).error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
  request.set_page_token("");
  request.set_target_id(made[1]);
  ASSERT_TRUE(stub->ListTargets(rpc::context(books.tenant, "test", 10s).get(), request, &page).ok());
  ASSERT_EQ(page.targets_size(), 1);
  EXPECT_EQ(page.targets(0).database(), "b");
  ASSERT_TRUE(stub->ListTargets(rpc::context(ids::uuid_v4(), "test", 10s).get(), request, &page).ok());
  EXPECT_EQ(page.targets_size(), 0) << "another tenant sees nothing";
}

TEST_F(Service, ACheckOfTheTargetNamesTheModulesThatTheMappingNeeds) {
  const auto stub = v1::LoaderService::NewStub(rpc::channel(fmt::format("127.0.0.1:{}", grpc_port)));
  v1::CheckTargetRequest request;
  request.set_target_id(save_target());
  request.set_home_currency("USD");
  auto& some = *request.add_modules();
  some.set_name("payroll_of_nobody");
  some.set_title("Payroll");
  some.add_needed_by("hr.payslip");
  some.set_purpose("payslips");
  v1::CheckTargetResponse response;
  ASSERT_TRUE(stub->CheckTarget(rpc::context(books.tenant, "test", 30s).get(), request, &response).ok());
  EXPECT_EQ(response.target().state(), "ready") << "only some records need it";
  const auto missing = [&] {
    return std::ranges::find(response.findings(), "MODULE_MISSING", [](const auto& finding) { return finding.reason(); });
  };
  ASSERT_NE(missing(), response.findings().end());
  EXPECT_EQ(missing()->severity(), "warning");
  EXPECT_THAT(missing()->message(), ::testing::HasSubstr("Payroll (payroll_of_nobody)"));
  EXPECT_THAT(missing()->remedy(), ::testing::HasSubstr("if the source has no payslips"));

  some.clear_needed_by();
  ASSERT_TRUE(stub->CheckTarget(rpc::context(books.tenant, "test", 30s).get(), request, &response).ok());
  EXPECT_EQ(response.target().state(), "blocked");
  EXPECT_EQ(missing()->severity(), "blocker");
}

TEST_F(Service, ListsWhatAnEndedRunCouldNotPutBackAndNothingElse) {
  pg::Pool pool(database);
  const std::string target = save_target(), other = ids::uuid_v4();
  pool.transact([&](pg::Tx& tx) {
    const auto run = [&](std::uint32_t number, const char* state) {
      tx.exec("insert into run (migration_id, run, tenant_id, connection, target_id, state, plan) values ($1, $2, $3, 'q', $4, $5, '')",
              {books.migration, number, books.tenant, target, state});
    };
    const auto setting = [&](std::uint32_t number, const char* name, const char* call, bool restored, const char* note) {
      tx.exec(
          "insert into setting (migration_id, run, name, tenant_id, before_value, during_value, restore_call, restored, note) values "
          "($1, $2, $3, $4, 'old', 'new', $5, $6, $7)",
          {books.migration, number, name, books.tenant, call, restored, note});
    };
    run(1, "stopped");
    setting(1, "company.fiscalyear_lock_date", "[]", false, "");
    setting(1, "company.tax_lock_date", "[]", false, "");  // put back by run 2
    setting(1, "company.name", "", false, "stays: as in the source");
    setting(1, "server action of the loader", "", false, "removed at the end of the run");
    run(2, "done");
    setting(2, "company.tax_lock_date", "[]", true, "put back");
    run(3, "working");
    setting(3, "company.sale_lock_date", "[]", false, "");
  });
  const auto stub = v1::LoaderService::NewStub(rpc::channel(fmt::format("127.0.0.1:{}", grpc_port)));
  v1::ListLeftSettingsRequest request;
  request.set_page_size(1);
  std::vector<std::string> names;
  do {
    v1::ListLeftSettingsResponse page;
    ASSERT_TRUE(stub->ListLeftSettings(rpc::context(books.tenant, "test", 10s).get(), request, &page).ok());
    for (const auto& left : page.settings()) {
      names.push_back(left.name());
      EXPECT_EQ(left.target().target_id(), target);
      EXPECT_EQ(left.run(), 1u);
      EXPECT_THAT(left.remedy(), ::testing::HasSubstr("in Odoo"));
    }
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty() && names.size() < 10);
  EXPECT_THAT(names, ::testing::ElementsAre("company.fiscalyear_lock_date", "server action of the loader"));
  v1::ListLeftSettingsResponse nothing;
  request.set_migration_id(other);
  ASSERT_TRUE(stub->ListLeftSettings(rpc::context(books.tenant, "test", 10s).get(), request, &nothing).ok());
  EXPECT_EQ(nothing.settings_size(), 0) << "another migration has not written to that target";
  v1::ListLeftSettingsRequest also;
  also.set_of_runs_at_work(true);
  v1::ListLeftSettingsResponse all;
  ASSERT_TRUE(stub->ListLeftSettings(rpc::context(books.tenant, "test", 10s).get(), also, &all).ok());
  ASSERT_EQ(all.settings_size(), 3);
  EXPECT_EQ(all.settings(2).name(), "company.sale_lock_date") << "a purge must not take the record of it";
}

TEST_F(Service, ListsWhatAPausedRunHasSwitchedOff) {
  pg::Pool pool(database);
  const std::string target = save_target();
  pool.transact([&](pg::Tx& tx) {
    tx.exec("insert into run (migration_id, run, tenant_id, connection, target_id, state, plan) values ($1, 1, $2, 'q', $3, 'working', '')",
            {books.migration, books.tenant, target});
    tx.exec(
        "insert into setting (migration_id, run, name, tenant_id, before_value, during_value, restore_call) values ($1, 1, "
        "'company.tax_lock_date', $2, '2024-12-31', '', '[]')",
        {books.migration, books.tenant});
    migrations::apply(tx, *migrations::decode(books.migration_message(target, 1, true)));
  });
  const auto stub = v1::LoaderService::NewStub(rpc::channel(fmt::format("127.0.0.1:{}", grpc_port)));
  v1::ListLeftSettingsResponse left;
  ASSERT_TRUE(stub->ListLeftSettings(rpc::context(books.tenant, "test", 10s).get(), {}, &left).ok());
  ASSERT_EQ(left.settings_size(), 1);
  EXPECT_EQ(left.settings(0).name(), "company.tax_lock_date");
  EXPECT_THAT(left.settings(0).remedy(), ::testing::HasSubstr("q2o resume"));
}

TEST_F(Service, CountsAsRemovedWhatIsRemovedNotWhatIsPlanned) {
  pg::Pool pool(database);
  const std::string target = save_target();
  pool.transact([&](pg::Tx& tx) {
    tx.exec("insert into run (migration_id, run, tenant_id, connection, target_id, state, plan) values ($1, 2, $2, 'q', $3, 'working', '')",
            {books.migration, books.tenant, target});
    int position = 0;
    for (const char* state : {"removed", "planned", "planned", "reversed", "kept"}) {
      ++position;
      tx.exec(
          "insert into undo_record (migration_id, run, tenant_id, position, external_id, model, odoo_id, state, reverse, adopted) values "
          "($1, 2, $2, $3, $5, 'account.move', $3, $4, false, false)",
          {books.migration, books.tenant, position, state, "q_invoice_" + std::to_string(position)});
    }
  });
  const auto stub = v1::LoaderService::NewStub(rpc::channel(fmt::format("127.0.0.1:{}", grpc_port)));
  v1::GetRunRequest request;
  request.set_migration_id(books.migration);
  request.set_run(2);
  v1::GetRunResponse run;
  const auto status = stub->GetRun(rpc::context(books.tenant, "test", 10s).get(), request, &run);
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(run.totals().removed(), 1u);
  EXPECT_EQ(run.totals().reversed(), 1u);
  EXPECT_EQ(run.totals().kept(), 1u);
}

TEST_F(Service, ListsRejectsPageByPageAndASourceRecordOncePerReason) {
  pg::Pool pool(database);
  pool.transact([&](pg::Tx& tx) {
    for (const char* id : {"1", "2", "3"})
      for (const char* part : {"", "_note"})
        tx.exec("insert into reject values ($1, 1, $2, 'q_invoice_' || $3::text || $4::text, 'Invoice', $3, 'R', 'm', 'h', 'l')",
                {books.migration, books.tenant, id, part});
  });
  const auto stub = v1::LoaderService::NewStub(rpc::channel(fmt::format("127.0.0.1:{}", grpc_port)));
  v1::ListRejectsRequest request;
  request.set_migration_id(books.migration);
  request.set_run(1);
  request.set_page_size(2);
  std::vector<int> sizes;
  do {
    v1::ListRejectsResponse page;
    ASSERT_TRUE(stub->ListRejects(rpc::context(books.tenant, "test", 10s).get(), request, &page).ok());
    sizes.push_back(page.rejects_size());
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty() && sizes.size() < 10);
  EXPECT_THAT(sizes, ::testing::ElementsAre(2, 1));
}

TEST(LoaderSchema, PostgresShowsATenantItsOwnRowsOnly) {
  const auto database = q2o::testing::Postgres::instance().fresh_schema();
  pg::Pool pool(database);
  pg::migrate(pool, schema());
  EXPECT_THAT(q2o::testing::isolation_complaints(database), ::testing::IsEmpty());
}

}  // namespace
}  // namespace q2o::loader
