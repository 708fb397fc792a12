#include "sandbox/stripe/stripe.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <mutex>
#include <set>

#include "common/crypto/hmac.h"
#include "common/testing/testing.h"
#include "sandbox/http/server.h"

namespace q2o::sandbox::stripe {
namespace {

using ::testing::HasSubstr;

/// A receiver of webhooks that can be told to fail.
class Receiver {
 public:
  std::vector<Request> got() {
    const std::lock_guard lock(mutex_);
    return got_;
  }
  std::vector<std::string> types() {
    std::vector<std::string> out;
    for (const auto& each : got()) out.push_back((*Node::parse(each.body))["type"].text());
    return out;
  }
  std::atomic<int> fail_next = 0;
  std::string url() const { return server_.url() + "/hook"; }

 private:
  std::mutex mutex_;
  std::vector<Request> got_;
  Server server_{{}, [this](const Request& request) {
                   const std::lock_guard lock(mutex_);
                   got_.push_back(request);
                   return Response{fail_next-- > 0 ? 500 : 200, "{}"};
                 }};
};

class Stripe : public ::testing::Test {
 protected:
  Stripe() {
    stripe_.webhooks().configure([this](Webhooks::Options& options) { options.url = receiver_.url(); });
  }
  http::Response post(const std::string& path, const std::string& body, const std::string& key = {},
                      const std::string& type = "application/json", const std::string& secret = "sk_test_sandbox") {
    http::Request request{"POST", server_.url() + path, {{"Authorization", "Bearer " + secret}, {"Content-Type", type}}, body};
    if (!key.empty()) request.headers.push_back({"Idempotency-Key", key});
    const auto answer = client_.send(request, std::chrono::seconds(10));
    EXPECT_TRUE(answer);
    return answer.value_or(http::Response());
  }
  static Node read(const http::Response& answer) { return *Node::parse(answer.body); }
  std::string form(const std::string& amount = "209900") {
    return "mode=payment&line_items[0][price_data][currency]=usd&line_items[0][price_data][unit_amount]=" + amount +
           "&line_items[0][price_data][product_data][name]=Migration&line_items[0][quantity]=1&success_url=http%3A%2F%2Fapp%2Fpaid%3Fs%3D{"
           "CHECKOUT_SESSION_ID}"
           "&metadata[q2o_checkout]=c1";
  }
  Node session() { return read(post("/v1/checkout/sessions", form())); }
  Node paid(const std::string& card = "4242 4242 4242 4242") {
    return read(post("/pay/" + session()["id"].text(), R"({"card": ")" + card + "\"}"));
  }
  bool told(const std::vector<std::string>& types) {
    return testing::eventually([&] { return receiver_.types() == types; });
  }

  Receiver receiver_;
  StripeSandbox stripe_{{.webhooks = {.url = "", .secrets = {"whsec_sandbox"}}}};
  Server server_{{}, [this](const Request& request) { return stripe_.handle(request); }};
  http::Client client_;
};

TEST_F(Stripe, ASessionIsPaidOnItsPageByAPerson) {
  const auto made = session();
  EXPECT_EQ(made["status"].text(), "open");
  const auto page = client_.send({"GET", made["url"].text(), {}, {}}, std::chrono::seconds(5));
  EXPECT_THAT(page->body, HasSubstr("Pay 2099.00 usd"));
  const auto path = "/pay/" + made["id"].text();
  EXPECT_EQ(post(path, "card=4000000000000002", "", "application/x-www-form-urlencoded").status, 402);
  const auto answer = post(path, "card=4242+4242+4242+4242", "", "application/x-www-form-urlencoded");
  EXPECT_EQ(answer.status, 303);
  EXPECT_EQ(answer.header("location"), "http://app/paid?s=" + made["id"].text());
  EXPECT_EQ(post(path, "card=4242424242424242", "", "application/x-www-form-urlencoded").status, 409);
  EXPECT_TRUE(told({"checkout.session.completed"}));
  const auto event = *Node::parse(receiver_.got()[0].body);
  EXPECT_EQ(event.at("data.object.payment_status").text(), "paid");
  EXPECT_EQ(event.at("data.object.metadata.q2o_checkout").text(), "c1");
}

TEST_F(Stripe, TheSameKeyGivesTheSameAnswerAndAnotherBodyIsRefused) {
  const auto first = post("/v1/checkout/sessions", form(), "key"), again = post("/v1/checkout/sessions", form(), "key");
  EXPECT_EQ(first.body, again.body);
  EXPECT_EQ(again.header("idempotent-replayed"), "true");
  const auto other = post("/v1/checkout/sessions", form("1"), "key");
  EXPECT_EQ(other.status, 400);
  EXPECT_EQ(read(other).at("error.type").text(), "idempotency_error");
}

TEST_F(Stripe, RequestsAreCheckedAsStripeDoes) {
  EXPECT_EQ(post("/v1/checkout/sessions", form(), "", "application/x-www-form-urlencoded", "sk_test_wrong").status, 401);
  EXPECT_EQ(read(post("/v1/checkout/sessions", form() + "&colour=red")).at("error.code").text(), "parameter_unknown");
  EXPECT_EQ(post("/v1/checkout/sessions", form("12.5")).status, 400);
  EXPECT_EQ(post("/v1/checkout/sessions", "mode=payment").status, 400);
  EXPECT_EQ(post("/v1/nothing", "").status, 404);
}

TEST_F(Stripe, WebhooksAreSignedWithEverySecretAndSentAgainUntilTheyAreTaken) {
  stripe_.webhooks().configure([](Webhooks::Options& options) {
    options.secrets = {"whsec_old", "whsec_new"};
    options.first_pause = std::chrono::milliseconds(10);
  });
  receiver_.fail_next = 2;
  paid();
  ASSERT_TRUE(testing::eventually([&] { return receiver_.got().size() == 3; }));
  const auto last = receiver_.got().back();
  const std::string header(last.header("stripe-signature"));
  const auto t = header.substr(2, header.find(',') - 2);
  for (const auto* secret : {"whsec_old", "whsec_new"})
    EXPECT_THAT(header, HasSubstr("v1=" + crypto::hmac_sha256_hex(config::Secret(secret), t + "." + last.body)));
  EXPECT_TRUE(testing::eventually([&] { return stripe_.webhooks().describe().items()[0]["delivered"].text() == "1"; }));
}

TEST_F(Stripe, EventsCanComeBackwardsAndTwice) {
  post("/control/webhooks", R"({"hold": true, "copies": 2})");
  const auto made = paid("bank_debit");
  EXPECT_EQ(made["payment_status"].text(), "unpaid");
  post("/control/sessions/" + made["id"].text() + "/settle", R"({"outcome": "succeeded"})");
  post("/control/release", R"({"backwards": true})");
  EXPECT_TRUE(told({"checkout.session.async_payment_succeeded", "checkout.session.async_payment_succeeded", "checkout.session.completed",
                    "checkout.session.completed"}));
}

TEST_F(Stripe, RefundsAreBoundByWhatWasPaid) {
  const auto intent = paid()["payment_intent"].text();
  EXPECT_EQ(post("/v1/refunds", "payment_intent=" + intent + "&amount=9900").status, 200);
  EXPECT_EQ(post("/v1/refunds", "payment_intent=" + intent + "&amount=209900").status, 400);
  EXPECT_EQ(post("/v1/refunds", "payment_intent=" + intent).status, 200);
  EXPECT_EQ(read(post("/v1/refunds", "payment_intent=" + intent)).at("error.code").text(), "charge_already_refunded");
  EXPECT_TRUE(told({"checkout.session.completed", "refund.created", "charge.refunded", "refund.created", "charge.refunded"}));
  EXPECT_TRUE((*Node::parse(receiver_.got().back().body)).at("data.object.refunded").truthy());
  const auto refund = (*Node::parse(receiver_.got()[1].body)).at("data.object.id").text();
  EXPECT_EQ(read(post("/control/refunds/" + refund + "/fail", "{}"))["status"].text(), "failed");
  EXPECT_EQ(post("/control/refunds/" + refund + "/fail", "{}").status, 400);
  EXPECT_TRUE(testing::eventually([&] { return receiver_.types().back() == "refund.failed"; }));
  EXPECT_EQ(post("/v1/refunds", "payment_intent=" + intent + "&amount=9900").status, 200) << "it can be given back once more";
}

TEST_F(Stripe, DisputesSubscriptionsAndExpiredPagesAreTold) {
  const auto made = paid("4000000000000259");
  ASSERT_TRUE(told({"checkout.session.completed", "charge.dispute.created"}));
  const auto dispute = (*Node::parse(receiver_.got()[1].body)).at("data.object.id").text();
  post("/control/disputes/" + dispute + "/close", R"({"status": "lost"})");
  const auto plan = read(post("/v1/checkout/sessions",
                              "mode=subscription&line_items[0][price]=price_half&line_items[0][quantity]=1&success_url=http://app"
                              "&subscription_data[metadata][q2o_tenant]=t"));
  post("/pay/" + plan["id"].text(), R"({"card": "4242424242424242"})");
  post("/control/sessions/" + session()["id"].text() + "/expire", "{}");
  EXPECT_TRUE(told({"checkout.session.completed", "charge.dispute.created", "charge.dispute.closed", "customer.subscription.created",
                    "checkout.session.completed", "checkout.session.expired"}));
  const auto subscription = *Node::parse(receiver_.got()[3].body);
  EXPECT_EQ(subscription.at("data.object.metadata.q2o_tenant").text(), "t");
}

}  // namespace
}  // namespace q2o::sandbox::stripe
