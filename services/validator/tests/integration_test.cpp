#include <gtest/gtest.h>

#include <atomic>
#include <mutex>
#include <thread>

#include "common/bus/topic.h"
#include "common/ids/ids.h"
#include "common/migrations/migrations.h"
#include "common/rpc/rpc.h"
#include "common/testing/testing.h"
#include "q2o/connector/v1/raw.pb.h"
#include "services/validator/adapters/intake.h"
#include "services/validator/adapters/odoo_target.h"
#include "services/validator/adapters/recorded_source.h"
#include "services/validator/adapters/report_proto.h"
#include "services/validator/adapters/run_notes.h"
#include "services/validator/adapters/service.h"
#include "services/validator/adapters/worker.h"

/// The validator over a real Postgres, a real Kafka and real gRPC. Connector, mapper and loader are small servers that answer from a table.
namespace q2o::validator {
namespace {

using namespace std::chrono_literals;
const std::string kTenant = "11111111-1111-4111-8111-111111111111";

constexpr auto kReportHead = R"("Header":{"ReportName":"%","StartPeriod":"2026-01-01","EndPeriod":"2026-01-31","Currency":"USD"},)";

std::string report(const std::string& name, const std::string& rest) {
  std::string head = kReportHead;
  return "{" + head.replace(head.find('%'), 1, name) + rest + "}";
}
std::string columns(const std::vector<std::string>& keys) {
  std::string out;
  for (const auto& key : keys)
    out += (out.empty() ? "" : ",") + (R"({"ColTitle":"x","ColType":"String","MetaData":[{"Name":"ColKey","Value":")" + key + R"("}]})");
  return R"("Columns":{"Column":[)" + out + "]}";
}

class FakeConnector final : public connector::v1::ConnectorService::Service {
 public:
  grpc::Status GetReports(grpc::ServerContext*, const connector::v1::GetReportsRequest*,
                          grpc::ServerWriter<connector::v1::GetReportsResponse>* writer) override {
    const auto section = [](const std::string& account, const std::string& amount) {
      return R"({"Header":{"ColData":[{"value":"A","id":")" + account +
             R"("}]},"Rows":{"Row":[{"ColData":[{"value":"2026-01-10"},{"value":"Journal Entry","id":"11"},{"value":")" + amount +
             R"("}],"type":"Data"}]},"type":"Section"})";
    };
    const auto row = [](const std::string& id, const std::string& debit, const std::string& credit) {
      return R"({"ColData":[{"value":"A","id":")" + id + R"("},{"value":")" + debit + R"("},{"value":")" + credit + R"("}]})";
    };
    const auto group = [](const std::string& name, const std::string& rows) {
      return R"({"Header":{"ColData":[{"value":"x"}]},"Rows":{"Row":[)" + rows +
             R"(]},"Summary":{"ColData":[{"value":"t"},{"value":""}]},"type":"Section","group":")" + name + R"("})";
    };
    const auto leaf = [](const std::string& id, const std::string& amount) {
      return R"({"ColData":[{"value":"A","id":")" + id + R"("},{"value":")" + amount + R"("}]})";
    };
    const std::string net = R"({"Summary":{"ColData":[{"value":"n"},{"value":"20.00"}]},"type":"Section","group":"NetIncome"})";
    send(writer, "GeneralLedger",
         columns({"tx_date", "txn_type", "subt_nat_amount"}) + R"(,"Rows":{"Row":[)" + section("1", "50.00") + "," + section("5", "30.00") +
             "," + section("3", "20.00") + "]}");
    send(writer, "TrialBalance",
         columns({"", "", ""}) + R"(,"Rows":{"Row":[)" + row("1", "50.00", "") + "," + row("5", "", "30.00") + "," + row("3", "", "20.00") +
             R"(,{"Summary":{"ColData":[{"value":"T"},{"value":"50.00"},{"value":"50.00"}]},"type":"Section","group":"GrandTotal"}]})");
    send(writer, "BalanceSheet",
         columns({"account", "total"}) + R"(,"Rows":{"Row":[)" + group("TotalAssets", leaf("1", "50.00")) + "," +
             group("TotalLiabilitiesAndEquity",
                   leaf("5", "30.00") + R"(,{"ColData":[{"value":"Net Income"},{"value":"20.00"}],"group":"NetIncome"})") +
             "]}");
    send(writer, "ProfitAndLoss",
         columns({"account", "total"}) + R"(,"Rows":{"Row":[)" + group("Income", leaf("3", "20.00")) + "," + net + "]}");
    for (const auto* aged : {"AgedReceivables", "AgedPayables"}) {
      send(writer, aged, R"("Columns":{"Column":[{"ColTitle":""},{"ColTitle":"Current"},{"ColTitle":"Total"}]},"Rows":{})");
    }
    return grpc::Status::OK;
  }
  grpc::Status GetExtraction(grpc::ServerContext*, const connector::v1::GetExtractionRequest*,
                             connector::v1::GetExtractionResponse* response) override {
    for (const auto& [entity, n] : std::map<std::string, std::uint64_t>{{"Account", 3}, {"JournalEntry", 1}, {"CompanyInfo", 1}}) {
      auto& e = *response->add_entities();
      e.set_entity(entity);
      e.set_counted(n);
      e.set_extracted(n);
    }
    return grpc::Status::OK;
  }

  grpc::Status ListChanges(grpc::ServerContext*, const connector::v1::ListChangesRequest* request,
                           connector::v1::ListChangesResponse* response) override {
    EXPECT_TRUE(request->closed_only());
    response->set_base_run(base_run);
    if (base_run == 0) return grpc::Status::OK;
    auto& change = *response->add_changes();
    change.set_entity("JournalEntry");
    change.set_source_id("7");
    change.set_kind("changed");
    change.set_number("A-7");
    change.set_before_date("2025-12-31");
    change.set_before_amount("12.00");
    change.set_after_date("2025-12-30");
    change.set_after_amount("13.00");
    return grpc::Status::OK;
  }
  std::uint32_t base_run = 0;  ///< of a run that asks for changes

 private:
  static void send(grpc::ServerWriter<connector::v1::GetReportsResponse>* writer, const std::string& name, const std::string& rest) {
    connector::v1::GetReportsResponse out;
    out.set_name(name);
    out.set_end_date("2026-01-31");
    out.set_body(report(name, rest));
    writer->Write(out);
  }
};

class FakeMapper final : public mapper::v1::MapperService::Service {
 public:
  grpc::Status ListRejects(grpc::ServerContext*, const mapper::v1::ListRejectsRequest*, mapper::v1::ListRejectsResponse*) override {
    return grpc::Status::OK;
  }
  grpc::Status ListNotes(grpc::ServerContext*, const mapper::v1::ListNotesRequest*, mapper::v1::ListNotesResponse* response) override {
    auto& note = *response->add_notes();
    note.set_entity("CompanyInfo");
    note.set_source_id("1");
    note.set_kind("merged");
    note.set_reason("became the company's settings");
    return grpc::Status::OK;
  }
};

/// Odoo behind the loader: rows per model, and one cent of a difference on demand.
class FakeLoader final : public loader::v1::LoaderService::Service {
 public:
  std::atomic<int> unavailable{0};
  std::atomic<bool> one_cent_off{false};
  std::string slug;
  grpc::Status ListRejects(grpc::ServerContext*, const loader::v1::ListRejectsRequest*, loader::v1::ListRejectsResponse*) override {
    return grpc::Status::OK;
  }
  grpc::Status GetRun(grpc::ServerContext*, const loader::v1::GetRunRequest*, loader::v1::GetRunResponse* response) override {
    response->mutable_totals()->set_created(5);
    return grpc::Status::OK;
  }
  grpc::Status ReadTarget(grpc::ServerContext*, const loader::v1::ReadTargetRequest* request,
                          loader::v1::ReadTargetResponse* response) override {
    if (unavailable > 0) {
      --unavailable;
      return rpc::to_status(Error{Code::unavailable, "Odoo does not answer", Retry::after_backoff, Effect::none, "", "", {}});
    }
    const std::string bank = one_cent_off ? "49.99" : "50.0";
    std::map<std::string, std::string> rows{
        {"res.currency", R"([{"id":1,"name":"USD","decimal_places":2}])"},
        {"res.company", R"([{"id":1,"currency_id":1}])"},
        {"account.account",
         R"([{"id":10,"code":"1","name":"Bank","account_type":"asset_cash"},{"id":50,"code":"5","name":"Capital","account_type":"equity"},{"id":30,"code":"3","name":"Sales","account_type":"income"}])"},
        {"account.journal", R"([{"id":7,"name":"Bank","type":"bank","default_account_id":10,"currency_id":false}])"},
        {"res.partner", "[]"},
        {"account.move", R"([{"id":100,"name":"BANK/1","date":"2026-01-10","state":"posted"}])"},
        {"account.payment", "[]"},
        {"account.bank.statement.line", R"([{"id":9,"move_id":100,"journal_id":7,"amount":50.0}])"},
        {"ir.model.data", "[" + id("account_1", "account.account", 10, 1) + "," + id("account_5", "account.account", 50, 2) + "," +
                              id("account_3", "account.account", 30, 3) + "," +
                              id("journal_entry_11_line", "account.bank.statement.line", 9, 4) + "]"},
        {"account.move.line", "[" + item(1, 10, bank) + "," + item(2, 50, "-30.0") + "," + item(3, 30, "-20.000000000000004") + "]"}};
    if (request->method() == "read_group") {
      const bool before = request->args_json().find("2025-12-31") != std::string::npos;
      response->set_result_json(before ? "[]"
                                       : R"([{"account_id":[10,"1 Bank"],"balance":)" + bank +
                                             R"(},{"account_id":[50,"5"],"balance":-30.0},{"account_id":[30,"3"],"balance":-20.0}])");
    } else {
      response->set_result_json(rows.at(request->model()));
    }
    return grpc::Status::OK;
  }

 private:
  std::string id(const std::string& name, const std::string& model, int res, int row) const {
    return fmt::format(R"({{"id":{},"name":"{}_{}","model":"{}","res_id":{}}})", row, slug, name, model, res);
  }
  static std::string item(int id, int account, const std::string& amount) {
    return fmt::format(
        R"({{"id":{},"move_id":100,"account_id":{},"partner_id":false,"balance":{},"amount_currency":{},"amount_residual":0.0,"amount_residual_currency":0.0,"currency_id":1,"date":"2026-01-10","date_maturity":false,"parent_state":"posted"}})",
        id, account, amount, amount);
  }
};

class ValidatorIntegration : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    const auto declared =
        bus::declare_topics({testing::Kafka::instance().brokers(), "validator"}, std::string(Q2O_SOURCE_DIR) + "/config/topics.toml");
    ASSERT_TRUE(declared) << declared.error().message;
  }
  void SetUp() override {
    loader_.slug = "qbo1";
    pg::migrate(pool_, schema());
  }
  std::string address(rpc::Server& server) { return "127.0.0.1:" + std::to_string(server.port()); }

  bus::Outgoing message(std::string_view topic, const google::protobuf::Message& value, const std::string& id) {
    bus::Outgoing out;
    out.topic = topic;
    out.key = migration_;
    out.value = value.SerializeAsString();
    out.id = id;
    out.type = value.GetTypeName();
    out.tenant = kTenant;
    out.migration = migration_;
    out.run = 1;
    return out;
  }
  common::v1::Scope scope() const { return scope_of({kTenant, migration_, "qbo1", "target", 1}); }

  /// Publishes the run's raw records and announces where they are.
  void extract() {
    connector::v1::RawMessage raw;
    *raw.mutable_scope() = scope();
    std::vector<bus::Outgoing> messages;
    const auto record = [&](const std::string& entity, const std::string& id, const std::string& body) {
      raw.mutable_batch()->set_entity(entity);
      raw.mutable_batch()->clear_records();
      auto& r = *raw.mutable_batch()->add_records();
      r.set_source_id(id);
      r.set_body(body);
      messages.push_back(message("q2o.connector.raw.v1", raw, ids::uuid_v4()));
    };
    record("CompanyInfo", "1", R"({"Id":"1","CompanyName":"Small","FiscalYearStartMonth":"January"})");
    record("Account", "1", R"({"Id":"1","FullyQualifiedName":"Bank","AccountType":"Bank","Classification":"Asset"})");
    record("Account", "5", R"({"Id":"5","FullyQualifiedName":"Capital","AccountType":"Equity","Classification":"Equity"})");
    record("Account", "3", R"({"Id":"3","FullyQualifiedName":"Sales","AccountType":"Income","Classification":"Revenue"})");
    record("JournalEntry", "11", R"({"Id":"11","TxnDate":"2026-01-10"})");
    const auto positions = producer_.publish(messages, 20s);
    ASSERT_TRUE(positions);
    connector::v1::StatusFact fact;
    *fact.mutable_scope() = scope();
    auto& range = *fact.mutable_run_extracted()->add_ranges();
    range.set_partition(positions->front().partition);
    range.set_first_offset(positions->front().offset);
    range.set_last_offset(positions->back().offset);
    ASSERT_TRUE(producer_.publish(std::vector<bus::Outgoing>{message(topic::kConnectorStatus, fact, ids::uuid_v4())}, 20s));
  }
  bus::Outgoing validating(std::uint64_t version) {
    billing::v1::Migration migration;
    migration.set_tenant_id(kTenant);
    migration.set_migration_id(migration_);
    migration.set_version(version);
    migration.set_state(billing::v1::STATE_VALIDATING);
    migration.set_directive(billing::v1::DIRECTIVE_GO);
    migration.set_run(1);
    migration.set_connection_slug("qbo1");
    migration.set_target_id("target");
    return message(topic::kMigration, migration, ids::uuid_v5({migration_, std::to_string(version)}));
  }
  void publish(const bus::Outgoing& one) { ASSERT_TRUE(producer_.publish(std::vector<bus::Outgoing>{one}, 20s)); }

  /// Runs intake, relay, and worker until `enough` facts of this migration have arrived.
  std::vector<v1::ValidationCompleted> facts(std::size_t enough, const std::function<void()>& meanwhile = [] {}) {
    std::mutex mutex;
    std::vector<v1::ValidationCompleted> out;
    bus::Consumer intake(kafka_, "validator-" + database_.schema, {topic::kMigration, topic::kConnectorStatus},
                         [this](std::span<const bus::Incoming> messages) { take(pool_, messages); });
    bus::Consumer reader(kafka_, "reader-" + ids::uuid_v4(), {topic::kValidatorReport}, [&](std::span<const bus::Incoming> messages) {
      const std::lock_guard lock(mutex);
      for (const auto& m : messages) {
        if (m.key != migration_) continue;
        EXPECT_TRUE(out.emplace_back().ParseFromString(m.value));
      }
    });
    bus::OutboxRelay relay(pool_, producer_);
    std::jthread a([&](std::stop_token stop) { intake.run(stop); }), b([&](std::stop_token stop) { reader.run(stop); }),
        c([&](std::stop_token stop) { relay.run(stop); });
    meanwhile();
    EXPECT_TRUE(testing::eventually(
        [&] {
          while (worker_.run_one({})) {
          }
          const std::lock_guard lock(mutex);
          return out.size() >= enough;
        },
        40s));
    a.request_stop();
    b.request_stop();
    c.request_stop();
    a.join();
    b.join();
    c.join();
    return out;
  }

  std::string migration_ = ids::uuid_v4();
  bus::Options kafka_{testing::Kafka::instance().brokers(), "validator"};
  pg::Options database_ = testing::Postgres::instance().fresh_schema();
  pg::Pool pool_{database_};
  bus::Producer producer_{kafka_};
  FakeConnector connector_;
  FakeMapper mapper_;
  FakeLoader loader_;
  metrics::Registry metrics_;
  rpc::Server connector_server_{"127.0.0.1:0", {&connector_}, metrics_};
  rpc::Server mapper_server_{"127.0.0.1:0", {&mapper_}, metrics_};
  rpc::Server loader_server_{"127.0.0.1:0", {&loader_}, metrics_};
  RecordedSource source_{pool_, kafka_, address(connector_server_)};
  OdooTarget target_{address(loader_server_)};
  GrpcNotes notes_{address(connector_server_), address(mapper_server_), address(loader_server_)};
  Prover prover_{source_, target_, notes_};
  Store store_{pool_, "instance-1"};
  Worker worker_{store_, prover_};
};

TEST_F(ValidatorIntegration, ProvesARunFromRecordedReportsAndOdoosLedger) {
  extract();
  publish(validating(7));
  const auto completed = facts(1);
  ASSERT_EQ(completed.size(), 1u);
  EXPECT_EQ(completed[0].verdict(), "MATCHED") << completed[0].sentence() << completed[0].failure();
  EXPECT_EQ(completed[0].difference(), "0.00");
  const auto stored = store_.report(kTenant, migration_, 0);
  ASSERT_TRUE(stored);
  for (const auto& check : stored->checks()) {
    for (const auto& line : check.lines()) {
      if (line.differs())
        ADD_FAILURE() << check.name() << " " << line.subject() << " " << line.source() << " " << line.target() << " " << line.note();
    }
    if (check.outcome() != "equal") ADD_FAILURE() << check.name() << " " << check.note();
  }
  EXPECT_FALSE(store_.report("22222222-2222-4222-8222-222222222222", migration_, 0)) << "another tenant's report does not exist";
}

TEST_F(ValidatorIntegration, AProofAskedForBeforeTheRangesAreKnownWaitsForThem) {
  publish(validating(7));
  const auto completed = facts(1, [this] { extract(); });
  ASSERT_EQ(completed.size(), 1u);
  EXPECT_EQ(completed[0].verdict(), "MATCHED") << completed[0].failure();
}

TEST_F(ValidatorIntegration, ATargetThatIsAwayForAMomentIsTriedAgain) {
  extract();
  loader_.unavailable = 3;
  publish(validating(7));
  const auto completed = facts(1);
  ASSERT_EQ(completed.size(), 1u);
  EXPECT_EQ(completed[0].verdict(), "MATCHED") << completed[0].failure();
}

TEST_F(ValidatorIntegration, TheSameRequestTwiceGivesOneFactAndANewerOneASecond) {
  extract();
  publish(validating(7));
  publish(validating(7));
  loader_.one_cent_off = true;
  auto completed = facts(1);
  ASSERT_EQ(completed.size(), 1u);
  EXPECT_EQ(completed[0].verdict(), "DIFFERENT");
  loader_.one_cent_off = false;
  publish(validating(9));
  completed = facts(2);
  ASSERT_EQ(completed.size(), 2u);
  EXPECT_EQ(completed[1].verdict(), "MATCHED");
}

TEST_F(ValidatorIntegration, WhatAPersonAcceptedStandsInTheReportAndOnlyThat) {
  extract();
  loader_.one_cent_off = true;
  publish(validating(7));
  const auto completed = facts(1);
  ASSERT_EQ(completed.size(), 1u);
  ASSERT_EQ(completed[0].verdict(), "DIFFERENT");
  billing::v1::Migration migration;
  ASSERT_TRUE(migration.ParseFromString(validating(8).value));
  migration.set_state(billing::v1::STATE_COMPLETED);
  auto& accepted = *migration.add_acceptances();
  accepted.set_run(1);
  accepted.set_report_id(completed[0].report_id());
  accepted.set_actor("cli:ann");
  accepted.set_reason("bank rounding");
  accepted.set_at("2026-02-02T08:30:00Z");
  bus::Incoming fact;
  fact.topic = topic::kMigration;
  fact.value = migration.SerializeAsString();
  for (int twice = 0; twice < 2; ++twice) take(pool_, {&fact, 1});
  auto report = store_.report(kTenant, migration_, 0);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->verdict(), "MATCHED WITH EXCEPTIONS");
  EXPECT_EQ(report->acceptance().actor(), "cli:ann");
  EXPECT_EQ(report->acceptance().reason(), "bank rounding");
  EXPECT_GT(report->acceptance().differences(), 0u);
  // Proven again: the same differences stay accepted.
  const validator::Run run{kTenant, migration_, "qbo1", "target", 1};
  const auto prove_again = [&] {
    const auto proof = prover_.prove(run, {});
    ASSERT_TRUE(proof) << proof.error().message;
    store_.keep(run, to_proto(*proof, run, "2026-02-03T10:00:00Z"));
    report = store_.report(kTenant, migration_, 0);
  };
  prove_again();
  EXPECT_EQ(report->verdict(), "MATCHED WITH EXCEPTIONS");
  loader_.one_cent_off = false;
  prove_again();
  EXPECT_EQ(report->verdict(), "MATCHED");
  EXPECT_FALSE(report->has_acceptance());
}

TEST_F(ValidatorIntegration, AWorkerThatLostItsLeaseWritesNothing) {
  pool_.transact([&](pg::Tx& tx) {
    billing::v1::Migration migration;
    ASSERT_TRUE(migration.ParseFromString(validating(7).value));
    migrations::apply(tx, migration);
    Store::ask_for_proof(tx, migration);
  });
  const auto job = store_.next();
  ASSERT_TRUE(job);
  EXPECT_FALSE(store_.next()) << "leased";
  pool_.transact([](pg::Tx& tx) { tx.exec("UPDATE lease SET fence = fence + 1"); });
  EXPECT_FALSE(store_.finish(*job, v1::Report()));
  EXPECT_FALSE(store_.report(kTenant, migration_, 0));
}

TEST_F(ValidatorIntegration, MigrationsThatWaitForNoProofStandInNobodysWay) {
  const auto told = [&](const std::string& id, std::uint64_t version, billing::v1::Directive directive, std::uint32_t run = 1) {
    billing::v1::Migration migration;
    ASSERT_TRUE(migration.ParseFromString(validating(version).value));
    migration.set_migration_id(id);
    migration.set_directive(directive);
    migration.set_run(run);
    pool_.transact([&](pg::Tx& tx) {
      ASSERT_TRUE(migrations::apply(tx, migration));
      Store::ask_for_proof(tx, migration);
    });
  };
  std::string paused;
  for (int i = 0; i < 36; ++i) {
    const auto id = ids::uuid_v4();
    told(id, 1, billing::v1::DIRECTIVE_GO);
    if (i % 3 == 0) told(id, 2, billing::v1::DIRECTIVE_STOP);
    if (i % 3 == 1) told(paused = id, 2, billing::v1::DIRECTIVE_PAUSE);
    if (i % 3 == 2) told(id, 2, billing::v1::DIRECTIVE_PAUSE, 2);
  }
  told(migration_, 1, billing::v1::DIRECTIVE_GO);
  const auto job = store_.next();
  ASSERT_TRUE(job);
  EXPECT_EQ(job->run.migration, migration_);
  const auto in_state = [&](const std::string& state) {
    return pool_.transact([&](pg::Tx& tx) { return tx.exec("SELECT 1 FROM proof_job WHERE state = $1", {state}).size(); });
  };
  EXPECT_EQ(in_state("waiting"), 1u) << "the one that is leased";
  EXPECT_EQ(in_state("paused"), 12u);
  EXPECT_EQ(in_state("done"), 24u) << "stopped, or of an older run";
  told(paused, 3, billing::v1::DIRECTIVE_GO);
  const auto resumed = store_.next();
  ASSERT_TRUE(resumed);
  EXPECT_EQ(resumed->run.migration, paused);
}

TEST_F(ValidatorIntegration, ReportsComeAsPageCsvAndJsonToTheirTenantOnly) {
  extract();
  publish(validating(7));
  ASSERT_EQ(facts(1).size(), 1u);
  Service service(store_, prover_);
  rpc::Server server("127.0.0.1:0", {&service}, metrics_);
  const auto client = v1::ValidatorService::NewStub(rpc::channel(address(server)));
  v1::GetReportRequest request;
  request.set_migration_id(migration_);
  for (const auto& [format, name] :
       std::map<std::string, std::string>{{"html", "report.html"}, {"json", "report.json"}, {"csv", "summary.csv"}}) {
    request.set_format(format);
    v1::GetReportResponse response;
    ASSERT_TRUE(client->GetReport(rpc::context(kTenant, "cli", 20s).get(), request, &response).ok());
    ASSERT_GE(response.files_size(), 1);
    EXPECT_EQ(response.files(0).name(), name);
    EXPECT_EQ(response.verdict(), "MATCHED");
    EXPECT_EQ(response.run(), 1u);
    EXPECT_EQ(response.created(), 5u);
  }
  v1::GetReportResponse response;
  request.set_format("pdf");
  EXPECT_EQ(client->GetReport(rpc::context(kTenant, "cli", 20s).get(), request, &response).error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
  request.set_format("html");
  EXPECT_EQ(client->GetReport(rpc::context("22222222-2222-4222-8222-222222222222", "cli", 20s).get(), request, &response).error_code(),
            grpc::StatusCode::NOT_FOUND);
  v1::ValidateRequest again;
  again.set_migration_id(migration_);
  v1::ValidateResponse verdict;
  ASSERT_TRUE(client->Validate(rpc::context(kTenant, "cli", 20s).get(), again, &verdict).ok());
  EXPECT_EQ(verdict.verdict(), "MATCHED");
}

}  // namespace
}  // namespace q2o::validator
