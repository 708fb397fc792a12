#include <gmock/gmock.h>
#include <sys/wait.h>

#include "common/http/http.h"
#include "q2o/connector/v1/oauth.grpc.pb.h"
#include "sandbox/generator/generator.h"
#include "services/connector/adapters/postgres_attempts.h"
#include "services/connector/tests/program.h"
#include "services/connector/tests/shipped.h"
#include "services/connector/tests/stores_fixture.h"

/// Signing in by a browser: what is stored, and the whole program at the sandbox's page, killed where it hurts.
namespace q2o::connector {
namespace {

using namespace std::chrono_literals;
using config::Secret;

class SignInStores : public testing::Stores {
 protected:
  PostgresAttempts attempts{pool};
};

TEST_F(SignInStores, AnAttemptIsTakenOnceByItsTenantBeforeItExpires) {
  attempts.begin(tenant, "c1", "https://back", 10min);
  EXPECT_FALSE(attempts.take("another", "c1"));
  EXPECT_EQ(attempts.take(tenant, "c1"), "https://back");
  EXPECT_FALSE(attempts.take(tenant, "c1"));
  attempts.begin(tenant, "c2", "https://back", 0ms);
  EXPECT_FALSE(attempts.take(tenant, "c2"));
}

TEST_F(SignInStores, ATenantsOldestAttemptsAreForgotten) {
  for (int i = 0; i < 30; ++i) attempts.begin(tenant, "c" + std::to_string(i), "https://back", 10min);
  EXPECT_FALSE(attempts.take(tenant, "c9"));
  EXPECT_TRUE(attempts.take(tenant, "c10"));
  EXPECT_TRUE(attempts.take(tenant, "c29"));
}

TEST_F(SignInStores, DisconnectingTakesTheTokensFromEverybodyAndKeepsTheHistory) {
  const auto connection = save();
  const auto right = connections.begin_renewal(connection.id);
  ASSERT_TRUE(right);
  EXPECT_EQ(connections.begin_disconnect(ids::uuid_v4(), connection.id).error().code, Code::not_found);
  const auto leaving = connections.begin_disconnect(tenant, connection.id);
  ASSERT_TRUE(leaving);
  EXPECT_EQ(leaving->connection.state, "disconnecting");
  EXPECT_EQ(leaving->tokens.refresh.reveal(), "refresh-0");
  EXPECT_TRUE(facts().back().connection_broken().deliberate()) << "runs wait, and nobody is told that something broke";
  connections.store_renewed(*right, {Secret("late"), Secret("late"), {}, 1, right->fence});
  EXPECT_EQ(connections.open(connection.id)->tokens.refresh.reveal(), "refresh-0") << "a renewal that comes too late stores nothing";
  EXPECT_FALSE(connections.next_leaving()) << "who began it has a minute for it";
  connections.disconnect_later(connection.id, milliseconds{-1});
  const auto next = connections.next_leaving();
  ASSERT_TRUE(next);
  EXPECT_EQ(next->sign_in.connection.id, connection.id);
  EXPECT_FALSE(connections.next_leaving()) << "another replica does not get it too";
  connections.disconnected(connection.id, "gone");
  const auto after = connections.open(connection.id);
  EXPECT_EQ(after->connection.state, "disconnected");
  EXPECT_TRUE(after->tokens.refresh.empty());
  connections.broken(connection.id, Error{Code::unauthenticated, "late", Retry::never, Effect::none, "R", "", {}});
  EXPECT_EQ(connections.find(tenant, connection.id)->state, "disconnected") << "a late refusal changes nothing";
  EXPECT_EQ(save("refresh-9").id, connection.id) << "the same company again";
  EXPECT_EQ(connections.find(tenant, connection.id)->state, "unverified");
}

TEST_F(SignInStores, KnowsWhetherAnotherTenantLivesOnTheCompany) {
  const auto mine = save();
  EXPECT_FALSE(connections.lives_elsewhere(mine));
  Connection other{"", "another", "qbo123", "quickbooks_online", "123", "http://source", "http://token", "", "", "", ""};
  const auto theirs = connections.save({other, {Secret("client"), Secret("secret")}, {{}, Secret("r"), {}, 0}});
  EXPECT_FALSE(connections.lives_elsewhere(mine)) << "anybody can say so";
  connections.verified(theirs.id, "Company", "USD", 1);
  EXPECT_TRUE(connections.lives_elsewhere(mine));
  ASSERT_TRUE(connections.begin_disconnect("another", theirs.id));
  EXPECT_FALSE(connections.lives_elsewhere(mine));
}

/// The connector with an application at the sandbox, and a person with a browser.
class BrowserProgram : public testing::Program {
 protected:
  void SetUp() override {
    testing::Program::SetUp();
    const auto set = [](const char* name, const std::string& value) {
      ::setenv(("Q2O_OAUTH_QUICKBOOKS_ONLINE_" + std::string(name)).c_str(), value.c_str(), 1);
    };
    set("CLIENT_ID", source_.quickbooks.credentials().client_id);
    set("CLIENT_SECRET", source_.quickbooks.credentials().client_secret);
    set("REDIRECT_URI", "https://q2o.example.com/oauth/return");
    set("BASE_URL", source_.server.url());
    set("AUTHORIZE_URL", source_.server.url() + "/connect/oauth2");
    set("TOKEN_URL", source_.server.url() + "/oauth2/v1/tokens/bearer");
    set("REVOKE_URL", source_.server.url() + "/v2/oauth2/tokens/revoke");
  }
  void TearDown() override {
    testing::Program::TearDown();
    for (const auto* name : {"CLIENT_ID", "CLIENT_SECRET", "REDIRECT_URI", "BASE_URL", "AUTHORIZE_URL", "TOKEN_URL", "REVOKE_URL"})
      ::unsetenv(("Q2O_OAUTH_QUICKBOOKS_ONLINE_" + std::string(name)).c_str());
  }
  void begin_program(const std::string& failpoints = {}) {
    start(failpoints);
    oauth_ = v1::OAuthService::NewStub(rpc::channel(fmt::format("127.0.0.1:{}", port_)));
    v1::GetStatusRequest request;
    request.set_platform("quickbooks");
    ASSERT_TRUE(q2o::testing::eventually([&] { return oauth_->GetStatus(as("ann").get(), request, &status_).ok(); }))
        << q2o::testing::tail_of(folder_ + "/log");
  }
  std::unique_ptr<grpc::ClientContext> as(const std::string& person) {
    auto context = this->context();
    context->AddMetadata("q2o-person", person);
    return context;
  }
  /// What the person's browser brings back: it opens the page, presses Connect, follows nothing.
  v1::CallbackRequest consent() {
    v1::AuthorizeRequest wanted;
    wanted.set_platform("quickbooks");
    v1::AuthorizeResponse begun;
    EXPECT_TRUE(oauth_->Authorize(as("ann").get(), wanted, &begun).ok());
    http::Client browser;
    const auto page = browser.send({"GET", begun.url(), {}, {}}, 10s);
    EXPECT_TRUE(page && page->status == 200 && page->body.find("<form method=\"post\"") != std::string::npos);
    const auto query = begun.url().substr(begun.url().find('?') + 1);
    const auto back = browser.send({"POST",
                                    source_.server.url() + "/connect/oauth2",
                                    {{"Content-Type", "application/x-www-form-urlencoded"}},
                                    query + "&decision=connect"},
                                   10s);
    const std::string location(back ? back->header("Location") : "");
    const auto part = [&](const std::string& name) {
      const auto at = location.find(name + "=");
      return at == std::string::npos ? "" : location.substr(at + name.size() + 1, location.find('&', at) - at - name.size() - 1);
    };
    v1::CallbackRequest brought;
    brought.set_platform("quickbooks");
    brought.set_code(part("code"));
    brought.set_state(part("state"));
    brought.set_realm_id(part("realmId"));
    return brought;
  }
  grpc::Status callback(const v1::CallbackRequest& brought, const std::string& person = "ann") {
    return oauth_->Callback(as(person).get(), brought, &done_);
  }
  std::vector<v1::SignedInCompany> companies() {
    v1::GetStatusRequest request;
    request.set_platform("quickbooks");
    v1::GetStatusResponse status;
    EXPECT_TRUE(oauth_->GetStatus(as("ann").get(), request, &status).ok());
    return {status.companies().begin(), status.companies().end()};
  }
  grpc::Status disconnect(v1::DisconnectResponse* response) {
    v1::DisconnectRequest request;
    request.set_platform("quickbooks");
    return oauth_->Disconnect(as("ann").get(), request, response);
  }
  void expect_dead() {
    int how = 0;
    ASSERT_TRUE(q2o::testing::eventually([&] { return waitpid(pid_, &how, WNOHANG) == pid_; }));
    pid_ = 0;
  }

  testing::PlayedSource source_{sandbox::generator::generate({.seed = 7})};
  std::unique_ptr<v1::OAuthService::Stub> oauth_;
  v1::GetStatusResponse status_;
  v1::CallbackResponse done_;
};

TEST_F(BrowserProgram, ConnectsDisconnectsAndConnectsAgainUnderTheSameId) {
  begin_program();
  EXPECT_TRUE(status_.configured());
  EXPECT_EQ(status_.companies_size(), 0);
  const auto brought = consent();
  EXPECT_FALSE(callback(brought, "bob").ok()) << "somebody else's browser";
  const auto connected = callback(brought);
  ASSERT_TRUE(connected.ok()) << connected.error_message();
  EXPECT_EQ(done_.company().state(), "connected");
  EXPECT_EQ(done_.company().company_name(), source_.expected.name());
  EXPECT_EQ(done_.company().environment(), "sandbox");
  EXPECT_FALSE(done_.company().sign_in_expires_at().empty());
  EXPECT_FALSE(callback(brought).ok()) << "a second time";
  const auto id = done_.company().connection_id();
  v1::DisconnectResponse left;
  ASSERT_TRUE(disconnect(&left).ok());
  EXPECT_EQ(left.company().state(), "disconnected");
  v1::VerifyConnectionRequest which;
  which.set_connection_id(id);
  v1::VerifyConnectionResponse verified;
  ASSERT_TRUE(stub_->VerifyConnection(context().get(), which, &verified).ok());
  EXPECT_EQ(verified.connection().state(), "disconnected") << "only a person connects it again";
  ASSERT_TRUE(callback(consent()).ok());
  EXPECT_EQ(done_.company().connection_id(), id);
  EXPECT_EQ(done_.company().state(), "connected");
}

TEST_F(BrowserProgram, KilledBetweenExchangeAndStoreNothingIsHalfAndAPersonSignsInAgain) {
  begin_program("after_call=kill@1");  // the code has been exchanged, the answer is lost
  const auto brought = consent();
  EXPECT_FALSE(callback(brought).ok());
  expect_dead();
  begin_program();
  EXPECT_TRUE(companies().empty());
  EXPECT_EQ(callback(brought).error_code(), grpc::StatusCode::FAILED_PRECONDITION) << "the code is not sent twice";
  ASSERT_TRUE(callback(consent()).ok());
  EXPECT_EQ(companies().at(0).state(), "connected");
}

TEST_F(BrowserProgram, KilledAfterTheRevocationTheEndIsStoredByTheNextLife) {
  begin_program("after_call=kill@4");  // the code, the company, its preferences, the revocation
  ASSERT_TRUE(callback(consent()).ok());
  v1::DisconnectResponse left;
  EXPECT_FALSE(disconnect(&left).ok());
  expect_dead();
  begin_program();
  ASSERT_EQ(companies().size(), 1u);
  EXPECT_EQ(companies().at(0).state(), "disconnecting");
  pg::Pool pool(database_);
  pool.transact([](pg::Tx& tx) { tx.exec("UPDATE connection SET leave_at = now() - interval '1 second'"); });
  EXPECT_TRUE(q2o::testing::eventually([&] { return companies().at(0).state() == "disconnected"; }, 30s))
      << q2o::testing::tail_of(folder_ + "/log");
}

}  // namespace
}  // namespace q2o::connector
