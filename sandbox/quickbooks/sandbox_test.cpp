#include "sandbox/quickbooks/sandbox.h"

#include <gmock/gmock.h>

#include <set>

#include "common/crypto/signed_token.h"
#include "common/http/http.h"
#include "sandbox/generator/generator.h"
#include "sandbox/http/server.h"
#include "sandbox/json/node.h"

namespace q2o::sandbox::quickbooks {
namespace {

using std::chrono::seconds;

const Company& company() {
  static const Company made = generator::generate({.seed = 1});
  return made;
}

/// The sandbox without a network: requests go straight in, time is ours.
class QuickBooks : public ::testing::Test {
 protected:
  QuickBooks() : sandbox_(company(), options()) {}

  Options options() {
    Options out;
    out.clock = [this] { return now_; };
    out.limits = {.per_minute = 20, .per_second = 5, .at_once = 3};
    return out;
  }
  Response token(const std::string& form, const std::string& secret = "sandbox-client-secret") {
    Request request{.method = "POST", .path = "/oauth2/v1/tokens/bearer", .query = {}, .headers = {}, .body = form};
    request.headers["authorization"] = "Basic " + crypto::base64("sandbox-client-id:" + secret);
    return sandbox_.handle(request);
  }
  Node refreshed(const std::string& refresh_token) {
    const auto answer = token("grant_type=refresh_token&refresh_token=" + refresh_token);
    EXPECT_EQ(answer.status, 200) << answer.body;
    return *Node::parse(answer.body);
  }
  void connect() { access_ = refreshed("sandbox-refresh-token")["access_token"].text(); }
  /// A human who consents again.
  void connect_again() {
    Request request{.method = "POST", .path = "/control/reconnect", .query = {}, .headers = {}, .body = {}};
    access_ = refreshed(body(sandbox_.handle(request))["refresh_token"].text())["access_token"].text();
  }
  Response get(const std::string& path, std::map<std::string, std::string> query = {}) {
    Request request{
        .method = "GET", .path = "/v3/company/" + sandbox_.realm_id() + "/" + path, .query = std::move(query), .headers = {}, .body = {}};
    request.headers = {{"authorization", "Bearer " + access_}, {"accept", "application/json"}, {"host", "127.0.0.1:1"}};
    return sandbox_.handle(request);
  }
  Node body(const Response& response) { return *Node::parse(response.body); }
  Response query(const std::string& statement) { return get("query", {{"query", statement}}); }

  Moment now_{std::chrono::sys_days{std::chrono::year{2026} / 5 / 4}};
  std::string access_;
  Sandbox sandbox_;
};

TEST_F(QuickBooks, RotatesRefreshTokensAndRefusesTheOldOne) {
  const auto first = refreshed("sandbox-refresh-token");
  EXPECT_EQ(first["expires_in"].text(), "3600");
  const auto again = token("grant_type=refresh_token&refresh_token=sandbox-refresh-token");
  EXPECT_EQ(again.status, 400);
  EXPECT_EQ(body(again)["error"].text(), "invalid_grant");
  const auto second = refreshed(first["refresh_token"].text());
  EXPECT_NE(second["refresh_token"].text(), first["refresh_token"].text());
}

TEST_F(QuickBooks, TellsAWrongClientFromAWrongToken) {
  EXPECT_EQ(token("grant_type=refresh_token&refresh_token=x", "wrong").status, 401);
  EXPECT_EQ(body(token("grant_type=refresh_token&refresh_token=x", "wrong"))["error"].text(), "invalid_client");
  EXPECT_EQ(body(token("grant_type=refresh_token&refresh_token=x"))["error"].text(), "invalid_grant");
  EXPECT_EQ(body(token("grant_type=password"))["error"].text(), "unsupported_grant_type");
  EXPECT_EQ(body(token("refresh_token=x"))["error"].text(), "invalid_request");
}

TEST_F(QuickBooks, KnowsItsTokensAfterARestart) {
  const auto pair = refreshed(refreshed("sandbox-refresh-token")["refresh_token"].text());
  Sandbox restarted(company(), options());
  Request request{.method = "POST",
                  .path = "/oauth2/v1/tokens/bearer",
                  .query = {},
                  .headers = {},
                  .body = "grant_type=refresh_token&refresh_token=" + pair["refresh_token"].text()};
  request.headers["authorization"] = "Basic " + crypto::base64("sandbox-client-id:sandbox-client-secret");
  EXPECT_EQ(restarted.handle(request).status, 200);
  EXPECT_EQ(restarted.handle(request).status, 400);
}

TEST_F(QuickBooks, LetsAccessTokensGrowOld) {
  connect();
  EXPECT_EQ(query("select count(*) from Invoice").status, 200);
  now_ += seconds(3601);
  const auto late = query("select count(*) from Invoice");
  EXPECT_EQ(late.status, 401);
  EXPECT_EQ(body(late).at("fault.type").text(), "AUTHENTICATION");
  EXPECT_EQ(body(late).at("fault.error").items().at(0)["code"].text(), "3200");
}

TEST_F(QuickBooks, RevokesTheWholeConnection) {
  connect();
  Request request{
      .method = "POST", .path = "/v2/oauth2/tokens/revoke", .query = {}, .headers = {}, .body = R"({"token":")" + access_ + R"("})"};
  EXPECT_EQ(sandbox_.handle(request).status, 401);
  request.headers["authorization"] = "Basic " + crypto::base64("sandbox-client-id:sandbox-client-secret");
  EXPECT_EQ(sandbox_.handle(request).status, 200);
  EXPECT_EQ(query("select * from Invoice").status, 401);
}

/// A person who looks at the page and presses a button.
class Consent : public QuickBooks {
 protected:
  std::map<std::string, std::string> asked{{"client_id", "sandbox-client-id"},
                                           {"response_type", "code"},
                                           {"scope", "com.intuit.quickbooks.accounting"},
                                           {"redirect_uri", "https://q2o.example.com/back"},
                                           {"state", "s1+/<"}};
  Response page() { return sandbox_.handle({.method = "GET", .path = "/connect/oauth2", .query = asked, .headers = {}, .body = {}}); }
  std::string decided(const std::string& decision) {
    std::string form = "decision=" + decision;
    for (const auto& [name, value] : asked) form += "&" + name + "=" + http::percent_encode(value);
    const auto answer = sandbox_.handle({.method = "POST", .path = "/connect/oauth2", .query = {}, .headers = {}, .body = form});
    EXPECT_EQ(answer.status, 302) << answer.body;
    return answer.headers.empty() ? "" : answer.headers.at(0).second;
  }
  Response exchanged(const std::string& location, const std::string& redirect = "https://q2o.example.com/back") {
    const auto code = location.substr(location.find("code=") + 5, 40);
    return token("grant_type=authorization_code&code=" + code + "&redirect_uri=" + http::percent_encode(redirect));
  }
};

TEST_F(Consent, ShowsAPageWhoseButtonsGoBackToTheApplication) {
  const auto shown = page();
  EXPECT_EQ(shown.status, 200);
  EXPECT_THAT(shown.body, ::testing::HasSubstr("<button name=\"decision\" value=\"connect\">"));
  EXPECT_THAT(shown.body, ::testing::HasSubstr("value=\"s1+/&lt;\"")) << "what a stranger wrote into the address is no markup";
  const auto yes = decided("connect");
  EXPECT_THAT(yes, ::testing::StartsWith("https://q2o.example.com/back?code="));
  EXPECT_THAT(yes, ::testing::HasSubstr("&state=s1%2B%2F%3C&realmId=" + sandbox_.realm_id()));
  EXPECT_EQ(decided("cancel"), "https://q2o.example.com/back?error=access_denied&state=s1%2B%2F%3C");
  for (const auto* name : {"client_id", "response_type", "scope", "redirect_uri", "state"}) {
    const auto value = std::exchange(asked[name], "");
    EXPECT_EQ(page().status, 400) << name;
    asked[name] = value;
  }
}

TEST_F(Consent, ACodeWorksOnceForAWhileAndForItsOwnRedirect) {
  EXPECT_EQ(exchanged(decided("connect"), "https://elsewhere.example.com").status, 400);
  const auto late = decided("connect");
  now_ += seconds(301);
  EXPECT_EQ(exchanged(late).status, 400);
  const auto good = decided("connect");
  const auto answer = exchanged(good);
  ASSERT_EQ(answer.status, 200);
  access_ = body(answer)["access_token"].text();
  EXPECT_EQ(query("select count(*) from Invoice").status, 200);
  EXPECT_EQ(exchanged(good).status, 400);
  EXPECT_EQ(query("select count(*) from Invoice").status, 401) << "somebody else may have the code: what it brought is taken back";
}

TEST_F(QuickBooks, AnswersQueriesInTheEnvelope) {
  connect();
  const auto page = body(query("select * from Invoice orderby Id startposition 3 maxresults 2"));
  EXPECT_EQ(page.at("QueryResponse.Invoice").items().size(), 2u);
  EXPECT_EQ(page.at("QueryResponse.startPosition").text(), "3");
  EXPECT_EQ(page.at("QueryResponse.maxResults").text(), "2");
  EXPECT_EQ(page.at("QueryResponse.totalCount").text(), std::to_string(company().of("Invoice").size()));
  EXPECT_FALSE(body(query("select * from Customer")).at("QueryResponse").has("totalCount"));
  EXPECT_EQ(body(query("select * from Invoice startposition 9999"))["QueryResponse"].members().size(), 0u);
  EXPECT_EQ(body(query("select count(*) from Bill")).at("QueryResponse.totalCount").text(), std::to_string(company().of("Bill").size()));
}

TEST_F(QuickBooks, PagesGiveEachRowOnce) {
  connect();
  std::set<std::string> seen;
  std::size_t start = 1;
  for (;;) {
    now_ += seconds(10);
    const auto page = body(query(fmt::format("select * from Purchase orderby Id startposition {} maxresults 25", start)));
    const auto& rows = page.at("QueryResponse.Purchase").items();
    if (rows.empty()) break;
    for (const auto& row : rows) EXPECT_TRUE(seen.insert(row["Id"].text()).second);
    start += rows.size();
  }
  EXPECT_EQ(seen.size(), company().of("Purchase").size());
}

TEST_F(QuickBooks, FaultsHaveBothShapes) {
  connect();
  const auto syntax = query("selekt");
  EXPECT_EQ(syntax.status, 400);
  EXPECT_EQ(body(syntax).at("Fault.type").text(), "ValidationFault");
  EXPECT_EQ(body(syntax).at("Fault.Error").items().at(0)["code"].text(), "4000");
  const auto missing = get("invoice/999999");
  EXPECT_EQ(missing.status, 400);
  EXPECT_EQ(body(missing).at("Fault.Error").items().at(0)["code"].text(), "610");
  EXPECT_EQ(body(get("invoice/1.5")).at("Fault.Error").items().at(0)["code"].text(), "2030");
  EXPECT_EQ(body(get("nonsense/1")).at("Fault.Error").items().at(0)["code"].text(), "500");
}

TEST_F(QuickBooks, ReadsSingleObjects) {
  connect();
  const auto& invoice = company().of("Invoice").front();
  EXPECT_EQ(body(get("invoice/" + invoice["Id"].text()))["Invoice"], invoice);
  EXPECT_EQ(body(get("companyinfo/" + sandbox_.realm_id())).at("CompanyInfo.CompanyName").text(), company().name());
}

TEST_F(QuickBooks, AnotherCompanyIsNotOurs) {
  connect();
  Request request{
      .method = "GET", .path = "/v3/company/123/query", .query = {}, .headers = {{"authorization", "Bearer " + access_}}, .body = {}};
  EXPECT_EQ(sandbox_.handle(request).status, 403);
}

TEST_F(QuickBooks, EnforcesItsBudgets) {
  connect();
  for (int i = 0; i < 5; ++i) EXPECT_EQ(query("select count(*) from Bill").status, 200);
  const auto refused = query("select count(*) from Bill");
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(body(refused).at("fault.error").items().at(0)["code"].text(), "3001");
  EXPECT_EQ(sandbox_.requests_refused(), 1u);
  for (int second = 0; second < 3; ++second) {
    now_ += seconds(1);
    for (int i = 0; i < 5; ++i) EXPECT_EQ(query("select count(*) from Bill").status, 200);
  }
  now_ += seconds(1);
  EXPECT_EQ(query("select count(*) from Bill").status, 429);  // twenty a minute
  now_ += seconds(60);
  EXPECT_EQ(query("select count(*) from Bill").status, 200);
}

TEST(Budget, CountsWhatIsInWorkAtOnce) {
  Budget budget({.per_minute = 100, .per_second = 100, .at_once = 2}, [] { return Moment{}; });
  const auto first = budget.enter();
  {
    const auto second = budget.enter();
    EXPECT_TRUE(second.granted());
    EXPECT_FALSE(budget.enter().granted());
  }
  EXPECT_TRUE(budget.enter().granted());
}

TEST_F(QuickBooks, SpeaksXmlUnlessAskedForJson) {
  connect();
  Request request{.method = "GET",
                  .path = "/v3/company/" + sandbox_.realm_id() + "/query",
                  .query = {{"query", "select * from Bill"}},
                  .headers = {{"authorization", "Bearer " + access_}},
                  .body = {}};
  EXPECT_EQ(sandbox_.handle(request).content_type, "application/xml;charset=UTF-8");
}

TEST_F(QuickBooks, ComputesReportsForTheDatesAskedFor) {
  connect();
  const auto report =
      body(get("reports/TrialBalance", {{"start_date", "2025-01-01"}, {"end_date", "2025-03-31"}, {"accounting_method", "Accrual"}}));
  EXPECT_EQ(report.at("Header.EndPeriod").text(), "2025-03-31");
  const auto& total = report.at("Rows.Row").items().back().at("Summary.ColData").items();
  EXPECT_EQ(total.at(1)["value"].text(), total.at(2)["value"].text());
  EXPECT_EQ(get("reports/TrialBalance", {{"end_date", "2025-13-31"}}).status, 400);
  EXPECT_EQ(get("reports/CashFlow").status, 400);
}

TEST_F(QuickBooks, HandsOutAttachmentsByASignedAddress) {
  connect();
  const auto link = get("download/5002");
  ASSERT_EQ(link.status, 200);
  const auto mark = link.body.find("/files/");
  const auto question = link.body.find('?');
  Request request{.method = "GET",
                  .path = link.body.substr(mark, question - mark),
                  .query = form_fields(link.body.substr(question + 1)),
                  .headers = {},
                  .body = {}};
  const auto file = sandbox_.handle(request);
  EXPECT_EQ(file.body, company().files.at("5002"));
  EXPECT_EQ(file.body.substr(0, 5), "%PDF-");
  EXPECT_EQ(file.content_type, "application/pdf");
  request.headers["authorization"] = "Bearer " + access_;
  EXPECT_EQ(sandbox_.handle(request).status, 400);
  request.headers.clear();
  now_ += seconds(901);
  EXPECT_EQ(sandbox_.handle(request).status, 403);
}

TEST_F(QuickBooks, FaultAnswersUseItsOwnWords) {
  connect();
  const Request request;
  EXPECT_EQ(sandbox_.fault_answer({.kind = FaultKind::too_many_requests}, request).status, 429);
  EXPECT_EQ(sandbox_.fault_answer({.kind = FaultKind::token_expired}, request).status, 401);
  EXPECT_EQ(query("select count(*) from Bill").status, 200);
  EXPECT_EQ(sandbox_.fault_answer({.kind = FaultKind::revoked}, request).status, 401);
  EXPECT_EQ(query("select count(*) from Bill").status, 401);
  Request again{.method = "POST", .path = "/control/reconnect", .query = {}, .headers = {}, .body = {}};
  access_ = refreshed(body(sandbox_.handle(again))["refresh_token"].text())["access_token"].text();
  EXPECT_EQ(query("select count(*) from Bill").status, 200);
}

TEST_F(QuickBooks, TheChangeFeedTellsWhatTheBookkeeperDid) {
  connect();
  const auto since = time_text(now_);
  now_ += seconds(60);
  Request change{.method = "POST", .path = "/control/change", .query = {}, .headers = {}, .body = {}};
  change.body = R"({"changes":[{"op":"edit","entity":"Invoice"},{"op":"delete","entity":"Invoice"},{"op":"merge"}]})";
  const auto done = body(sandbox_.handle(change))["done"];
  ASSERT_EQ(done.items().size(), 3u);
  const auto deleted = done.items()[1]["id"].text();
  const auto feed = body(get("cdc", {{"entities", "Invoice,Customer,Bill"}, {"changedsince", since}}));
  const auto& answers = feed["CDCResponse"].items().front()["QueryResponse"].items();
  ASSERT_EQ(answers.size(), 3u);
  std::set<std::string> live, gone;
  for (const auto& one : answers[0]["Invoice"].items()) (one["status"].text() == "Deleted" ? gone : live).insert(one["Id"].text());
  EXPECT_TRUE(live.contains(done.items()[0]["id"].text()));
  EXPECT_EQ(gone, std::set<std::string>{deleted});
  EXPECT_FALSE(answers[1]["Customer"].items().empty()) << "inactive ones are told too";
  EXPECT_TRUE(answers[2].members().empty());
  EXPECT_EQ(body(query("SELECT * FROM Invoice WHERE Id = '" + deleted + "'"))["QueryResponse"].members().size(), 0u);

  EXPECT_EQ(get("cdc", {{"entities", "TaxCode"}, {"changedsince", since}}).status, 400);
  now_ += std::chrono::hours(31 * 24);
  connect_again();
  EXPECT_THAT(get("cdc", {{"entities", "Invoice"}, {"changedsince", since}}).body, ::testing::HasSubstr("older than fixed days"));
  change.body = R"({"changes":[{"op":"burn","entity":"Invoice"}]})";
  EXPECT_EQ(sandbox_.handle(change).status, 400);
}

}  // namespace
}  // namespace q2o::sandbox::quickbooks
