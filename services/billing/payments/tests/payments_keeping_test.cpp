#include "common/sealing/memory_keys.h"
#include "services/billing/payments/tests/paying.h"

namespace q2o::billing::payments {
namespace {

using namespace std::chrono_literals;
using namespace testing_with_stripe;
using ::testing::HasSubstr;

/// Prices of what was counted; what is kept of texts that people typed, and of calls that come twice.

TEST_F(Paying, WhatWasCountedInTheSourceIsThePrice) {
  const auto id = draft();
  EXPECT_EQ(quote(id).total(), "2099");
  billing_->counters.known = fakes::FakeCounters::done(28'543, 61'000);
  billing_->counters.known->set_finished_at(now_rfc3339());
  v1::AnalyzeVolumeRequest request;
  request.set_migration_id(id);
  v1::AnalyzeVolumeResponse answer;
  const auto status = pricing_->AnalyzeVolume(as("cli").get(), request, &answer);
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_TRUE(answer.done());
  EXPECT_EQ(answer.quote().total(), "1899");
  EXPECT_EQ(pricing_->AnalyzeVolume(as("cli", kOther).get(), request, &answer).error_code(), grpc::StatusCode::NOT_FOUND);
  pay(checkout(answer.quote().quote_id()));
  ASSERT_TRUE(becomes(id, v1::STATE_PAID));
}

TEST_F(Paying, AWebhookThatWaitsIsSealed) {
  const std::string body =
      R"({"id":"evt_1","object":"event","type":"x","created":1,"livemode":false,"data":{"object":{"email":"ann@example.com"}}})";
  billing_->pool().transact([&](pg::Tx& tx) {
    tx.exec("SELECT pg_advisory_xact_lock(hashtext(current_schema() || '/payments'))");  // nobody works on it meanwhile
    ASSERT_TRUE(billing_->inbox().take(body, signed_by("whsec_sandbox", unix_now(), body)));
    const auto stored = tx.one("SELECT body FROM stripe_event").bytes("body");
    EXPECT_FALSE(stored.empty());
    EXPECT_EQ(stored.find("example.com"), std::string::npos);
  });
  EXPECT_TRUE(testing::eventually([&] { return events_open() == 0; }));
}

/// The sandbox has no live mode: what Stripe sends there for a visit, and its signature.
class PayingLive : public Paying {
 protected:
  PayingLive() {
    id_ = draft();
    page_ = checkout(quote(id_).quote_id());
  }
  void sent(const std::string& event_id) {
    const auto body = R"({"id":")" + event_id + R"(","object":"event","type":"checkout.session.completed","created":1,"livemode":true,)" +
                      R"("data":{"object":{"id":")" + page_.session_id() + R"(","object":"checkout.session","payment_intent":"pi_live",)" +
                      R"("mode":"payment","payment_status":"paid","currency":"usd","amount_total":209900,"amount_subtotal":209900,)" +
                      R"("customer_details":{"email":"ann@example.com"},"metadata":{"q2o_checkout":")" + page_.checkout_id() + R"("}}}})";
    ASSERT_TRUE(billing_->inbox().take(body, signed_by("whsec_sandbox", unix_now(), body)));
  }
  std::string id_;
  v1::Checkout page_;
};

TEST_F(PayingLive, WithoutASecretKeyNoEventIsOfTheWrongMode) {
  start("");
  sent("evt_live");
  EXPECT_TRUE(becomes(id_, v1::STATE_PAID));
  EXPECT_TRUE(waiting_events().empty());
}

TEST_F(PayingLive, AnEventOfTheOtherModeIsKeptShownAndWorkedOnWithTheRightKey) {
  sent("evt_live");
  ASSERT_TRUE(testing::eventually([&] { return events() == 1 && events_open() == 0; }));
  EXPECT_EQ(get(id_).state(), v1::STATE_PENDING_PAYMENT);
  const auto waiting = waiting_events();
  ASSERT_EQ(waiting.size(), 1u);
  EXPECT_EQ(waiting[0].event_id(), "evt_live");
  EXPECT_EQ(waiting[0].type(), "checkout.session.completed");
  EXPECT_THAT(waiting[0].problem(), HasSubstr("stripe.secret_key"));
  EXPECT_EQ(count("FROM stripe_event WHERE body <> '' AND position('example.com'::bytea IN body) = 0"), 1) << "whole and sealed";
  v1::ListPaymentsRequest own;
  own.set_problems(true);
  v1::ListPaymentsResponse response;
  ASSERT_TRUE(payments_->ListPayments(as("cli").get(), own, &response).ok());
  EXPECT_TRUE(response.waiting_events().empty()) << "whose they are is not known";
  start("sk_test_another");
  ASSERT_TRUE(testing::eventually([&] { return events_open() == 0; }));
  EXPECT_EQ(waiting_events().size(), 1u) << "still the wrong key";
  start("sk_live_right");
  EXPECT_TRUE(becomes(id_, v1::STATE_PAID));
  EXPECT_TRUE(waiting_events().empty());
  EXPECT_EQ(count("FROM stripe_event WHERE body <> ''"), 0);
}

TEST_F(Paying, AnEventThatCannotBeWorkedOnIsShownWithItsReason) {
  billing_->pool().transact([](pg::Tx& tx) {
    tx.exec("INSERT INTO stripe_event(event_id, tenant_id, type, body) VALUES ('evt_torn', '', 'refund.failed', 'torn')");
    tx.notify(kEventsChannel);
  });
  ASSERT_TRUE(testing::eventually([&] { return !waiting_events().empty(); }));
  const auto event = waiting_events()[0];
  EXPECT_EQ(event.event_id(), "evt_torn");
  EXPECT_GE(event.attempts(), 1u);
  EXPECT_THAT(event.problem(), HasSubstr("cannot be worked on: "));
}

TEST_F(Paying, ACompanysNameInAQuoteEndsWithItsMigrationsKey) {
  const auto keys = std::make_shared<sealing::MemoryKeys>();
  database_.seal = std::make_shared<const sealing::Seal>(keys);
  start();
  const auto id = draft();
  const auto given = quote(id);
  EXPECT_EQ(given.migrations(0).name(), "Bakery");
  EXPECT_EQ(count("FROM quote WHERE position('Bakery'::bytea IN body) > 0"), 0);
  v1::GetQuoteRequest request;
  request.set_quote_id(given.quote_id());
  v1::GetQuoteResponse response;
  ASSERT_TRUE(pricing_->GetQuote(as("cli").get(), request, &response).ok());
  EXPECT_EQ(response.quote().migrations(0).name(), "Bakery");
  keys->destroy({kTenant, id});
  ASSERT_TRUE(pricing_->GetQuote(as("cli").get(), request, &response).ok());
  EXPECT_EQ(response.quote().migrations(0).name(), "");
  EXPECT_EQ(response.quote().total(), "2099") << "our books keep the price";
}

/// Replicas share nothing but the database.
TEST_F(Paying, OneKeyIsOneEffectOverAllReplicas) {
  Billing second(database_, settings(stripe_server_.url()));
  const auto other = v1::MigrationService::NewStub(rpc::channel(second.address()));
  const auto create = [&](v1::MigrationService::Stub& stub, const std::string& key, const std::string& name) {
    v1::CreateMigrationRequest request;
    request.set_name(name);
    request.set_platform("quickbooks_online");
    v1::CreateMigrationResponse response;
    const auto context = as("cli");
    context->AddMetadata("idempotency-key", key);
    const auto status = stub.CreateMigration(context.get(), request, &response);
    return status.ok() ? response.migration().SerializeAsString() : rpc::to_error(status).reason;
  };
  for (int round = 0; round < 10; ++round) {
    const auto key = ids::uuid_v4();
    std::string one, two;
    {
      const std::jthread a([&] { one = create(*migrations_, key, "Bakery"); });
      const std::jthread b([&] { two = create(*other, key, "Bakery"); });
    }
    EXPECT_EQ(one, two);
    EXPECT_EQ(create(*other, key, "Brewery"), "IDEMPOTENCY_KEY_REUSED");
  }
  EXPECT_EQ(count("FROM migration"), 10);
  EXPECT_EQ(create(*other, std::string(256, 'k'), "Bakery"), "IDEMPOTENCY_KEY_INVALID");
}

}  // namespace
}  // namespace q2o::billing::payments
