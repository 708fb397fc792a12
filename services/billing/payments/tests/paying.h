#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/crypto/hmac.h"
#include "common/failpoint/failpoint.h"
#include "common/ids/ids.h"
#include "common/json/json.h"
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
namespace q2o::billing::payments::testing_with_stripe {

using namespace std::chrono_literals;

inline const std::string kTenant = "11111111-1111-4111-8111-111111111111";
inline const std::string kOther = "22222222-2222-4222-8222-222222222222";

inline std::string key_file() {
  static const std::string path = [] {
    auto out = (std::filesystem::temp_directory_path() / ("q2o-payments-key-" + std::to_string(getpid()))).string();
    std::ofstream(out) << std::string(64, '7');
    ::chmod(out.c_str(), 0600);
    return out;
  }();
  return path;
}

inline Settings settings(const std::string& stripe_url, const std::string& stripe_key = "sk_test_sandbox") {
  Settings out;
  out.pricing_file = std::string(Q2O_SOURCE_DIR) + "/config/pricing_config.json";
  out.key_file = key_file();
  out.plan_map = "price_half=half,price_starter=starter";
  out.stripe_url = stripe_url;
  out.stripe_key = config::Secret(stripe_key);
  out.webhook_secrets = {config::Secret("whsec_next"), config::Secret("whsec_sandbox")};
  return out;
}

/// Billing with its own server, and the worker of events.
class Billing {
 public:
  Billing(const pg::Options& database, Settings settings)
      : pool_(database), migrated_(migrate(pool_)), payments_(pool_, metrics, std::move(settings), counters, peers_, now_rfc3339) {
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
  void start(const std::string& stripe_key = "sk_test_sandbox") {
    billing_.reset();
    billing_ = std::make_unique<Billing>(database_, settings(stripe_server_.url(), stripe_key));
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
  /// Stripe has money that fits no migration, and operators see it.
  void somebody_pays_on_no_page_of_ours() {
    const auto made = post(
        "/v1/checkout/sessions",
        "mode=payment&line_items[0][price_data][currency]=usd&line_items[0][price_data][unit_amount]=100&line_items[0][price_data][product_"
        "data][name]=x&line_items[0][quantity]=1&success_url=http://app",
        "application/x-www-form-urlencoded");
    const auto document = json::Document::parse(made.body);
    post("/pay/" + std::string(document->root()["id"].text()), R"({"card": "4242424242424242"})");
    ASSERT_TRUE(testing::eventually([&] { return payments("operator", true, true).size() == 1; }));
  }
  http::Response get_stripe(const std::string& path) {
    const auto answer = http_.send({"GET", stripe_server_.url() + path, {{"Authorization", "Bearer sk_test_sandbox"}}, ""}, 10s);
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
  std::vector<v1::WaitingEvent> waiting_events() {
    v1::ListPaymentsRequest request;
    request.set_all_tenants(true);
    request.set_problems(true);
    v1::ListPaymentsResponse response;
    EXPECT_TRUE(payments_->ListPayments(as("operator").get(), request, &response).ok());
    return {response.waiting_events().begin(), response.waiting_events().end()};
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

}  // namespace q2o::billing::payments::testing_with_stripe
