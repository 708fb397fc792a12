#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <filesystem>

#include "common/testing/process.h"
#include "common/testing/testing.h"
#include "services/billing/payments/adapters/stripe_pages.h"

/// What we send to Stripe against Stripe's own mock (scripts/install test), which knows every parameter of the API by its OpenAPI
/// description. It keeps nothing and answers with fixtures: that our requests are taken is all it can say.
namespace q2o::billing::payments {
namespace {

using namespace std::chrono_literals;

class StripeMock : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto program = std::string(Q2O_SOURCE_DIR) + "/.run/bin/stripe-mock";
    ASSERT_TRUE(std::filesystem::exists(program)) << "there is no stripe-mock: run scripts/install test";
    const auto port = std::to_string(testing::free_port()), other = std::to_string(testing::free_port());
    url_ = "http://127.0.0.1:" + port;
    process_ = testing::start({{program, "-http-port", port, "-https-port", other}, testing::temporary_directory("stripe-mock") + "/log"});
    ASSERT_TRUE(testing::eventually([&] { return send("GET", "/v1/checkout/sessions/cs_1", "") == 200; }));
  }
  void TearDown() override {
    if (process_ == 0) return;
    testing::signal_and_wait(process_, SIGTERM, 5s);
  }
  long send(const std::string& method, const std::string& path, const std::string& body) {
    const auto answer = http_.send(
        {method, url_ + path, {{"Authorization", "Bearer sk_test_mock"}, {"Content-Type", "application/x-www-form-urlencoded"}}, body}, 5s);
    said_ = answer ? answer->body : answer.error().message;
    return answer ? answer->status : 0;
  }
  NewSession session() {
    NewSession out;
    out.items.push_back({"Migration of Bäcker & Söhne", 209'900, ""});
    out.currency = "USD";
    out.tenant = "11111111-1111-4111-8111-111111111111";
    out.quote = "quote-1";
    out.checkout = "checkout-1";
    out.success_url = "https://app.example/paid?s={CHECKOUT_SESSION_ID}";
    out.cancel_url = "https://app.example/cancel";
    out.idempotency_key = "key-1";
    return out;
  }

  pid_t process_ = 0;
  std::string url_, said_;
  http::Client http_;
};

TEST_F(StripeMock, TakesThePagesThatWeAskFor) {
  EXPECT_EQ(send("POST", "/v1/checkout/sessions", session_form(session())), 200) << said_;
  auto plan = session();
  plan.subscription = true;
  plan.quote.clear();
  plan.items = {{"", 0, "price_half"}};
  EXPECT_EQ(send("POST", "/v1/checkout/sessions", session_form(plan)), 200) << said_;
  // And the adapter understands what it answers.
  StripePages pages(http_, {url_, "2025-03-31.basil", config::Secret("sk_test_mock")});
  const auto page = pages.create(session(), 5s);
  ASSERT_TRUE(page) << page.error().message;
  EXPECT_TRUE(page->id.starts_with("cs_test_"));
}

TEST_F(StripeMock, WouldHaveNoticedAMistake) {
  auto form = session_form(session());
  form.replace(form.find("client_reference_id"), 19, "client_reference");
  EXPECT_EQ(send("POST", "/v1/checkout/sessions", form), 400);
  EXPECT_THAT(said_, ::testing::HasSubstr("validation error"));
  EXPECT_EQ(send("POST", "/v1/checkout/sessions", "mode=donation"), 400) << "a mode that is none";
}

}  // namespace
}  // namespace q2o::billing::payments
