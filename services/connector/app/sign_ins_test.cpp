#include "services/connector/app/sign_ins.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/connector/tests/harness.h"

namespace q2o::connector {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

/// A tenant that has connected nothing, an application at the platform, and a person.
class BrowserSignIn : public ::testing::Test, public testing::Harness {
 protected:
  BrowserSignIn() {
    connections.stored = {};
    PlatformApp app{"our-app",       config::Secret("our-secret"), "https://q2o.example.com/oauth/return",
                    "http://source", "http://consent/connect",     "http://token",
                    "http://revoke"};
    apps.emplace(manifest.platform, app);
    manifests.emplace(manifest.platform, manifest);
  }
  std::string begun(const Person& who) {
    const auto answer = sign_ins.begin(who, "quickbooks");
    EXPECT_TRUE(answer) << answer.error().message;
    return answer ? answer->url : "";
  }
  static std::string part(const std::string& url, const std::string& name) {
    const auto at = url.find(name + "=");
    return at == std::string::npos ? ""
                                   : testing::percent_decode(url.substr(at + name.size() + 1, url.find('&', at) - at - name.size() - 1));
  }
  Returned returned(const std::string& url, const std::string& company = "123") {
    source.code = "code-1";
    return {config::Secret("code-1"), config::Secret(part(url, "state")), company, ""};
  }
  Result<CompanyStatus> finish(const Person& who, const Returned& what) { return sign_ins.finish(who, "quickbooks_online", what, {}); }
  void connect() {
    const auto done = finish(ann, returned(begun(ann)));
    ASSERT_TRUE(done) << done.error().message;
  }

  const Person ann{"tenant-1", "person:ann"}, bob{"tenant-1", "person:bob"}, stranger{"tenant-2", "person:ann"};
  PlatformApps apps;
  Manifests manifests;
  testing::MemoryAttempts attempts{clock};
  OAuthClient our_oauth{source, clock, apps};
  SignIns sign_ins{SignIns::Parts{manifests, apps, connections, attempts, source, our_oauth, clock, probe}};
};

TEST_F(BrowserSignIn, SendsTheBrowserToThePlatformWithAStateThatNobodyGuesses) {
  const auto url = begun(ann);
  EXPECT_TRUE(url.starts_with("http://consent/connect?client_id=our-app&response_type=code&"));
  EXPECT_EQ(part(url, "redirect_uri"), "https://q2o.example.com/oauth/return");
  EXPECT_EQ(part(url, "scope"), "com.intuit.quickbooks.accounting");
  EXPECT_EQ(part(url, "state").size(), 43u);
  EXPECT_NE(part(url, "state"), part(begun(ann), "state"));
  EXPECT_THAT(url, Not(HasSubstr("our-secret")));
  ASSERT_EQ(attempts.open.size(), 2u);
  EXPECT_THAT(attempts.open.begin()->first, Not(HasSubstr(part(url, "state")))) << "what is stored opens nothing";
}

TEST_F(BrowserSignIn, ConnectsTheCompanyThatTheConsentIsFor) {
  const auto done = finish(ann, returned(begun(ann)));
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(done->connection.state, "connected");
  EXPECT_EQ(done->connection.company_name, "Fern & Sons");
  EXPECT_EQ(done->connection.slug, "qbo123");
  EXPECT_EQ(done->environment, "sandbox");
  EXPECT_GT(done->ends, done->access_ends);
  EXPECT_EQ(connections.stored.tokens.refresh.reveal(), "refresh-1");
  EXPECT_TRUE(connections.stored.credentials.client_secret.empty()) << "the application's secret is stored nowhere";
  EXPECT_EQ(source.requests_with("redirect_uri=https%3A%2F%2Fq2o.example.com%2Foauth%2Freturn"), 1);
  EXPECT_EQ(our_oauth.refresh("http://token", connections.stored.credentials, connections.stored.tokens.refresh, 3600, [] { return true; })
                ->refresh.reveal(),
            "refresh-2");
}

TEST_F(BrowserSignIn, AStateWorksOnceForThePersonWhoGotItAndForTenMinutes) {
  const auto refused = [&](const Person& who, const Returned& what) {
    const auto answer = finish(who, what);
    return answer ? "connected" : answer.error().reason;
  };
  const auto url = begun(ann);
  EXPECT_EQ(refused(bob, returned(url)), "OAUTH_STATE_UNKNOWN") << "another person of the tenant";
  EXPECT_EQ(refused(stranger, returned(url)), "OAUTH_STATE_UNKNOWN") << "the same person in another tenant";
  EXPECT_EQ(refused(ann, {config::Secret("code-1"), config::Secret(part(url, "state") + "x"), "123", ""}), "OAUTH_STATE_UNKNOWN");
  EXPECT_EQ(refused(ann, {config::Secret("code-1"), {}, "123", ""}), "OAUTH_STATE_UNKNOWN");
  EXPECT_EQ(source.requests_with("token "), 0) << "no code was sent anywhere";
  EXPECT_EQ(refused(ann, returned(url)), "connected");
  EXPECT_EQ(refused(ann, returned(url)), "OAUTH_STATE_UNKNOWN") << "a second time";
  const auto late = begun(ann);
  clock.advance(SignIns::kLifetime + std::chrono::seconds(1));
  EXPECT_EQ(refused(ann, returned(late)), "OAUTH_STATE_UNKNOWN");
}

TEST_F(BrowserSignIn, ACompanyThatTheConsentDoesNotCoverConnectsNothing) {
  source.disturb = [](const std::string& url) -> std::optional<Result<http::Response>> {
    if (url.find("/company/999/") == std::string::npos) return std::nullopt;
    return testing::json_answer(403, testing::fault("3100", "ApplicationAuthorizationFailed"));
  };
  const auto done = finish(ann, returned(begun(ann), "999"));
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().reason, "COMPANY_NOT_READABLE");
  EXPECT_THAT(done.error().hint, HasSubstr("Nothing was connected"));
  EXPECT_TRUE(connections.stored.connection.id.empty());
}

TEST_F(BrowserSignIn, WhatIsNoRedirectOfThePlatformIsRefused) {
  for (const auto* company : {"", "12x", "../1", "123456789012345678901234567890123"})
    EXPECT_EQ(finish(ann, returned(begun(ann), company)).error().reason, "MISSING_FIELDS") << company;
  const auto url = begun(ann);
  const auto no = finish(ann, {{}, config::Secret(part(url, "state")), "", "access_denied"});
  EXPECT_EQ(no.error().reason, "CONSENT_REFUSED");
  EXPECT_EQ(finish(ann, returned(url)).error().reason, "OAUTH_STATE_UNKNOWN") << "the state is used";
  auto wrong = returned(begun(ann));
  wrong.code = config::Secret("another");
  EXPECT_THAT(finish(ann, wrong).error().hint, HasSubstr("Begin again"));
  EXPECT_TRUE(connections.stored.connection.id.empty());
}

TEST_F(BrowserSignIn, TellsWhatIsConnectedAndUntilWhen) {
  connect();
  const auto status = sign_ins.status("tenant-1", "quickbooks_online");
  ASSERT_TRUE(status);
  EXPECT_TRUE(status->configured);
  ASSERT_EQ(status->all.size(), 1u);
  const auto now = std::chrono::duration_cast<std::chrono::seconds>(clock.now().time_since_epoch()).count();
  EXPECT_EQ(status->all[0].access_ends, now + 3600);
  EXPECT_EQ(status->all[0].ends, now + 8726400);
  EXPECT_EQ(sign_ins.status("tenant-1", "sage").error().reason, "UNKNOWN_PLATFORM");
  apps.clear();
  EXPECT_FALSE(sign_ins.status("tenant-1", "quickbooks")->configured);
  EXPECT_EQ(sign_ins.begin(ann, "quickbooks").error().reason, "OAUTH_NOT_CONFIGURED");
}

TEST_F(BrowserSignIn, DisconnectingEndsTheConsentAndForgetsTheTokens) {
  connect();
  ASSERT_TRUE(tokens.current("connection-1", 3600));
  const auto done = sign_ins.disconnect("tenant-1", "quickbooks_online", "");
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(done->connection.state, "disconnected");
  EXPECT_EQ(done->connection.id, "connection-1");
  EXPECT_THAT(source.revoked_tokens, ::testing::ElementsAre(R"({"token":"refresh-1"})"));
  EXPECT_TRUE(connections.stored.tokens.refresh.empty());
  const auto used = tokens.renew("connection-1", config::Secret("access-1"), 3600);
  ASSERT_FALSE(used);
  EXPECT_EQ(used.error().reason, "CONNECTION_BROKEN");
  EXPECT_EQ(sign_ins.disconnect("tenant-1", "quickbooks_online", "connection-1")->connection.state, "disconnected") << "again is harmless";
  EXPECT_EQ(source.revoked_tokens.size(), 1u);
  EXPECT_EQ(sign_ins.disconnect("tenant-2", "quickbooks_online", "connection-1").error().code, Code::not_found);
  connect();
  EXPECT_EQ(connections.stored.connection.state, "connected");
}

TEST_F(BrowserSignIn, AnEndThatIsNotConfirmedIsRepeatedAndAtLastSaidToBeOpen) {
  connect();
  source.revoke_status = 503;
  EXPECT_EQ(sign_ins.disconnect("tenant-1", "quickbooks_online", "connection-1")->connection.state, "disconnecting");
  EXPECT_FALSE(tokens.renew("connection-1", config::Secret("access-1"), 3600)) << "nobody uses it any more";
  EXPECT_TRUE(sign_ins.end_one());
  EXPECT_EQ(connections.stored.connection.state, "disconnecting");
  source.revoke_status = 400;  // the platform has carried out an earlier try whose answer was lost
  EXPECT_TRUE(sign_ins.end_one());
  EXPECT_EQ(connections.stored.connection.state, "disconnected");
  EXPECT_FALSE(sign_ins.end_one());

  connect();
  source.revoke_status = 503;
  ASSERT_TRUE(sign_ins.disconnect("tenant-1", "quickbooks_online", "connection-1"));
  connections.tried_for = std::chrono::hours(25);
  EXPECT_TRUE(sign_ins.end_one());
  EXPECT_EQ(connections.stored.connection.state, "disconnected");
  EXPECT_THAT(connections.stored.connection.message, HasSubstr("Remove the application there too"));
}

TEST_F(BrowserSignIn, DoesNotEndAConsentThatAnotherTenantLivesOn) {
  connect();
  connections.elsewhere = true;
  EXPECT_EQ(sign_ins.disconnect("tenant-1", "quickbooks_online", "connection-1")->connection.state, "disconnected");
  EXPECT_TRUE(source.revoked_tokens.empty());
  EXPECT_TRUE(connections.stored.tokens.refresh.empty());
  EXPECT_THAT(connections.stored.connection.message, HasSubstr("consent may stand"));
}

}  // namespace
}  // namespace q2o::connector
