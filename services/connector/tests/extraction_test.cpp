#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "common/bus/topic.h"
#include "common/ids/ids.h"
#include "common/testing/testing.h"
#include "q2o/billing/v1/migration.pb.h"
#include "sandbox/generator/generator.h"
#include "services/connector/adapters/facts.h"
#include "services/connector/tests/memory.h"
#include "services/connector/tests/program.h"
#include "services/connector/tests/shipped.h"

namespace q2o::connector {
namespace {

using namespace std::chrono_literals;

using testing::PlayedSource;

/// The real program, listening to what it tells.
class Program : public testing::Program {
 protected:
  void SetUp() override {
    testing::Program::SetUp();
    producer_ = std::make_unique<bus::Producer>(bus_);
    hearing_ =
        std::make_unique<bus::Consumer>(bus_, "test-" + ids::uuid_v4(), std::vector<std::string>{topic::kRaw, topic::kConnectorStatus},
                                        [this](std::span<const bus::Incoming> messages) { hear(messages); });
    listener_ = std::jthread([this](std::stop_token stop) { hearing_->run(stop); });
  }
  void TearDown() override {
    testing::Program::TearDown();
    listener_ = {};
  }

  /// With a budget as wide as the test wants: the shipped one paces to ten requests a second.
  void use_budget(const std::string& budget) {
    auto text = testing::shipped_text();
    const std::string shipped = R"("budget": {"per_minute": 500, "per_second": 10, "concurrent": 10})";
    ASSERT_NE(text.find(shipped), std::string::npos);
    text.replace(text.find(shipped), shipped.size(), "\"budget\": " + budget);
    std::filesystem::copy(std::string(Q2O_SOURCE_DIR) + "/config", folder_ + "/config", std::filesystem::copy_options::recursive);
    std::ofstream(folder_ + "/config/platforms/quickbooks_online.json") << text;
  }
  v1::Connection connect(const PlayedSource& source) {
    v1::SaveConnectionRequest wanted;
    wanted.set_platform("quickbooks_online");
    wanted.set_base_url(source.server.url());
    wanted.set_token_url(source.server.url() + "/oauth2/v1/tokens/bearer");
    wanted.set_company_id(source.quickbooks.realm_id());
    wanted.set_client_id(source.quickbooks.credentials().client_id);
    wanted.set_client_secret(source.quickbooks.credentials().client_secret);
    wanted.set_refresh_token(source.quickbooks.credentials().first_refresh_token);
    v1::SaveConnectionResponse saved;
    EXPECT_TRUE(q2o::testing::eventually([&] { return stub_->SaveConnection(context().get(), wanted, &saved).ok(); }))
        << q2o::testing::tail_of(folder_ + "/log");
    v1::VerifyConnectionRequest which;
    which.set_connection_id(saved.connection().connection_id());
    v1::VerifyConnectionResponse verified;
    const auto status = stub_->VerifyConnection(context().get(), which, &verified);
    EXPECT_TRUE(status.ok()) << status.error_message();
    EXPECT_EQ(verified.connection().state(), "connected") << verified.connection().message();
    return verified.connection();
  }
  void run_migration(const v1::Connection& connection, std::uint64_t version,
                     billing::v1::Directive directive = billing::v1::DIRECTIVE_GO) {
    billing::v1::Migration m;
    m.set_tenant_id(tenant_);
    m.set_migration_id(migration_);
    m.set_version(version);
    m.set_state(billing::v1::STATE_RUNNING);
    m.set_directive(directive);
    m.set_run(1);
    m.set_platform("quickbooks_online");
    m.set_source_connection_id(connection.connection_id());
    m.set_connection_slug(connection.slug());
    m.set_mapping_version("mapping-1");
    bus::Outgoing out;
    out.topic = topic::kMigration;
    out.key = migration_;
    out.value = m.SerializeAsString();
    out.id = ids::uuid_v4();
    out.type = "q2o.billing.v1.Migration";
    out.tenant = tenant_;
    out.migration = migration_;
    ASSERT_TRUE(producer_->publish(std::span(&out, 1), 20s));
  }
  void hear(std::span<const bus::Incoming> messages) {
    std::lock_guard lock(mutex_);
    for (const auto& message : messages) {
      if (message.header("q2o-migration") != migration_) continue;
      if (message.topic == topic::kConnectorStatus) {
        facts_.emplace_back().ParseFromString(message.value);
      } else {
        raw_.emplace_back().ParseFromString(message.value);
        raw_ids_[raw_.back().sequence()].insert(message.id());
      }
    }
  }
  std::size_t heard() {
    std::lock_guard lock(mutex_);
    return raw_.size();
  }
  bool extracted() {
    std::lock_guard lock(mutex_);
    return std::any_of(facts_.begin(), facts_.end(), [](const auto& fact) { return fact.has_run_extracted(); });
  }
  /// Everything of the company is in the log, once by id, with counts that agree.
  void expect_complete(const PlayedSource& source) {
    ASSERT_TRUE(q2o::testing::eventually([&] { return extracted(); }, 120s)) << q2o::testing::tail_of(folder_ + "/log");
    ASSERT_TRUE(q2o::testing::eventually([&] {
      std::lock_guard lock(mutex_);
      return testing::read(raw_).ended;
    }));
    std::lock_guard lock(mutex_);
    const auto reading = testing::read(raw_);
    std::size_t records = 0;
    for (const auto& [entity, objects] : source.expected.entities) {
      if (objects.empty()) continue;
      ASSERT_TRUE(reading.bodies.contains(entity)) << entity;
      EXPECT_EQ(reading.bodies.at(entity).size(), objects.size()) << entity;
      records += objects.size();
    }
    EXPECT_GT(records, 100u);
    for (const auto& [entity, end] : reading.ends) {
      EXPECT_EQ(end.records(), end.counted_after()) << entity << ": " << end.explanation();
      EXPECT_EQ(end.records(), reading.bodies.contains(entity) ? reading.bodies.at(entity).size() : 0u) << entity;
    }
    EXPECT_TRUE(reading.gapless);
    for (const auto& [sequence, ids] : raw_ids_) EXPECT_EQ(ids.size(), 1u) << "message " << sequence << " was sent with different contents";
  }

  const std::string migration_ = ids::uuid_v4();
  std::unique_ptr<bus::Producer> producer_;
  std::mutex mutex_;
  std::vector<v1::RawMessage> raw_;
  std::map<std::uint64_t, std::set<std::string>> raw_ids_;
  std::vector<v1::StatusFact> facts_;
  std::unique_ptr<bus::Consumer> hearing_;
  std::jthread listener_;
};

TEST_F(Program, ReadsTheGeneratedCompanyWithinTheSourcesBudget) {
  PlayedSource source(sandbox::generator::generate({.seed = 7}));
  start();
  run_migration(connect(source), 1);
  expect_complete(source);
  EXPECT_EQ(source.quickbooks.requests_refused(), 0u);
  v1::GetReportsRequest wanted;
  wanted.set_migration_id(migration_);
  wanted.set_run(1);
  const auto call = context();
  const auto reader = stub_->GetReports(call.get(), wanted);
  std::map<std::string, int> names;
  for (v1::GetReportsResponse report; reader->Read(&report);) ++names[report.name()];
  EXPECT_GE(names["TrialBalance"], 14);
  EXPECT_GE(names["GeneralLedger"], 14);
  EXPECT_GE(names["BalanceSheet"], 2);
  EXPECT_GE(names["ProfitAndLoss"], 2);
  EXPECT_EQ(names["AgedReceivables"], 1);
}

TEST_F(Program, ReadsTheRecordedCompany) {
  const auto shared = q2o::testing::shared_folder();
  if (shared.empty()) GTEST_SKIP() << "../shared is not there";
  auto company = sandbox::load_company(shared + "/qbo/company");
  ASSERT_TRUE(company) << company.error().message;
  PlayedSource source(std::move(*company));
  start();
  run_migration(connect(source), 1);
  expect_complete(source);
  EXPECT_EQ(source.quickbooks.requests_refused(), 0u);
}

TEST_F(Program, KilledAgainAndAgainItGoesOnAndTheLogIsTheSame) {
  PlayedSource source(sandbox::generator::generate({.seed = 7}), PlayedSource::Limits::none);
  source.server.faults().add({sandbox::FaultKind::slow, "", -1, 0, 1.0, 200, 15});
  use_budget(R"({"per_minute": 100000, "per_second": 1000, "concurrent": 6})");
  start();
  run_migration(connect(source), 1);
  for (const std::size_t moment : {3u, 15u, 30u, 50u}) {
    ASSERT_TRUE(q2o::testing::eventually([&] { return heard() >= moment; }, 60s)) << q2o::testing::tail_of(folder_ + "/log");
    kill_hard();
    start();
  }
  expect_complete(source);
}

TEST_F(Program, ComesThroughThrottlingErrorsAndAnExpiredToken) {
  PlayedSource source(sandbox::generator::generate({.seed = 7}), PlayedSource::Limits::none);
  use_budget(R"({"per_minute": 100000, "per_second": 1000, "concurrent": 4})");
  start();
  const auto connection = connect(source);
  using sandbox::Fault;
  using sandbox::FaultKind;
  source.server.faults().add(Fault{FaultKind::too_many_requests, "query", 2, 5, 1.0, 429, 0, 1});
  source.server.faults().add(Fault{FaultKind::server_error, "query", 3, 20, 1.0, 503, 0, 0});
  source.server.faults().add(Fault{FaultKind::cut_before, "query", 2, 30, 1.0, 500, 0, 0});
  source.server.faults().add(Fault{FaultKind::token_expired, "reports", 1, 3, 1.0, 401, 0, 0});
  run_migration(connection, 1);
  expect_complete(source);
  EXPECT_EQ(source.server.faults().struck(), 8);
}

TEST_F(Program, APauseIsFeltWithinSecondsAlsoWhileTheSourceThrottles) {
  PlayedSource source(sandbox::generator::generate({.seed = 7}), PlayedSource::Limits::none);
  start();
  const auto connection = connect(source);
  source.server.faults().add(sandbox::Fault{sandbox::FaultKind::too_many_requests, "", -1, 3, 1.0, 429, 0, 300});
  run_migration(connection, 1);
  const auto waits = [&] {
    std::lock_guard lock(mutex_);
    return std::any_of(facts_.begin(), facts_.end(),
                       [](const auto& fact) { return fact.waiting().reason() == "THROTTLED" && !fact.waiting().until().empty(); });
  };
  ASSERT_TRUE(q2o::testing::eventually(waits, 60s)) << q2o::testing::tail_of(folder_ + "/log");
  run_migration(connection, 2, billing::v1::DIRECTIVE_PAUSE);
  EXPECT_TRUE(q2o::testing::eventually([&] { return testing::file_text(folder_ + "/log").find("\"paused\"") != std::string::npos; }, 10s))
      << q2o::testing::tail_of(folder_ + "/log");
}

TEST_F(Program, ARevokedConnectionStopsTheRunAndSaysWhatToDo) {
  PlayedSource source(sandbox::generator::generate({.seed = 7}), PlayedSource::Limits::none);
  use_budget(R"({"per_minute": 100000, "per_second": 1000, "concurrent": 4})");
  start();
  const auto connection = connect(source);
  source.server.faults().add(sandbox::Fault{sandbox::FaultKind::revoked, "query", 1, 10, 1.0, 401, 0, 0});
  run_migration(connection, 1);
  const auto failed = [&] {
    std::lock_guard lock(mutex_);
    return std::any_of(facts_.begin(), facts_.end(), [](const auto& fact) {
      return fact.run_failed().reason() == "CONNECTION_BROKEN" && !fact.run_failed().hint().empty();
    });
  };
  EXPECT_TRUE(q2o::testing::eventually(failed, 60s)) << q2o::testing::tail_of(folder_ + "/log");
  v1::ListConnectionsResponse list;
  ASSERT_TRUE(stub_->ListConnections(context().get(), {}, &list).ok());
  EXPECT_EQ(list.connections(0).state(), "broken");
}

}  // namespace
}  // namespace q2o::connector
