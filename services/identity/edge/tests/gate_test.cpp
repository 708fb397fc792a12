#include "services/identity/edge/gate.h"

#include <gmock/gmock.h>

#include "embedded/contracts.h"
#include "services/identity/edge/tests/fake_askers.h"

namespace q2o::identity::edge {
namespace {

using namespace std::chrono_literals;

constexpr const char* kStart = "/q2o.billing.v1.MigrationService/Start";                   // accountant, migrations:write
constexpr const char* kList = "/q2o.billing.v1.MigrationService/ListMigrations";           // viewer, migrations:read
constexpr const char* kAccept = "/q2o.billing.v1.MigrationService/AcceptDifferences";      // owner, fresh
constexpr const char* kMarkPaid = "/q2o.billing.v1.MigrationService/MarkPaid";             // operator, fresh
constexpr const char* kAcknowledge = "/q2o.billing.v1.PaymentService/AcknowledgePayment";  // operator
constexpr const char* kEstimate = "/q2o.billing.v1.PricingService/Estimate";               // public
constexpr const char* kKeys = "/q2o.identity.v1.KeyService/GetDataKeys";                   // services
constexpr const char* kOurs = "https://app.example.com";

class TheGate : public ::testing::Test {
 protected:
  FakeAskers askers;
  const std::chrono::system_clock::time_point now{std::chrono::sys_days{std::chrono::year{2026} / 11 / 30}};
  Gate gate{Rules::of_contracts(embedded::contracts::kFiles[0].text), askers, GateOptions{{kOurs}, 15min}, [this] { return now; }};

  void SetUp() override {
    askers.sessions["viewer"] = person(Role::viewer);
    askers.sessions["accountant"] = person(Role::accountant);
    askers.sessions["owner"] = person(Role::owner);
    askers.sessions["nowhere"] = person(Role::none);
    askers.sessions["nowhere"].tenant.clear();
    askers.sessions["us"] = person(Role::none);
    askers.sessions["us"].is_operator = true;
    Asker key = person(Role::accountant);
    key.person.clear();
    key.actor = "key:books";
    key.by_key = true;
    key.key_id = "k1";
    key.scopes = {"migrations:read"};
    askers.keys["mk_reader"] = key;
  }
  Asker person(Role role) {
    Asker out;
    out.tenant = "t";
    out.person = "p";
    out.actor = "ann@example.com";
    out.role = role;
    out.signed_in_at = now - 1min;
    return out;
  }
  static Knock by_session(const char* path, const char* session) {
    Knock out;
    out.path = path;
    out.session = session;
    out.origin = kOurs;
    return out;
  }
  static Knock by_bearer(const char* path, const std::string& token) {
    Knock out;
    out.path = path;
    out.authorization = "Bearer " + token;
    return out;
  }
  std::string outcome(const Knock& knock) {
    const auto answer = gate.check(knock);
    return answer ? "passed" : answer.error().reason;
  }
};

TEST_F(TheGate, LetsEachRoleDoWhatTheContractsSay) {
  const struct {
    const char* path;
    std::map<std::string, std::string> outcomes;
  } table[] = {
      {kList,
       {{"viewer", "passed"},
        {"accountant", "passed"},
        {"owner", "passed"},
        {"us", "ROLE_TOO_LOW"},
        {"nowhere", "NO_COMPANY"},
        {"gone", "UNKNOWN"}}},
      {kStart, {{"viewer", "ROLE_TOO_LOW"}, {"accountant", "passed"}, {"owner", "passed"}, {"us", "ROLE_TOO_LOW"}}},
      {kAccept, {{"viewer", "ROLE_TOO_LOW"}, {"accountant", "ROLE_TOO_LOW"}, {"owner", "passed"}}},
      {kMarkPaid, {{"viewer", "OPERATORS_ONLY"}, {"owner", "OPERATORS_ONLY"}, {"us", "passed"}}},
      {kAcknowledge, {{"viewer", "OPERATORS_ONLY"}, {"accountant", "OPERATORS_ONLY"}, {"owner", "OPERATORS_ONLY"}, {"us", "passed"}}},
      {kEstimate, {{"viewer", "passed"}, {"nowhere", "passed"}, {"gone", "passed"}}},
      {kKeys, {{"owner", "METHOD_UNKNOWN"}, {"us", "METHOD_UNKNOWN"}}},
      {"/q2o.billing.v1.MigrationService/Unknown", {{"owner", "METHOD_UNKNOWN"}}},
  };
  for (const auto& row : table) {
    for (const auto& [session, expected] : row.outcomes)
      EXPECT_EQ(outcome(by_session(row.path, session.c_str())), expected) << row.path << " by " << session;
  }
}

TEST_F(TheGate, IsClosedToWhoeverBringsNothing) {
  Knock nobody;
  for (const char* path : {kList, kStart, kAccept, kMarkPaid, kAcknowledge}) {
    nobody.path = path;
    EXPECT_EQ(outcome(nobody), "NOT_SIGNED_IN") << path;
  }
  nobody.path = kEstimate;
  const auto passed = gate.check(nobody);
  ASSERT_TRUE(passed);
  EXPECT_FALSE(passed->asker);
}

TEST_F(TheGate, LetsKeysDoWhatTheirScopesSay) {
  EXPECT_EQ(outcome(by_bearer(kList, "mk_reader")), "passed");
  EXPECT_EQ(outcome(by_bearer(kStart, "mk_reader")), "SCOPE_MISSING");
  EXPECT_EQ(outcome(by_bearer(kAccept, "mk_reader")), "NOT_WITH_A_KEY");
  EXPECT_EQ(outcome(by_bearer(kList, "mk_unknown")), "UNKNOWN");
  EXPECT_EQ(outcome(by_bearer(kEstimate, "mk_unknown")), "UNKNOWN") << "who sends a key wants to hear that it is wrong";
  askers.keys["mk_reader"].role = Role::none;
  EXPECT_EQ(outcome(by_bearer(kList, "mk_reader")), "ROLE_TOO_LOW") << "a scope does not replace the role";
}

TEST_F(TheGate, AcceptsNoTokenThatEnvoyHasNotVerified) {
  for (const char* token : {"eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbm4ifQ.", "", "MK_reader", " mk_reader", "basic"}) {
    EXPECT_EQ(outcome(by_bearer(kList, token)), "TOKEN_REFUSED") << token;
    EXPECT_EQ(outcome(by_bearer(kEstimate, token)), "TOKEN_REFUSED") << token;
  }
  Knock verified;
  verified.path = kList;
  verified.claims = R"({"sub":"ann"})";
  askers.tokens[verified.claims] = person(Role::viewer);
  EXPECT_EQ(outcome(verified), "passed");
}

TEST_F(TheGate, LetsOtherPagesOnlyRead) {
  auto knock = by_session(kStart, "owner");
  for (const char* origin : {"", "null", "https://evil.example", "https://app.example.com.evil.example", "http://app.example.com",
                             "https://app.example.com:444"}) {
    knock.origin = origin;
    EXPECT_EQ(outcome(knock), "ORIGIN_NOT_ALLOWED") << origin;
  }
  knock.origin.clear();
  knock.path = kList;
  knock.only_reads = true;
  EXPECT_EQ(outcome(knock), "passed") << "a link, or the address bar";
  Knock sign_in;
  sign_in.path = kEstimate;
  EXPECT_EQ(outcome(sign_in), "passed") << "a program";
  sign_in.origin = "https://evil.example";
  EXPECT_EQ(outcome(sign_in), "ORIGIN_NOT_ALLOWED") << "a page that would sign somebody in as somebody else";
}

TEST_F(TheGate, AsksForThePasswordAgainWhereTheRuleSaysSo) {
  askers.sessions["owner"].signed_in_at = now - 15min;
  EXPECT_EQ(outcome(by_session(kAccept, "owner")), "passed");
  askers.sessions["owner"].signed_in_at = now - 15min - 1s;
  const auto refused = gate.check(by_session(kAccept, "owner"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, "SIGN_IN_AGAIN");
  EXPECT_EQ(refused.error().retry, Retry::after_reauthentication);
  EXPECT_THAT(refused.error().hint, ::testing::HasSubstr("Enter your password again"));
  EXPECT_EQ(outcome(by_session(kStart, "owner")), "passed");
  askers.sessions["owner"].signed_in_at = {};
  EXPECT_THAT(gate.check(by_session(kAccept, "owner")).error().hint, ::testing::HasSubstr("password of your own"))
      << "an issuer without auth_time: signing in there again would change nothing";
}

TEST_F(TheGate, PassesTheLimitOnWithItsTime) {
  Error limit{Code::resource_exhausted, "too many calls", Retry::after_backoff, Effect::none, "RATE_LIMIT", "Wait.", 1500ms};
  askers.admission = fail(limit);
  const auto refused = gate.check(by_bearer(kList, "mk_reader"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::resource_exhausted);
  EXPECT_EQ(refused.error().retry_after, 1500ms);
}

TEST_F(TheGate, MakesOperatorsOfNobodyByTheirName) {
  EXPECT_EQ(gate.check(by_session(kMarkPaid, "us"))->asker->actor, "operator:ann@example.com");
  for (const char* name : {"operator", "operator:eve"}) {
    askers.sessions["owner"].actor = name;
    EXPECT_EQ(outcome(by_session(kList, "owner")), "ACTOR_RESERVED");
  }
}

TEST_F(TheGate, IsClosedWhenNobodyCanBeAsked) {
  askers.broken = true;
  EXPECT_THROW((void)gate.check(by_session(kList, "owner")), std::runtime_error) << "the adapter refuses the call";
}

}  // namespace
}  // namespace q2o::identity::edge
