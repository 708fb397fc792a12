#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/crypto/hmac.h"
#include "common/failpoint/failpoint.h"
#include "common/ids/ids.h"
#include "common/rpc/rpc.h"
#include "common/sealing/memory_keys.h"
#include "common/testing/testing.h"
#include "sandbox/http/server.h"
#include "sandbox/stripe/stripe.h"
#include "services/billing/adapters/clock.h"
#include "services/billing/adapters/pg_migrations.h"
#include "services/billing/adapters/service.h"
#include "services/billing/payments/adapters/module.h"
#include "services/billing/payments/tests/fakes.h"

#include <sys/stat.h>

#include <filesystem>
#include <fstream>

/// Paying over a real Postgres, real gRPC and the sandbox's Stripe over HTTP, with its webhooks.
namespace q2o::billing::payments {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

const std::string kTenant = "11111111-1111-4111-8111-111111111111";
const std::string kOther = "22222222-2222-4222-8222-222222222222";

std::string key_file() {
  static const std::string path = [] {
    auto out = (std::filesystem::temp_directory_path() / ("q2o-payments-key-" + std::to_string(getpid()))).string();
    std::ofstream(out) << std::string(64, '7');
    ::chmod(out.c_str(), 0600);
    return out;
  }();
  return path;
}

Settings settings(const std::string& stripe_url) {
  Settings out;
  out.pricing_file = std::string(Q2O_SOURCE_DIR) + "/config/pricing_config.json";
  out.key_file = key_file();
  out.plan_map = "price_half=half,price_starter=starter";
  out.stripe_url = stripe_url;
  out.stripe_key = config::Secret("sk_test_sandbox");
  out.webhook_secrets = {config::Secret("whsec_next"), config::Secret("whsec_sandbox")};
  return out;
}

/// Billing with its own server, and the worker of events.
class Billing {
 public:
  Billing(const pg::Options& database, const std::string& stripe_url)
      : pool_(database), migrated_(migrate(pool_)), payments_(pool_, metrics, settings(stripe_url), counters, peers_, now_rfc3339) {
    commands_.guard_years([this](const std::string& tenant, std::uint32_t years) { return payments_.plans().allows(tenant, years); });
    auto services = payments_.services();
    services.push_back(&service_);
    server_ = std::make_unique<rpc::Server>("127.0.0.1:0", services, metrics);
    worker_ = std::jthread([this](std::stop_token stop) {
      while (!stop.stop_requested()) {
        try {
          run_events(pool_, payments_.inbox(), stop);
        } catch (const failpoint::Struck&) {  // the process would end here, and be started again
        }
      }
    });
  }
  std::string address() const { return "127.0.0.1:" + std::to_string(server_->port()); }
  pg::Pool& pool() { return pool_; }
  EventInbox& inbox() { return payments_.inbox(); }
  metrics::Registry metrics;
  fakes::FakeCounters counters;

 private:
  static bool migrate(pg::Pool& pool) {
    pg::migrate(pool, schema());
    return true;
  }
  pg::Pool pool_;
  bool migrated_;
  billing::fakes::FakePeers peers_;
  Commands commands_{[this](const std::function<void(Migrations&)>& work) {
                       pool_.transact([&](pg::Tx& tx) {
                         PgMigrations migrations(tx);
                         work(migrations);
                       });
                     },
                     peers_, now_rfc3339};
  Service service_{commands_};
  Module payments_;
  std::unique_ptr<rpc::Server> server_;
  std::jthread worker_;  // last: ends before what it uses
};

class Paying : public ::testing::Test {
 protected:
  Paying() {
    stripe_.webhooks().configure([this](sandbox::stripe::Webhooks::Options& options) {
      options.url = edge_.url() + "/api/billing/webhook";
      options.first_pause = 20ms;
    });
    start();
  }
  void start() {
    billing_.reset();
    billing_ = std::make_unique<Billing>(database_, stripe_server_.url());
    const auto channel = rpc::channel(billing_->address());
    const std::lock_guard lock(mutex_);
    pricing_ = v1::PricingService::NewStub(channel);
    payments_ = v1::PaymentService::NewStub(channel);
    migrations_ = v1::MigrationService::NewStub(channel);
  }
  /// As the edge does: the raw bytes and the signature, no tenant and no deadline.
  sandbox::Response forward(const sandbox::Request& request) {
    const std::lock_guard lock(mutex_);
    grpc::ClientContext context;
    context.AddMetadata("stripe-signature", std::string(request.header("stripe-signature")));
    google::api::HttpBody body;
    body.set_content_type("application/json");
    body.set_data(request.body);
    v1::StripeWebhookResponse response;
    const auto status = payments_->StripeWebhook(&context, body, &response);
    return {status.ok() ? 200 : status.error_code() == grpc::StatusCode::INVALID_ARGUMENT ? 400 : 503, "{}"};
  }
  std::unique_ptr<grpc::ClientContext> as(const std::string& actor, const std::string& tenant = kTenant) {
    return rpc::context(tenant, actor, 20s);
  }

  /// Of all the history: the quote says the years.
  std::string draft() {
    v1::CreateMigrationRequest request;
    request.set_name("Bakery");
    request.set_platform("quickbooks_online");
    request.set_source_connection_id("source");
    request.set_target_id("target");
    v1::CreateMigrationResponse response;
    const auto status = migrations_->CreateMigration(as("cli").get(), request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response.migration().migration_id();
  }
  v1::Quote quote(const std::string& id, std::uint32_t years = 5) {
    v1::RequestQuoteRequest request;
    auto& company = *request.add_companies();
    company.set_migration_id(id);
    company.set_years(years);
    v1::RequestQuoteResponse response;
    const auto status = pricing_->RequestQuote(as("cli").get(), request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response.quote();
  }
  grpc::Status checkout(const std::string& quote_id, v1::Checkout& out, const std::string& tenant = kTenant) {
    v1::CheckoutRequest request;
    request.set_quote_id(quote_id);
    request.set_success_url("https://app.example/paid?s={CHECKOUT_SESSION_ID}");
    v1::CheckoutResponse response;
    const auto status = payments_->Checkout(as("cli", tenant).get(), request, &response);
    out = response.checkout();
    return status;
  }
  v1::Checkout checkout(const std::string& quote_id) {
    v1::Checkout out;
    const auto status = checkout(quote_id, out);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return out;
  }
  http::Response post(const std::string& path, const std::string& body, const std::string& type = "application/json") {
    const auto answer =
        http_.send({"POST", stripe_server_.url() + path, {{"Authorization", "Bearer sk_test_sandbox"}, {"Content-Type", type}}, body}, 10s);
    EXPECT_TRUE(answer && answer->status == 200) << path << (answer ? answer->body : answer.error().message);
    return answer.value_or(http::Response());
  }
  void pay(const v1::Checkout& page, const std::string& card = "4242424242424242") {
    post("/pay/" + page.session_id(), R"({"card": ")" + card + "\"}");
  }
  v1::Migration get(const std::string& id) {
    v1::GetMigrationRequest request;
    request.set_migration_id(id);
    v1::GetMigrationResponse response;
    EXPECT_TRUE(migrations_->GetMigration(as("cli").get(), request, &response).ok());
    return response.migration();
  }
  bool becomes(const std::string& id, v1::State state) {
    return testing::eventually([&] { return get(id).state() == state; });
  }
  std::vector<v1::Payment> payments(const std::string& actor, bool all, bool problems, const std::string& tenant = kTenant) {
    v1::ListPaymentsRequest request;
    request.set_all_tenants(all);
    request.set_problems(problems);
    v1::ListPaymentsResponse response;
    EXPECT_TRUE(payments_->ListPayments(as(actor, tenant).get(), request, &response).ok());
    return {response.payments().begin(), response.payments().end()};
  }
  std::int64_t count(const std::string& from) {
    return billing_->pool().transact([&](pg::Tx& tx) { return tx.one("SELECT count(*) AS n " + from).integer("n"); });
  }
  std::int64_t events_open() { return count("FROM stripe_event WHERE done_at IS NULL"); }
  std::int64_t events() { return count("FROM stripe_event"); }
  static std::string signed_by(const std::string& secret, std::int64_t at, const std::string& text) {
    return "t=" + std::to_string(at) + ",v1=" + crypto::hmac_sha256_hex(config::Secret(secret), std::to_string(at) + "." + text);
  }
  static std::int64_t unix_now() {
    return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
  }

  pg::Options database_ = testing::Postgres::instance().fresh_schema();
  std::mutex mutex_;
  sandbox::stripe::StripeSandbox stripe_{{.webhooks = {.url = "", .secrets = {"whsec_sandbox"}}}};
  sandbox::Server stripe_server_{{}, [this](const sandbox::Request& request) { return stripe_.handle(request); }};
  std::unique_ptr<Billing> billing_;
  std::unique_ptr<v1::PricingService::Stub> pricing_;
  std::unique_ptr<v1::PaymentService::Stub> payments_;
  std::unique_ptr<v1::MigrationService::Stub> migrations_;
  http::Client http_;
  sandbox::Server edge_{{}, [this](const sandbox::Request& request) { return forward(request); }};
};

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
  const auto made = post(
      "/v1/checkout/sessions",
      "mode=payment&line_items[0][price_data][currency]=usd&line_items[0][price_data][unit_amount]=100&line_items[0][price_data][product_"
      "data][name]=x&line_items[0][quantity]=1&success_url=http://app",
      "application/x-www-form-urlencoded");
  const auto document = json::Document::parse(made.body);
  post("/pay/" + std::string(document->root()["id"].text()), R"({"card": "4242424242424242"})");
  ASSERT_TRUE(testing::eventually([&] { return payments("operator", true, true).size() == 1; }));
  EXPECT_THAT(payments("operator", true, true)[0].problem(), HasSubstr("not made on a payment page of ours"));
  EXPECT_TRUE(payments("cli", false, true).empty());
  v1::ListPaymentsRequest all;
  all.set_all_tenants(true);
  v1::ListPaymentsResponse none;
  EXPECT_EQ(payments_->ListPayments(as("cli").get(), all, &none).error_code(), grpc::StatusCode::PERMISSION_DENIED);
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
  Billing second(database_, stripe_server_.url());
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
