#include "services/identity/edge/authorization.h"

#include <gmock/gmock.h>

#include "common/json/json.h"
#include "common/rpc/rpc.h"
#include "embedded/contracts.h"
#include "services/identity/edge/session_cookie.h"
#include "services/identity/edge/tests/fake_askers.h"

namespace q2o::identity::edge {
namespace {

using envoy::service::auth::v3::CheckRequest;
using envoy::service::auth::v3::CheckResponse;
using namespace std::chrono_literals;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kStart = "/q2o.billing.v1.MigrationService/Start";
constexpr const char* kEstimate = "/q2o.billing.v1.PricingService/Estimate";

class TheCheck : public ::testing::Test {
 protected:
  FakeAskers askers;
  Gate gate{Rules::of_contracts(embedded::contracts::kFiles[0].text), askers, GateOptions{{"https://app.example.com"}, 15min}};
  metrics::Registry metrics;
  Authorization service{gate, metrics};
  CheckRequest request;
  CheckResponse response;

  void SetUp() override {
    Asker ann;
    ann.tenant = "3f0c1d8e-0000-4000-8000-000000000001";
    ann.person = "3f0c1d8e-0000-4000-8000-000000000002";
    ann.actor = "änn@example.com\r\nq2o-role: owner";
    ann.role = Role::accountant;
    askers.sessions["s1"] = ann;
    request.mutable_attributes()->mutable_source()->mutable_address()->mutable_socket_address()->set_address("192.0.2.7");
    set("origin", "https://app.example.com");
  }
  void set(const char* name, const std::string& value) {
    (*request.mutable_attributes()->mutable_request()->mutable_http()->mutable_headers())[name] = value;
  }
  const CheckResponse& check(const char* path) {
    request.mutable_attributes()->mutable_request()->mutable_http()->set_path(path);
    response.Clear();
    grpc::ServerContext context;
    EXPECT_TRUE(service.Check(&context, &request, &response).ok());
    return response;
  }
  static std::map<std::string, std::string> map_of(
      const google::protobuf::RepeatedPtrField<envoy::config::core::v3::HeaderValueOption>& headers) {
    std::map<std::string, std::string> out;
    for (const auto& one : headers) {
      EXPECT_EQ(one.append_action(), envoy::config::core::v3::HeaderValueOption::OVERWRITE_IF_EXISTS_OR_ADD) << one.header().key();
      out[one.header().key()] = one.header().value();
    }
    return out;
  }
};

TEST_F(TheCheck, TellsTheServicesWhoIsAsking) {
  set("cookie", "a=b; __Host-q2o_session=s1; c=d");
  const auto& ok = check(kStart).ok_response();
  auto headers = map_of(ok.headers());
  EXPECT_EQ(response.status().code(), 0);
  EXPECT_EQ(headers["q2o-tenant"], "3f0c1d8e-0000-4000-8000-000000000001");
  EXPECT_EQ(headers["q2o-person"], "3f0c1d8e-0000-4000-8000-000000000002");
  EXPECT_EQ(headers["q2o-role"], "accountant");
  EXPECT_EQ(headers["q2o-actor"], "%C3%A4nn@example.com%0D%0Aq2o-role:%20owner") << "a name is no header";
  EXPECT_EQ(headers["q2o-address"], "192.0.2.7");
  EXPECT_EQ(headers["grpc-timeout"], "30000m");
  EXPECT_FALSE(headers.contains("q2o-key"));
  EXPECT_THAT(ok.headers_to_remove(), Contains("authorization"));
  EXPECT_THAT(ok.headers_to_remove(), Contains("cookie"));
}

TEST_F(TheCheck, LeavesTheCookieToTheServiceThatEndsIt) {
  set("cookie", "__Host-q2o_session=s1");
  EXPECT_THAT(check("/q2o.identity.v1.AccountService/SignOut").ok_response().headers_to_remove(), Not(Contains("cookie")));
  EXPECT_EQ(response.status().code(), 0);
}

TEST_F(TheCheck, TellsOfNobodyOnPublicMethods) {
  const auto headers = map_of(check(kEstimate).ok_response().headers());
  EXPECT_EQ(response.status().code(), 0);
  for (const char* name : {"q2o-tenant", "q2o-actor", "q2o-role", "q2o-person"}) EXPECT_FALSE(headers.contains(name)) << name;
}

TEST_F(TheCheck, RefusesRestWithJson) {
  set("x-envoy-original-path", "/api/v1/migrations/1:start");
  set("x-envoy-original-method", "POST");
  const auto& denied = check(kStart).denied_response();
  EXPECT_EQ(response.status().code(), 16);
  EXPECT_EQ(denied.status().code(), 401);
  EXPECT_EQ(map_of(denied.headers())["content-type"], "application/json");
  const auto body = json::Document::parse(denied.body()).value();
  EXPECT_EQ(body.root()["code"].text(), "16");
  EXPECT_EQ(body.root().at("details.0.reason").text(), "NOT_SIGNED_IN");
  EXPECT_THAT(std::string(body.root().at("details.0.metadata.hint").text()), HasSubstr("API key"));
}

TEST_F(TheCheck, RefusesGrpcWithAStatus) {
  set("content-type", "application/grpc+proto");
  const auto& denied = check(kStart).denied_response();
  auto headers = map_of(denied.headers());
  EXPECT_EQ(headers["grpc-status"], "16");
  EXPECT_FALSE(headers["grpc-status-details-bin"].empty());
  EXPECT_EQ(headers["grpc-message"], "this%20call%20needs%20somebody%20who%20is%20signed%20in");
  EXPECT_EQ(denied.status().code(), 200) << "the error is in grpc-status";
}

TEST_F(TheCheck, SaysWhenACallOverTheLimitMayBeMade) {
  set("x-envoy-original-path", "/api/v1/migrations/1:start");
  set("cookie", "__Host-q2o_session=s1");
  askers.admission =
      fail(Error{Code::resource_exhausted, "too many calls", Retry::after_backoff, Effect::none, "RATE_LIMIT", "Wait.", 1500ms});
  const auto& denied = check(kStart).denied_response();
  EXPECT_EQ(denied.status().code(), 429);
  EXPECT_EQ(map_of(denied.headers())["retry-after"], "2");
}

TEST_F(TheCheck, RefusesWhileIdentityKnowsNothing) {
  set("cookie", "__Host-q2o_session=s1");
  askers.broken = true;
  set("content-type", "application/grpc");
  EXPECT_EQ(map_of(check(kStart).denied_response().headers())["grpc-status"], "14");
  EXPECT_THAT(response.DebugString(), Not(HasSubstr("password")));
}

TEST_F(TheCheck, TakesTheClaimsOfAVerifiedTokenFromTheMetadataOnly) {
  auto& verified = (*request.mutable_attributes()->mutable_metadata_context()->mutable_filter_metadata())["envoy.filters.http.jwt_authn"];
  (*(*verified.mutable_fields())["payload"].mutable_struct_value()->mutable_fields())["sub"].set_string_value("ann");
  askers.tokens[R"({"sub":"ann"})"] = askers.sessions["s1"];
  EXPECT_EQ(check(kStart).status().code(), 0);
  verified.clear_fields();
  set("q2o-claims", R"({"sub":"ann"})");
  EXPECT_EQ(check(kStart).status().code(), 16);
}

TEST(SessionCookie, IsFoundByItsWholeName) {
  EXPECT_EQ(session_in("__Host-q2o_session=abc"), "abc");
  EXPECT_EQ(session_in(" a=1;__Host-q2o_session=a=b; z=2"), "a=b");
  EXPECT_EQ(session_in("x__Host-q2o_session=abc; __Host-q2o_sessionx=d; __Host-q2o_session"), "");
  EXPECT_EQ(session_in("q2o_session=planted; __host-q2o_session=planted"), "") << "any page of the domain could have set these";
  EXPECT_EQ(session_in(""), "");
  EXPECT_EQ(session_in(";;; ;"), "");
}

TEST(SessionCookie, IsNoneWhereThereAreTwo) {
  EXPECT_EQ(session_in("__Host-q2o_session=mine; __Host-q2o_session=planted"), "") << "which one is ours cannot be told";
  EXPECT_EQ(session_in("__Host-q2o_session=; __Host-q2o_session=planted"), "");
  EXPECT_EQ(session_in("__Host-q2o_session=mine; a=b;; __Host-q2o_session=mine"), "mine");
}

TEST(SessionCookie, IsTakenByBrowsersForThisHostOverTlsOnly) {
  const auto cookie = session_cookie("xyz", std::chrono::seconds(60));
  EXPECT_EQ(cookie, "__Host-q2o_session=xyz; Path=/; Max-Age=60; HttpOnly; Secure; SameSite=Lax");
  EXPECT_NE(session_cookie("", std::chrono::seconds(60)).find("Max-Age=0;"), std::string::npos);
}

TEST(Timeouts, AreThereAndBounded) {
  Rule unary, stream;
  stream.streams = true;
  EXPECT_EQ(timeout_for(unary, ""), "30000m");
  EXPECT_EQ(timeout_for(stream, ""), "3600000m");
  EXPECT_EQ(timeout_for(unary, "5S"), "5000m");
  EXPECT_EQ(timeout_for(unary, "2M"), "120000m");
  EXPECT_EQ(timeout_for(unary, "130000m"), "30000m") << "Envoy's own bound, where the caller said nothing";
  EXPECT_EQ(timeout_for(stream, "2H"), "3600000m");
  for (const char* nonsense : {"0S", "-5S", "S", "5", "999999999S", "5X", "5 S", "1u"})
    EXPECT_EQ(timeout_for(unary, nonsense), "30000m") << nonsense;
  EXPECT_EQ(timeout_for(unary, "99999999H"), "30000m");
}

}  // namespace
}  // namespace q2o::identity::edge
