#include "services/billing/payments/tests/paying.h"

namespace q2o::billing::payments {
namespace {

using namespace std::chrono_literals;
using namespace testing_with_stripe;
using ::testing::HasSubstr;

TEST_F(Paying, FromThePriceToPaidByTheProvidersWebhookAlone) {
  v1::EstimateRequest estimate;
  auto& company = *estimate.add_companies();
  company.set_platform("quickbooks_online");
  company.set_years(5);
  v1::EstimateResponse estimated;
  grpc::ClientContext stranger;  // who has no tenant yet
  ASSERT_TRUE(pricing_->Estimate(&stranger, estimate, &estimated).ok());
  EXPECT_EQ(estimated.total(), "2099");

  const auto id = draft();
  const auto given = quote(id);
  EXPECT_EQ(given.total(), "2099");
  EXPECT_EQ(get(id).state(), v1::STATE_PRICED);
  const auto page = checkout(given.quote_id());
  EXPECT_EQ(get(id).state(), v1::STATE_PENDING_PAYMENT);
  EXPECT_EQ(checkout(given.quote_id()).url(), page.url());
  pay(page);
  ASSERT_TRUE(becomes(id, v1::STATE_PAID));
  EXPECT_EQ(get(id).paid_by(), "payment");
  const auto own = payments("cli", false, false);
  ASSERT_EQ(own.size(), 1u);
  EXPECT_EQ(own[0].total(), "2099.00");
  EXPECT_EQ(count("FROM outbox WHERE topic = 'q2o.billing.payment.v1'"), 1) << "the receipt";
  EXPECT_EQ(count("FROM stripe_event WHERE done_at IS NOT NULL AND body <> ''"), 0) << "what the customer typed at Stripe is not kept";
  EXPECT_TRUE(payments("cli", false, false, kOther).empty());
  const auto text = billing_->metrics.text();
  EXPECT_THAT(text, HasSubstr("q2o_billing_steps_total{step=\"paid\"} 1"));
  EXPECT_THAT(text, HasSubstr("q2o_billing_amount_minor_total{currency=\"USD\",kind=\"paid\"} 209900"));
  EXPECT_THAT(text, HasSubstr("q2o_billing_payments_total{outcome=\"confirmed\"} 1"));
}

TEST_F(Paying, EventsBackwardsAndThreeTimesEndTheSame) {
  post("/control/webhooks", R"({"hold": true, "copies": 3})");
  const auto id = draft();
  const auto page = checkout(quote(id).quote_id());
  pay(page, "bank_debit");
  post("/control/sessions/" + page.session_id() + "/settle", R"({"outcome": "succeeded"})");
  post("/control/release", R"({"backwards": true})");
  ASSERT_TRUE(becomes(id, v1::STATE_PAID));
  ASSERT_TRUE(testing::eventually([&] { return events() == 2 && events_open() == 0; }));
  const auto intent = payments("cli", false, false)[0].payment_id();
  post("/v1/refunds", "payment_intent=" + intent, "application/x-www-form-urlencoded");
  ASSERT_TRUE(becomes(id, v1::STATE_PRICED));
  ASSERT_TRUE(testing::eventually([&] { return events() == 4 && events_open() == 0; }));
  EXPECT_EQ(payments("cli", false, false)[0].state(), v1::PAYMENT_STATE_REFUNDED);
}

TEST_F(Paying, AnOrderThatIsGivenBackBeforeItIsHeardOfCountsAsBoth) {
  post("/control/webhooks", R"({"hold": true})");
  const auto id = draft();
  const auto page = checkout(quote(id).quote_id());
  pay(page);
  const auto session = json::Document::parse(get_stripe("/v1/checkout/sessions/" + page.session_id()).body);
  post("/v1/refunds", "payment_intent=" + std::string(session->root()["payment_intent"].text()), "application/x-www-form-urlencoded");
  post("/control/release", R"({"backwards": true})");
  ASSERT_TRUE(testing::eventually([&] { return events() == 3 && events_open() == 0; }));
  EXPECT_EQ(get(id).state(), v1::STATE_PRICED);
  const auto text = billing_->metrics.text();
  EXPECT_THAT(text, HasSubstr("q2o_billing_steps_total{step=\"paid\"} 1"));
  EXPECT_THAT(text, HasSubstr("q2o_billing_amount_minor_total{currency=\"USD\",kind=\"paid\"} 209900"));
  EXPECT_THAT(text, HasSubstr("q2o_billing_amount_minor_total{currency=\"USD\",kind=\"refunded\"} 209900"));
}

TEST_F(Paying, ARefundThatFailsIsShownToOperatorsUntilItIsGivenBackOnceMore) {
  const auto id = draft();
  pay(checkout(quote(id).quote_id()));
  ASSERT_TRUE(becomes(id, v1::STATE_PAID));
  const auto intent = payments("cli", false, false)[0].payment_id();
  const auto give_back = [&] { return post("/v1/refunds", "payment_intent=" + intent, "application/x-www-form-urlencoded").body; };
  const auto refund = json::Document::parse(give_back());
  ASSERT_TRUE(becomes(id, v1::STATE_PRICED));
  post("/control/refunds/" + std::string(refund->root()["id"].text()) + "/fail", "{}");
  ASSERT_TRUE(testing::eventually([&] { return payments("operator", true, true).size() == 1; }));
  EXPECT_THAT(payments("operator", true, true)[0].problem(), HasSubstr("A refund of 2099.00 USD failed"));
  EXPECT_EQ(payments("cli", false, false)[0].state(), v1::PAYMENT_STATE_PAID);
  EXPECT_EQ(get(id).state(), v1::STATE_PRICED);
  give_back();
  EXPECT_TRUE(testing::eventually([&] { return payments("operator", true, true).empty(); }));
  EXPECT_EQ(count("FROM outbox WHERE topic = 'q2o.billing.payment.v1'"), 4) << "received, given back, not given back, given back";
}

TEST_F(Paying, AnExpiredPageAndAFailedDebitGiveThePriceBack) {
  const auto id = draft();
  const auto given = quote(id);
  post("/control/sessions/" + checkout(given.quote_id()).session_id() + "/expire", "{}");
  ASSERT_TRUE(becomes(id, v1::STATE_PRICED));
  const auto page = checkout(given.quote_id());
  pay(page, "bank_debit");
  ASSERT_TRUE(becomes(id, v1::STATE_PAYMENT_PROCESSING));
  post("/control/sessions/" + page.session_id() + "/settle", R"({"outcome": "failed"})");
  ASSERT_TRUE(becomes(id, v1::STATE_PRICED));
}

TEST_F(Paying, ADisputeHoldsAndLosingItTakesThePaymentBack) {
  const auto id = draft();
  pay(checkout(quote(id).quote_id()), "4000000000000259");
  ASSERT_TRUE(testing::eventually([&] { return !get(id).payment_hold().empty(); }));
  EXPECT_EQ(get(id).state(), v1::STATE_PAID);
  const auto dispute = payments("cli", false, false)[0].disputes(0).dispute_id();
  post("/control/disputes/" + dispute + "/close", R"({"status": "lost"})");
  ASSERT_TRUE(becomes(id, v1::STATE_PRICED));
}

TEST_F(Paying, MoneyThatFitsNoMigrationIsShownToOperators) {
  ASSERT_NO_FATAL_FAILURE(somebody_pays_on_no_page_of_ours());
  EXPECT_THAT(payments("operator", true, true)[0].problem(), HasSubstr("not made on a payment page of ours"));
  EXPECT_TRUE(payments("cli", false, true).empty());
  v1::ListPaymentsRequest all;
  all.set_all_tenants(true);
  v1::ListPaymentsResponse none;
  EXPECT_EQ(payments_->ListPayments(as("cli").get(), all, &none).error_code(), grpc::StatusCode::PERMISSION_DENIED);
  for (const auto& [role, answer] : {std::pair{"owner", grpc::StatusCode::PERMISSION_DENIED},
                                     {"", grpc::StatusCode::PERMISSION_DENIED},
                                     {"operator", grpc::StatusCode::OK}}) {
    const auto through_the_edge = as("operator:mallory@example.com");
    through_the_edge->AddMetadata("q2o-address", "192.0.2.1");
    through_the_edge->AddMetadata("q2o-role", role);
    EXPECT_EQ(payments_->ListPayments(through_the_edge.get(), all, &none).error_code(), answer) << role;
  }
}

TEST_F(Paying, AnOperatorAcknowledgesWhatFitsNoMigrationAndNobodyElse) {
  ASSERT_NO_FATAL_FAILURE(somebody_pays_on_no_page_of_ours());
  v1::AcknowledgePaymentRequest request;
  request.set_payment_id(payments("operator", true, true)[0].payment_id());
  request.set_reason("a course that we sell");
  v1::AcknowledgePaymentResponse answer;
  const auto key = ids::uuid_v4();
  const auto ask = [&](const std::string& actor, const std::string& role) {
    const auto context = as(actor);
    context->AddMetadata("idempotency-key", key);
    if (!role.empty()) {
      context->AddMetadata("q2o-address", "192.0.2.1");
      context->AddMetadata("q2o-role", role);
    }
    return payments_->AcknowledgePayment(context.get(), request, &answer).error_code();
  };
  EXPECT_EQ(ask("cli", ""), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(ask("operator:mallory@example.com", "owner"), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(payments("operator", true, true).size(), 1u);
  EXPECT_EQ(ask("operator:ann@example.com", "operator"), grpc::StatusCode::OK);
  EXPECT_EQ(answer.payment().acknowledged().actor(), "operator:ann@example.com");
  EXPECT_EQ(ask("operator:ann@example.com", "operator"), grpc::StatusCode::OK) << "the answer was lost";
  EXPECT_TRUE(payments("operator", true, true).empty());
  ASSERT_EQ(payments("operator", true, false).size(), 1u);
  EXPECT_EQ(payments("operator", true, false)[0].acknowledged().reason(), "a course that we sell");
}

TEST_F(Paying, APlanPaysForAMigrationAndCapsItsYears) {
  v1::SubscribeRequest request;
  request.set_plan("half");
  request.set_success_url("https://app.example/plan");
  v1::SubscribeResponse response;
  const auto status = payments_->Subscribe(as("cli").get(), request, &response);
  ASSERT_TRUE(status.ok()) << status.error_message();
  pay(response.checkout());
  v1::GetPlanResponse plan;
  ASSERT_TRUE(testing::eventually([&] { return payments_->GetPlan(as("cli").get(), {}, &plan).ok() && plan.has_subscription(); }));
  EXPECT_EQ(plan.years_max(), 5u);
  const auto id = draft();
  static_cast<void>(quote(id));
  v1::UsePlanRequest use;
  use.set_migration_id(id);
  v1::UsePlanResponse used;
  ASSERT_TRUE(payments_->UsePlan(as("cli").get(), use, &used).ok());
  EXPECT_EQ(get(id).state(), v1::STATE_PAID);
  v1::RequestQuoteRequest many;
  auto& company = *many.add_companies();
  company.set_migration_id(draft());
  company.set_years(6);
  v1::RequestQuoteResponse refused;
  EXPECT_EQ(rpc::to_error(pricing_->RequestQuote(as("cli").get(), many, &refused)).reason, "PLAN_YEARS");
  post("/control/subscriptions/" + plan.subscription().subscription_id(), R"({"status": "canceled"})");
  ASSERT_TRUE(testing::eventually([&] {
    v1::GetPlanResponse now;
    return payments_->GetPlan(as("cli").get(), {}, &now).ok() && !now.has_subscription();
  }));
}

TEST_F(Paying, ForgedOldAndBrokenWebhooksAreRefusedAndStoreNothing) {
  const std::string body = R"({"id":"evt_1","object":"event","type":"x","created":1,"livemode":false,"data":{"object":{}}})";
  const auto now = unix_now();
  const auto header = signed_by;
  const auto reason = [&](const std::string& text, const std::string& signature) {
    const auto taken = billing_->inbox().take(text, signature);
    return taken ? "" : taken.error().reason;
  };
  EXPECT_EQ(reason(body, header("whsec_forged", now, body)), "SIGNATURE_WRONG");
  EXPECT_EQ(reason(body, header("whsec_sandbox", now - 301, body)), "SIGNATURE_TOO_OLD");
  EXPECT_EQ(reason(body + " ", header("whsec_sandbox", now, body)), "SIGNATURE_WRONG");
  EXPECT_EQ(reason(body, ""), "SIGNATURE_MALFORMED");
  EXPECT_EQ(reason("{", header("whsec_sandbox", now, "{")), "EVENT_UNREADABLE");
  EXPECT_EQ(reason(std::string(600'000, ' '), header("whsec_sandbox", now, "")), "BODY_TOO_LARGE");
  EXPECT_EQ(events(), 0);
  EXPECT_EQ(reason(body, header("whsec_sandbox", now, body)), "");
  EXPECT_EQ(reason(body, header("whsec_next", now, body)), "") << "either secret, the same event twice";
  EXPECT_EQ(events(), 1);
}

TEST_F(Paying, AQuoteOfAnotherTenantDoesNotExist) {
  const auto given = quote(draft());
  v1::Checkout none;
  EXPECT_EQ(checkout(given.quote_id(), none, kOther).error_code(), grpc::StatusCode::NOT_FOUND);
  v1::GetQuoteRequest request;
  request.set_quote_id(given.quote_id());
  v1::GetQuoteResponse response;
  EXPECT_EQ(pricing_->GetQuote(as("cli", kOther).get(), request, &response).error_code(), grpc::StatusCode::NOT_FOUND);
}

/// Wherever it stops: what is repeated ends the same, nothing is paid twice, nothing is lost.
TEST_F(Paying, AStopAtAnyPointLosesAndDoublesNothing) {
  if (!failpoint::compiled_in()) GTEST_SKIP() << "built without fail points";
  for (const std::string point : {"before_payment_page", "after_payment_page", "after_webhook_stored", "after_event_applied"}) {
    SCOPED_TRACE(point);
    const auto id = draft();
    const auto given = quote(id);
    // Of the page's points the first try fails; of the event's points the first event.
    failpoint::arm(point + "=error@1");
    v1::Checkout page;
    if (!checkout(given.quote_id(), page).ok()) {
      failpoint::arm("on");
      page = checkout(given.quote_id());
    }
    const auto before = payments("cli", false, false).size();
    pay(page);
    EXPECT_TRUE(becomes(id, v1::STATE_PAID));
    EXPECT_TRUE(testing::eventually([&] { return events_open() == 0; }));
    EXPECT_EQ(payments("cli", false, false).size(), before + 1);
    failpoint::arm("on");
  }
}

TEST_F(Paying, ARestartedServiceWorksOnWhatWasStored) {
  post("/control/webhooks", R"({"hold": true})");
  const auto id = draft();
  pay(checkout(quote(id).quote_id()));
  start();
  post("/control/release", "{}");
  ASSERT_TRUE(becomes(id, v1::STATE_PAID));
}

TEST_F(Paying, TheAdapterSaysWhatStripeSays) {
  Settings wrong = settings(stripe_server_.url());
  StripePages pages(http_, {stripe_server_.url(), "2025-03-31.basil", config::Secret("sk_test_wrong")});
  NewSession session;
  session.items.push_back({"x", 100, ""});
  session.currency = "USD";
  session.success_url = "https://app.example";
  session.idempotency_key = "k1";
  const auto refused = pages.create(session, 5s);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("Invalid API Key"));
  EXPECT_THAT(refused.error().hint, HasSubstr("stripe.secret_key"));
  StripePages good(http_, {stripe_server_.url(), "", config::Secret("sk_test_sandbox")});
  stripe_server_.faults().add({.kind = sandbox::FaultKind::server_error, .count = 1, .status = 503});
  stripe_server_.faults().add({.kind = sandbox::FaultKind::cut_after, .count = 1});
  const auto first = good.create(session, 10s), again = good.create(session, 10s);
  ASSERT_TRUE(first && again) << first.error().message;
  EXPECT_EQ(first->id, again->id) << "a lost answer made no second page";
  StripePages off(http_, {stripe_server_.url(), "", {}});
  EXPECT_EQ(off.create(session, 5s).error().reason, "PAYMENTS_OFF");
}

}  // namespace
}  // namespace q2o::billing::payments
