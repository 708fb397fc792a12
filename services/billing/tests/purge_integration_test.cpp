#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>

#include "common/ids/ids.h"
#include "common/json/json.h"
#include "common/rpc/rpc.h"
#include "common/testing/testing.h"
#include "services/billing/adapters/clock.h"
#include "services/billing/adapters/pg_migrations.h"
#include "services/billing/adapters/purger.h"
#include "services/billing/app/commands.h"
#include "services/billing/tests/fakes.h"

/// A purge over a real Postgres and real gRPC; the services that keep content are fakes that can be away.
namespace q2o::billing {
namespace {

using namespace std::chrono_literals;

const std::string kTenant = "11111111-1111-4111-8111-111111111111";

class Content final : public identity::v1::ContentService::Service {
 public:
  std::uint64_t rows = 10;
  bool away = false;
  int asked = 0;
  grpc::Status PurgeContent(grpc::ServerContext*, const identity::v1::PurgeContentRequest*,
                            identity::v1::PurgeContentResponse* response) override {
    ++asked;
    if (away) return {grpc::StatusCode::UNAVAILABLE, "away"};
    auto& table = *response->add_tables();
    table.set_table("item");
    table.set_rows(std::exchange(rows, 0));
    return grpc::Status::OK;
  }
};

class Keys final : public identity::v1::KeyService::Service {
 public:
  identity::v1::DestroyTenantKeysRequest asked;
  grpc::Status DestroyTenantKeys(grpc::ServerContext*, const identity::v1::DestroyTenantKeysRequest* request,
                                 identity::v1::DestroyTenantKeysResponse*) override {
    asked = *request;
    return grpc::Status::OK;
  }
};

class Loader final : public loader::v1::LoaderService::Service {
 public:
  std::string migration;  ///< whose setting is not back; empty: none
  grpc::Status ListLeftSettings(grpc::ServerContext*, const loader::v1::ListLeftSettingsRequest* request,
                                loader::v1::ListLeftSettingsResponse* response) override {
    EXPECT_TRUE(request->of_runs_at_work());
    if (migration.empty()) return grpc::Status::OK;
    auto& left = *response->add_settings();
    left.set_migration_id(migration);
    left.set_name("company.tax_lock_date");
    return grpc::Status::OK;
  }
};

class Purging : public ::testing::Test {
 protected:
  Purging() {
    pg::migrate(pool_, schema());
    const auto at = [](const rpc::Server& server) { return "127.0.0.1:" + std::to_string(server.port()); };
    purger_ = std::make_unique<Purger>(
        pool_,
        Purger::Options{{{"connector", at(connector_server_)}, {"loader", at(loader_server_)}}, at(identity_), config::Secret("token")});
  }
  std::string made() {
    v1::CreateMigrationRequest request;
    request.set_platform("quickbooks_online");
    const auto migration = commands_.create({kTenant, "cli", {}}, request);
    EXPECT_TRUE(migration) << migration.error().message;
    return migration ? migration->migration_id() : "";
  }
  Result<v1::Certificate> purge(const std::string& migration, bool settings_may_stay = false, const std::string& key = {}) {
    v1::PurgeRequest request;
    request.set_migration_id(migration);
    request.set_whole_tenant(migration.empty());
    request.set_settings_may_stay(settings_may_stay);
    return purger_->purge({kTenant, "cli", key, "purge " + migration}, request);
  }

  pg::Pool pool_{testing::Postgres::instance().fresh_schema()};
  metrics::Registry metrics_;
  Content connector_, loader_content_;
  Keys keys_;
  Loader loader_;
  rpc::Server connector_server_{"127.0.0.1:0", {&connector_}, metrics_};
  rpc::Server loader_server_{"127.0.0.1:0", {&loader_content_, &loader_}, metrics_};
  rpc::Server identity_{"127.0.0.1:0", {&keys_}, metrics_};
  fakes::FakePeers peers_;
  Commands commands_{[this](const std::function<void(Migrations&)>& work) {
                       pool_.transact([&](pg::Tx& tx) {
                         PgMigrations migrations(tx);
                         work(migrations);
                       });
                     },
                     peers_, now_rfc3339};
  std::unique_ptr<Purger> purger_;
};

TEST_F(Purging, WhileItWaitsForAServiceNothingNewIsMadeAndNoCountIsLost) {
  made();
  loader_content_.away = true;
  const auto waits = purge("");
  ASSERT_FALSE(waits);
  EXPECT_EQ(waits.error().code, Code::unavailable);
  v1::CreateMigrationRequest request;
  request.set_platform("quickbooks_online");
  EXPECT_EQ(commands_.create({kTenant, "cli", {}}, request).error().reason, "PURGE_GOES_ON");
  EXPECT_TRUE(commands_.create({ids::uuid_v4(), "cli", {}}, request)) << "another tenant's";

  loader_content_.away = false;
  purger_->finish_open();
  const auto certificates = purger_->certificates(kTenant);
  ASSERT_EQ(certificates.size(), 1u);
  const auto document = json::Document::parse(certificates[0].json()).value();
  const auto& root = document.root();
  EXPECT_EQ(root["rows_deleted"]["connector/item"].text(), "10") << "deleted before the loader was found away";
  EXPECT_EQ(root["rows_deleted"]["loader/item"].text(), "10");
  ASSERT_EQ(root["counts_incomplete_of"].items().size(), 1u);
  EXPECT_EQ(root["counts_incomplete_of"].items()[0].text(), "loader") << "it might have deleted before it was lost";
  EXPECT_EQ(keys_.asked.purge_id(), root["purge_id"].text()) << "the company's audit and the certificate tell of the same";
  EXPECT_EQ(keys_.asked.actor(), "cli");
  EXPECT_EQ(keys_.asked.tenant_id(), kTenant);
  EXPECT_NE(made(), "");
}

TEST_F(Purging, IsRefusedWhileSettingsOfOdooAreNotBack) {
  const auto id = made(), other = made();
  loader_.migration = id;
  EXPECT_EQ(purge(id).error().reason, "SETTINGS_NOT_BACK");
  EXPECT_EQ(purge("").error().reason, "SETTINGS_NOT_BACK");
  EXPECT_EQ(connector_.asked, 0);
  EXPECT_TRUE(purge(other)) << "its record does not go";
  EXPECT_TRUE(purge(id, true));
}

TEST_F(Purging, TheSameKeyGivesTheSameCertificate) {
  const auto id = made();
  const auto first = purge(id, false, "key-1"), again = purge(id, false, "key-1");
  ASSERT_TRUE(first && again);
  EXPECT_EQ(first->sha256(), again->sha256());
  EXPECT_EQ(purge("", false, "key-1").error().reason, "IDEMPOTENCY_KEY_REUSED");
  EXPECT_EQ(purge(id).error().code, Code::not_found) << "without the key it is simply gone";
}

}  // namespace
}  // namespace q2o::billing
