#include "common/audit/notes.h"

#include <gmock/gmock.h>

#include "common/ids/ids.h"
#include "common/testing/testing.h"
#include "q2o/billing/v1/migration.pb.h"
#include "q2o/connector/v1/connector.pb.h"
#include "q2o/connector/v1/oauth.pb.h"
#include "q2o/loader/v1/targets.pb.h"

namespace q2o::audit {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const std::string kTenant = "11111111-1111-4111-8111-111111111111", kMigration = "22222222-2222-4222-8222-222222222222";

acting::Call call_of(const std::string& method, const google::protobuf::Message* request = nullptr) {
  acting::Call out;
  out.method = method;
  out.tenant = kTenant;
  out.actor = "ann@example.com";
  out.address = "192.0.2.7";
  out.request = request;
  return out;
}

TEST(AuditNotes, SayWhoDidWhatToWhatFromWhere) {
  billing::v1::StopRequest request;
  request.set_migration_id(kMigration);
  request.set_reason("the wrong company");
  const auto note = note_of(call_of("/q2o.billing.v1.MigrationService/Stop", &request));
  ASSERT_TRUE(note);
  EXPECT_EQ(note->tenant_id(), kTenant);
  EXPECT_EQ(note->actor(), "ann@example.com");
  EXPECT_EQ(note->action(), "billing.stop");
  EXPECT_EQ(note->subject(), "migration/" + kMigration);
  EXPECT_EQ(note->detail(), "the wrong company");
  EXPECT_EQ(note->client_address(), "192.0.2.7");
}

TEST(AuditNotes, KeepSecretsOut) {
  connector::v1::SaveConnectionRequest request;
  request.set_platform("quickbooks_online");
  request.set_client_id("canary-id");
  request.set_client_secret("canary-secret");
  request.set_refresh_token("canary-token");
  request.set_authorization_code("canary-code");
  const auto note = note_of(call_of("/q2o.connector.v1.ConnectorService/SaveConnection", &request));
  ASSERT_TRUE(note);
  EXPECT_EQ(note->action(), "connector.save_connection");
  EXPECT_THAT(note->ShortDebugString(), Not(HasSubstr("canary")));
}

TEST(AuditNotes, OfWhatIsSetGoingToo) {
  connector::v1::StartAssessmentRequest request;
  request.set_connection_id(kMigration);
  const auto note = note_of(call_of("/q2o.connector.v1.ConnectorService/StartAssessment", &request));
  ASSERT_TRUE(note) << "its scope is one for reading: nothing is written at the source";
  EXPECT_EQ(note->action(), "connector.start_assessment");
  EXPECT_EQ(note->subject(), "connection/" + kMigration);
}

TEST(AuditNotes, NothingOfReadingNorOfServicesNorOfStrangers) {
  EXPECT_FALSE(note_of(call_of("/q2o.billing.v1.MigrationService/GetMigration")));
  EXPECT_FALSE(note_of(call_of("/q2o.loader.v1.LoaderService/FindRecords"))) << "reads by POST; its scope says so";
  EXPECT_FALSE(note_of(call_of("/q2o.identity.v1.ContentService/PurgeContent"))) << "services only";
  EXPECT_FALSE(note_of(call_of("/q2o.none.v1.NoService/None")));
  auto stranger = call_of("/q2o.billing.v1.MigrationService/Stop");
  stranger.tenant.clear();
  EXPECT_FALSE(note_of(stranger));
  auto neighbour = call_of("/q2o.connector.v1.ConnectorService/VerifyConnection");
  neighbour.actor = "billing";
  neighbour.address.clear();
  EXPECT_FALSE(note_of(neighbour));
  neighbour.address = "192.0.2.7";
  EXPECT_TRUE(note_of(neighbour)) << "who comes through the edge is no service, whatever he is called";
}

TEST(AuditNotes, AreAboutWhatACommandMakesNotAboutWhatItIsMadeFrom) {
  billing::v1::CreateMigrationRequest request;
  request.set_platform("quickbooks_online");
  request.set_source_connection_id("33333333-3333-4333-8333-333333333333");
  auto call = call_of("/q2o.billing.v1.MigrationService/CreateMigration", &request);
  acting::begin(call);
  acting::about("migration", kMigration);
  acting::end();
  const auto note = note_of(call);
  ASSERT_TRUE(note);
  EXPECT_EQ(note->subject(), "migration/" + kMigration);
  EXPECT_EQ(note->detail(), "source_connection/33333333-3333-4333-8333-333333333333; quickbooks_online");
}

TEST(AuditNotes, AreAboutAPlatformWhereNothingElseIsNamed) {
  connector::v1::AuthorizeRequest request;
  request.set_platform("quickbooks_online");
  const auto note = note_of(call_of("/q2o.connector.v1.OAuthService/Authorize", &request));
  ASSERT_TRUE(note);
  EXPECT_EQ(note->subject(), "platform/quickbooks_online");
  EXPECT_EQ(note->detail(), "");
}

class AuditOutbox : public ::testing::Test {
 protected:
  AuditOutbox() {
    pg::before_commit(note);
    pool = std::make_unique<pg::Pool>(options);
    pg::migrate(*pool, {{"001.sql", "create table thing (id text primary key)"}});
    request.set_migration_id(kMigration);
  }
  ~AuditOutbox() override { pg::before_commit(nullptr); }
  void insert(const std::string& id) {
    pool->transact([&](pg::Tx& tx) { tx.exec("insert into thing values ($1)", {id}); });
  }
  std::vector<std::string> topics() {
    return pool->transact([](pg::Tx& tx) {
      std::vector<std::string> out;
      for (const auto row : tx.exec("select topic from outbox order by id")) out.push_back(row.text("topic"));
      return out;
    });
  }
  pg::Options options = q2o::testing::Postgres::instance().fresh_schema();
  std::unique_ptr<pg::Pool> pool;
  billing::v1::StopRequest request;
};

TEST_F(AuditOutbox, ACommandIsNotedOnceWithItsFirstChange) {
  auto call = call_of("/q2o.billing.v1.MigrationService/Stop", &request);
  acting::begin(call);
  EXPECT_TRUE(topics().empty()) << "looking changes nothing";
  EXPECT_THROW(pool->transact([](pg::Tx& tx) {
    tx.exec("insert into thing values ('gone')");
    throw std::runtime_error("no");
  }),
               std::runtime_error);
  EXPECT_TRUE(topics().empty()) << "what did not happen is not noted";
  insert("one");
  insert("two");
  acting::end();
  EXPECT_EQ(topics(), std::vector<std::string>{"q2o.billing.audit.v1"});
  insert("three");
  EXPECT_EQ(topics().size(), 1U) << "the service's own work is no command";
}

/// No handler can forget it: the first test that makes the thing fails.
TEST_F(AuditOutbox, WhatACommandMakesIsNamedOrNotMade) {
  billing::v1::CreateMigrationRequest create;
  create.set_source_connection_id(kMigration);
  auto call = call_of("/q2o.billing.v1.MigrationService/CreateMigration", &create);
  acting::begin(call);
  EXPECT_THROW(insert("one"), std::logic_error);
  acting::about("quote", "of another kind");
  EXPECT_THROW(insert("one"), std::logic_error);
  EXPECT_TRUE(topics().empty());
  acting::about("migration", kMigration);
  insert("one");  // was not there
  acting::end();
  EXPECT_EQ(topics(), std::vector<std::string>{"q2o.billing.audit.v1"});
}

TEST_F(AuditOutbox, WhatIsDoneAsideIsNotTheCommand) {
  auto call = call_of("/q2o.billing.v1.MigrationService/Stop", &request);
  acting::begin(call);
  {
    const acting::Aside prepared;
    insert("one");
  }
  EXPECT_TRUE(topics().empty());
  insert("two");
  acting::end();
  EXPECT_EQ(topics().size(), 1U);
}

TEST_F(AuditOutbox, AQuestionThatWritesIsNotNoted) {
  auto call = call_of("/q2o.billing.v1.MigrationService/GetMigration", &request);
  acting::begin(call);
  insert("one");
  acting::end();
  EXPECT_TRUE(topics().empty());
}

}  // namespace
}  // namespace q2o::audit
