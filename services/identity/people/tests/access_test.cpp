#include <thread>

#include "services/identity/people/adapters/calling.h"
#include "services/identity/people/adapters/module.h"
#include "services/identity/people/domain/credentials.h"
#include "services/identity/people/tests/fixture.h"

namespace q2o::identity::people {
namespace {

using namespace std::chrono_literals;

class AccessTest : public PeopleTest {
 protected:
  ApiKeys::Created key(const SignedIn& who, std::vector<std::string> scopes = {"migrations:read"}, std::uint32_t rate = 0) {
    v1::CreateApiKeyRequest request;
    request.set_name("nightly");
    request.mutable_scopes()->Assign(scopes.begin(), scopes.end());
    request.set_rate_per_minute(rate);
    return keys->create(request, visit_of(who)).value();
  }
  Result<Asker> token(const std::string& claims) {
    access->forget();
    return access->by_token(claims);
  }
};

TEST_F(AccessTest, KnowsAKeyByItsHashOnly) {
  const auto ann = owner("ann@example.com");
  const auto made = key(ann);
  const auto text = made.secret.reveal();
  const auto secret = parse_api_key(text)->secret.reveal();
  EXPECT_EQ(count("api_key where row(api_key.*)::text like '%" + secret + "%'"), 0);
  EXPECT_EQ(count("api_key where name like '%nightly%'"), 0) << "sealed";
  EXPECT_EQ(count("outbox where position(convert_to('" + secret + "', 'UTF8') in value) > 0"), 0);
  const auto asker = access->by_key(text).value();
  EXPECT_TRUE(asker.by_key);
  EXPECT_EQ(asker.tenant, ann.me.tenant_id());
  EXPECT_EQ(asker.actor, "key:nightly");
  EXPECT_EQ(asker.role, Role::owner) << "its scopes are what limits it";
  EXPECT_EQ(asker.scopes, (std::set<std::string, std::less<>>{"migrations:read"}));
  EXPECT_FALSE(keys->list(ann.me.tenant_id()).front().last_used_at().empty());
}

TEST_F(AccessTest, AKeyIsMadeOncePerIdempotencyKeyAndShownOnce) {
  const auto ann = owner("ann@example.com");
  v1::CreateApiKeyRequest request;
  request.set_name("nightly");
  request.add_scopes("migrations:read");
  const auto create = [&](const std::string& idempotency_key) {
    const q2o::testing::Answering call("/q2o.identity.v1.ApiKeyService/CreateApiKey", ann.me.tenant_id(), idempotency_key, request);
    return keys->create(request, visit_of(ann));
  };
  const auto first = create("k1").value();
  const auto again = create("k1");
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().reason, "ALREADY_MADE");
  EXPECT_NE(again.error().message.find(first.key.key_id()), std::string::npos) << again.error().message;
  EXPECT_EQ(keys->list(ann.me.tenant_id()).size(), 1U);
  EXPECT_EQ(count("answered_call where length(answer) > 0"), 0) << "the secret is nowhere";
  EXPECT_TRUE(create("k2"));
}

TEST_F(AccessTest, RefusesEveryOtherKeyTheSameWay) {
  const auto ann = owner("ann@example.com");
  const auto made = key(ann);
  const auto text = made.secret.reveal();
  const auto other = key(ann).secret.reveal();
  const auto revoked = key(ann);
  ASSERT_TRUE(keys->revoke(revoked.key.key_id(), visit_of(ann)));
  for (const std::string& bad :
       std::vector<std::string>{text.substr(0, text.size() - 1) + (text.back() == 'A' ? "B" : "A"), text.substr(0, 24) + other.substr(24),
                                text_of(new_api_key()).reveal(), revoked.secret.reveal(), "mk_", text + " ", "Bearer " + text}) {
    const auto refused = access->by_key(bad);
    ASSERT_FALSE(refused) << bad;
    EXPECT_EQ(refused.error().reason, "KEY_UNKNOWN");
    EXPECT_EQ(refused.error().message, "the API key is not valid");
  }
}

TEST_F(AccessTest, KeysExpireAndAreRevokedWithinASecond) {
  const auto ann = owner("ann@example.com");
  const auto made = key(ann);
  std::jthread follower([&](std::stop_token stop) { access->follow(stop); });
  ASSERT_TRUE(access->by_key(made.secret.reveal()));
  const auto begun = std::chrono::steady_clock::now();
  ASSERT_TRUE(keys->revoke(made.key.key_id(), visit_of(ann)));
  EXPECT_TRUE(q2o::testing::eventually([&] { return !access->by_key(made.secret.reveal()); }, 3s));
  EXPECT_LT(std::chrono::steady_clock::now() - begun, 1500ms);
  ASSERT_TRUE(keys->revoke(made.key.key_id(), visit_of(ann))) << "may be repeated";
  const auto old = key(ann);
  now += std::chrono::hours(24) * 365;
  EXPECT_EQ(access->by_key(old.secret.reveal()).error().reason, "KEY_EXPIRED");
}

TEST_F(AccessTest, KeysAreMadeWithinLimits) {
  const auto ann = owner("ann@example.com");
  const auto refusal = [&](const std::function<void(v1::CreateApiKeyRequest&)>& edit) {
    v1::CreateApiKeyRequest request;
    request.set_name("nightly");
    request.add_scopes("migrations:read");
    edit(request);
    const auto made = keys->create(request, visit_of(ann));
    return made ? std::string() : made.error().reason;
  };
  EXPECT_EQ(refusal([](auto& r) { r.clear_name(); }), "BAD_NAME");
  EXPECT_EQ(refusal([](auto& r) { r.set_name(std::string(201, 'x')); }), "BAD_NAME");
  EXPECT_EQ(refusal([](auto& r) { r.set_name("a\nb"); }), "BAD_NAME");
  EXPECT_EQ(refusal([](auto& r) { r.clear_scopes(); }), "SCOPE_UNKNOWN");
  EXPECT_EQ(refusal([](auto& r) { r.add_scopes("everything"); }), "SCOPE_UNKNOWN");
  EXPECT_EQ(refusal([](auto& r) { r.set_expires_in_days(731); }), "BAD_EXPIRY");
  EXPECT_EQ(refusal([](auto& r) { r.set_expires_in_days(730); }), "");
  EXPECT_EQ(key(ann, {"migrations:read"}, 1'000'000).key.rate_per_minute(), settings.key_rate_per_minute);
}

TEST_F(AccessTest, KeysOfOtherCompaniesAreUnknown) {
  const auto ann = owner("ann@example.com");
  const auto eve = owner("eve@example.com");
  const auto made = key(ann);
  for (const std::string& id : {made.key.key_id(), std::string("x"), std::string(), std::string("' or true --"), std::string(20, '\0')})
    EXPECT_EQ(keys->revoke(id, visit_of(eve)).error().code, Code::not_found);
  EXPECT_TRUE(keys->list(eve.me.tenant_id()).empty());
  EXPECT_TRUE(access->by_key(made.secret.reveal()));
}

TEST_F(AccessTest, AdmitsAKeysCallsOverAllReplicasTogether) {
  const auto ann = owner("ann@example.com");
  const auto made = key(ann, {"migrations:read"}, 120);
  Allowance other_allowance(*pool);
  Access other(*tools, other_allowance);
  const auto here = access->by_key(made.secret.reveal()).value();
  const auto there = other.by_key(made.secret.reveal()).value();
  const auto begun = std::chrono::steady_clock::now();
  int admitted = 0;
  Error last;
  for (int i = 0; i < 200; ++i) {
    for (auto* one : {static_cast<Askers*>(access.get()), static_cast<Askers*>(&other)}) {
      const auto done = one->admit(here);
      if (done)
        ++admitted;
      else
        last = done.error();
    }
  }
  EXPECT_EQ(last.reason, "RATE_LIMITED");
  EXPECT_EQ(last.code, Code::resource_exhausted);
  EXPECT_GT(last.retry_after, 0ms);
  EXPECT_LE(last.retry_after, 2s);
  EXPECT_EQ(there.key_id, here.key_id);
  // Half a minute's calls at once and what flowed in meanwhile (two a second).
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - begun).count();
  EXPECT_GE(admitted, 56);
  EXPECT_LE(admitted, 60 + 2 * (seconds + 1) + 2);
  EXPECT_TRUE(q2o::testing::eventually([&] { return access->admit(here).has_value(); }, 10s)) << "and then again";
}

TEST_F(AccessTest, AnswersFromMemory) {
  const auto ann = owner("ann@example.com");
  const auto made = key(ann, {"migrations:read"}, 600);
  access->by_key(made.secret.reveal()).value();
  const auto begun = std::chrono::steady_clock::now();
  constexpr int kCalls = 2000;
  for (int i = 0; i < kCalls; ++i) access->by_key(made.secret.reveal()).value();
  const auto each = std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - begun).count() / kCalls;
  RecordProperty("microseconds_each", static_cast<int>(each));
  EXPECT_LT(each, 1000);
}

TEST_F(AccessTest, SingleSignOnNeedsAVerifiedAddressThatWasInvited) {
  const auto ann = owner("ann@example.com");
  v1::InvitePersonRequest request;
  request.set_email("bob@example.com");
  request.set_role(v1::ROLE_ACCOUNTANT);
  ASSERT_TRUE(staff->invite(request, visit_of(ann)));
  const std::string who = R"({"iss":"https://issuer.example","sub":"17","email":"bob@example.com")";
  EXPECT_EQ(token(who + "}").error().reason, "TOKEN_UNKNOWN") << "the issuer does not say that it is verified";
  EXPECT_EQ(token(who + R"(,"email_verified":"true"})").error().reason, "TOKEN_UNKNOWN") << "a text is no true";
  EXPECT_EQ(token(R"({"iss":"https://issuer.example","sub":"18","email":"eve@example.com","email_verified":true})").error().reason,
            "TOKEN_UNKNOWN");
  const auto bob = token(who + R"(,"email_verified":true,"auth_time":1700000000})").value();
  EXPECT_EQ(bob.tenant, ann.me.tenant_id());
  EXPECT_EQ(bob.role, Role::accountant);
  EXPECT_EQ(bob.signed_in_at, std::chrono::system_clock::time_point(1700000000s));
  // From then on it is the subject that counts, whatever the address is; and never another issuer's.
  EXPECT_EQ(token(R"({"iss":"https://issuer.example","sub":"17"})")->person, bob.person);
  EXPECT_FALSE(token(R"({"iss":"https://other.example","sub":"17"})"));
  EXPECT_FALSE(token(R"({"iss":"https://issuer.example1","sub":"7"})")) << "issuer and subject do not run into each other";
}

TEST_F(AccessTest, SingleSignOnJoinsAnAccountThatExists) {
  const auto ann = owner("ann@example.com");
  const auto asker = token(R"({"iss":"https://issuer.example","sub":"1","email":"Ann@Example.com","email_verified":true})").value();
  EXPECT_EQ(asker.person, ann.me.person_id());
  EXPECT_EQ(asker.role, Role::owner);
  EXPECT_EQ(asker.signed_in_at, std::chrono::system_clock::time_point{}) << "not fresh: the issuer did not say when";
  EXPECT_TRUE(sign_in("ann@example.com"));
}

TEST_F(AccessTest, SingleSignOnBringsPeopleOfAVerifiedDomainIntoTheirCompany) {
  const std::string who = R"({"iss":"https://issuer.example","sub":"21","email":"cleo@home.example")";
  EXPECT_EQ(token(who + R"(,"email_verified":false})").error().reason, "TOKEN_UNKNOWN");
  EXPECT_EQ(token(R"({"iss":"https://silent.example","sub":"21","email":"cleo@home.example","email_verified":true})").error().reason,
            "TOKEN_UNKNOWN")
      << "an issuer that does not vouch for the domain";
  const auto cleo = token(who + R"(,"email_verified":true})").value();
  EXPECT_EQ(cleo.tenant, kHome);
  EXPECT_EQ(cleo.role, Role::viewer);
  EXPECT_EQ(cleo.actor, "cleo@home.example");
  EXPECT_EQ(token(who + "}")->person, cleo.person) << "known from then on";
  EXPECT_EQ(count("membership"), 1);
  EXPECT_EQ(token(R"({"iss":"https://issuer.example","sub":"22","email":"dora@example.com","email_verified":true})").error().reason,
            "TOKEN_UNKNOWN")
      << "a verified domain that belongs to no company";
}

TEST_F(AccessTest, AnIssuerThatSaysNothingOfAddressesIsBelievedForItsNamedDomainsOnly) {
  const auto ann = owner("ann@example.com");
  const auto asked = [&](const std::string& issuer, const std::string& more) {
    const auto answer = token(R"({"iss":")" + issuer + R"(","sub":"31","email":)" + more + "}");
    return answer ? answer->person : answer.error().reason;
  };
  EXPECT_EQ(asked("https://issuer.example", R"("ann@example.com")"), "TOKEN_UNKNOWN") << "not one of those";
  EXPECT_EQ(asked("i", R"("ann@example.com")"), "TOKEN_UNKNOWN") << "never by *";
  EXPECT_EQ(asked("https://silent.example", R"("ann@home.example")"), "TOKEN_UNKNOWN") << "another domain";
  for (const char* denied : {"false", "\"true\"", "null", "0"})
    EXPECT_EQ(asked("https://silent.example", R"("ann@example.com","email_verified":)" + std::string(denied)), "TOKEN_UNKNOWN") << denied;
  EXPECT_EQ(asked("https://silent.example", R"("ann@example.com")"), ann.me.person_id());
}

TEST(PeopleSettings, TrustInAddressesNeedsDomainsByName) {
  const auto settings = [](const std::string& issuers) {
    config::Reader::Environment environment{{"Q2O_CRYPTO_KEY_FILE", "/nowhere"},
                                            {"Q2O_CONFIG_DIR", "/nowhere"},
                                            {"Q2O_PEOPLE_SSO_ISSUERS", issuers},
                                            {"Q2O_PEOPLE_SSO_TRUSTED_ADDRESSES", "https://login.example"}};
    auto reader = config::Reader::open("", environment);
    return read_settings(*reader).settings.sso_trusted;
  };
  EXPECT_THROW(settings(""), std::runtime_error);
  EXPECT_THROW(settings("https://login.example=*"), std::runtime_error);
  EXPECT_THROW(settings("https://login.example=example.com,https://login.example=*"), std::runtime_error);
  EXPECT_EQ(settings("https://login.example=example.com"), (std::set<std::string, std::less<>>{"https://login.example"}));
}

TEST_F(AccessTest, TakesNoClaimsThatAreNone) {
  for (const std::string& bad :
       {std::string(), std::string("null"), std::string("[]"), std::string("{}"), std::string("{"), std::string(R"({"sub":7})"),
        std::string(R"({"sub":""})"), R"({"sub":")" + std::string(20'000, 'x') + "\"}", std::string(200, '[')})
    EXPECT_EQ(token(bad).error().reason, "TOKEN_UNKNOWN") << bad.substr(0, 60);
}

}  // namespace
}  // namespace q2o::identity::people
