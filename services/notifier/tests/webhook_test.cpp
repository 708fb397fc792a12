#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/failpoint/failpoint.h"
#include "common/ids/ids.h"
#include "common/once/once.h"
#include "common/pg/embedded.h"
#include "common/rpc/rpc.h"
#include "common/sealing/memory_keys.h"
#include "common/testing/testing.h"
#include "embedded/notifier_schema.h"
#include "sandbox/http/server.h"
#include "sandbox/mail/mail.h"
#include "services/notifier/adapters/announcer.h"
#include "services/notifier/adapters/http_webhook_sender.h"
#include "services/notifier/adapters/webhook_rpc.h"
#include "services/notifier/app/webhooks.h"

/// Endpoints and deliveries over real gRPC, Postgres and HTTP.
namespace q2o::notifier {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;

class WebhookDeliveries : public ::testing::Test {
 protected:
  static pg::Options options() {
    auto out = q2o::testing::Postgres::instance().fresh_schema();
    out.seal = std::make_shared<const sealing::Seal>(std::make_shared<sealing::MemoryKeys>());
    return out;
  }
  void SetUp() override { pg::migrate(pool_, pg::schema_of(embedded::notifier_schema::kFiles, {once::schema()})); }

  std::unique_ptr<grpc::ClientContext> context(const std::string& tenant) { return rpc::context(tenant, "test", 20s); }
  v1::CreateEndpointResponse endpoint(std::vector<std::string> events = {}) {
    v1::CreateEndpointRequest request;
    request.set_url(programs_.url() + "/hook/books");
    for (auto& event : events) request.add_events(std::move(event));
    v1::CreateEndpointResponse response;
    EXPECT_TRUE(client_->CreateEndpoint(context(tenant_).get(), request, &response).ok());
    return response;
  }
  void announce(const std::string& event, const std::string& id) {
    Notice notice;
    notice.id = id;
    notice.event = event;
    notice.tenant = tenant_;
    notice.values = {{"run", "1"}, {"verdict", "MATCHED"}};
    pool_.transact([&](pg::Tx& tx) { announcer_.announce(tx, notice); });
  }
  std::vector<sandbox::Node> calls() {
    return sandbox::Node::parse(mail_.handle({.method = "GET", .path = "/hooks/books"}).body)->operator[]("calls").items();
  }
  void script(const std::string& json) { mail_.handle({.method = "POST", .path = "/control/hooks", .body = json}); }
  v1::ListDeliveriesResponse deliveries(const std::string& endpoint_id, const std::string& tenant) {
    v1::ListDeliveriesRequest request;
    request.set_endpoint_id(endpoint_id);
    v1::ListDeliveriesResponse response;
    status_ = client_->ListDeliveries(context(tenant).get(), request, &response);
    return response;
  }
  void make_due() {
    pool_.transact([](pg::Tx& tx) { tx.exec("update webhook_delivery set next_at = now()"); });
  }

  std::string tenant_ = ids::uuid_v4();
  pg::Pool pool_{options()};
  const MailTemplates templates_ = MailTemplates::read(std::string(Q2O_SOURCE_DIR) + "/config/mails").value();
  const Announcer announcer_{templates_, {"https://q.example", "q.example", false}};
  sandbox::mail::MailSandbox mail_{0};
  sandbox::Server programs_{{}, [this](const sandbox::Request& request) { return mail_.handle(request); }};
  WebhookStore store_{pool_, "instance-1"};
  HttpWebhookSender sender_{http::GuardRules{.allow_private = true, .allow_query = true}};
  metrics::Registry metrics_;
  Webhooks webhooks_{store_, sender_, metrics_};
  WebhookRpc service_{store_, sender_};
  rpc::Server server_{"127.0.0.1:0", {&service_}, metrics_};
  std::unique_ptr<v1::WebhookService::Stub> client_ =
      v1::WebhookService::NewStub(rpc::channel("127.0.0.1:" + std::to_string(server_.port())));
  grpc::Status status_;
};

TEST_F(WebhookDeliveries, AProgramIsToldWhatItAskedForOnceAndCanVerifyIt) {
  const auto made = endpoint({"job.completed"});
  EXPECT_THAT(made.secret(), HasSubstr("whsec_"));
  announce("job.completed", "n1");
  announce("job.completed", "n1");
  announce("job.started", "n2");
  while (webhooks_.run_one()) {
  }
  ASSERT_EQ(calls().size(), 1u);
  const auto call = calls()[0];
  const auto& headers = call["headers"];
  EXPECT_EQ(headers["webhook-signature"].text(), webhook_signature({config::Secret(made.secret())}, headers["webhook-id"].text(),
                                                                   std::stoll(headers["webhook-timestamp"].text()), call["body"].text())
                                                     .value());
  EXPECT_THAT(call["body"].text(), HasSubstr(R"("type":"job.completed")"));
  const auto told = deliveries(made.endpoint().endpoint_id(), tenant_);
  ASSERT_EQ(told.deliveries_size(), 1);
  EXPECT_EQ(told.deliveries(0).state(), v1::DELIVERY_STATE_DELIVERED);
  EXPECT_EQ(told.deliveries(0).webhook_id(), headers["webhook-id"].text());
}

TEST_F(WebhookDeliveries, AreRepeatedUnderTheSameIdAndSentAgainByHand) {
  const auto made = endpoint();
  script(R"({"name": "books", "statuses": [500, 302, 200]})");
  announce("job.failed", "n1");
  EXPECT_TRUE(webhooks_.run_one());
  EXPECT_FALSE(webhooks_.run_one()) << "not due yet";
  make_due();
  webhooks_.run_one();
  make_due();
  webhooks_.run_one();
  make_due();
  EXPECT_FALSE(webhooks_.run_one()) << "delivered";
  ASSERT_EQ(calls().size(), 3u);
  EXPECT_EQ(calls()[0]["headers"]["webhook-id"].text(), calls()[2]["headers"]["webhook-id"].text());
  EXPECT_EQ(calls()[0]["body"].text(), calls()[2]["body"].text());
  v1::ResendDeliveryRequest again;
  again.set_delivery_id(deliveries(made.endpoint().endpoint_id(), tenant_).deliveries(0).delivery_id());
  v1::ResendDeliveryResponse response;
  ASSERT_TRUE(client_->ResendDelivery(context(tenant_).get(), again, &response).ok());
  EXPECT_EQ(response.delivery().state(), v1::DELIVERY_STATE_WAITING);
  webhooks_.run_one();
  EXPECT_EQ(calls().size(), 4u);
}

TEST_F(WebhookDeliveries, WhoDiesOnEitherSideOfAPostLosesNothingAndRepeatsUnderTheSameId) {
  if (!failpoint::compiled_in()) GTEST_SKIP() << "built without fail points";
  endpoint();
  announce("job.failed", "n1");
  for (const auto* point : {"before_webhook=error@1", "after_webhook=error@1"}) {
    failpoint::arm(point);
    EXPECT_THROW(webhooks_.run_one(), failpoint::Struck);
    EXPECT_FALSE(webhooks_.run_one()) << "the dead one's lease holds";
    pool_.transact([](pg::Tx& tx) { tx.exec("update lease set lease_until = now() - interval '1 second'"); });
  }
  failpoint::arm("");
  EXPECT_TRUE(webhooks_.run_one());
  EXPECT_FALSE(webhooks_.run_one());
  ASSERT_EQ(calls().size(), 2u);
  EXPECT_EQ(calls()[0]["headers"]["webhook-id"].text(), calls()[1]["headers"]["webhook-id"].text());
}

TEST_F(WebhookDeliveries, AnEndpointThatIsGoneIsDisabled) {
  const auto made = endpoint();
  script(R"({"name": "books", "statuses": [410]})");
  announce("job.failed", "n1");
  webhooks_.run_one();
  announce("job.failed", "n2");
  EXPECT_FALSE(webhooks_.run_one());
  v1::ListEndpointsResponse all;
  ASSERT_TRUE(client_->ListEndpoints(context(tenant_).get(), {}, &all).ok());
  EXPECT_FALSE(all.endpoints(0).enabled());
  EXPECT_THAT(all.endpoints(0).disabled_reason(), HasSubstr("410"));
}

TEST_F(WebhookDeliveries, ANewSecretSignsBesideTheOldOne) {
  const auto made = endpoint();
  v1::RotateSecretRequest request;
  request.set_endpoint_id(made.endpoint().endpoint_id());
  v1::RotateSecretResponse rotated;
  ASSERT_TRUE(client_->RotateSecret(context(tenant_).get(), request, &rotated).ok());
  v1::TestEndpointRequest test;
  test.set_endpoint_id(made.endpoint().endpoint_id());
  v1::TestEndpointResponse pinged;
  ASSERT_TRUE(client_->TestEndpoint(context(tenant_).get(), test, &pinged).ok());
  webhooks_.run_one();
  const auto call = calls().at(0);
  const auto& headers = call["headers"];
  for (const auto& secret : {made.secret(), rotated.secret()})
    EXPECT_THAT(headers["webhook-signature"].text(),
                HasSubstr(webhook_signature({config::Secret(secret)}, headers["webhook-id"].text(),
                                            std::stoll(headers["webhook-timestamp"].text()), call["body"].text())
                              .value()));
}

TEST_F(WebhookDeliveries, TenantsTakeTurnsHoweverLongTheQueueOfOneIs) {
  endpoint();
  for (int i = 0; i < 30; ++i) announce("job.failed", "busy" + std::to_string(i));
  const auto busy = std::exchange(tenant_, ids::uuid_v4());
  endpoint();
  for (int i = 0; i < 3; ++i) announce("job.failed", "quiet" + std::to_string(i));
  const auto quiet = tenant_;
  std::vector<std::string> served;
  for (int i = 0; i < 6; ++i) {
    const auto job = store_.next();
    ASSERT_TRUE(job) << i;
    served.push_back(job->tenant);
    EXPECT_TRUE(store_.settle(*job, 200, "", std::nullopt, ""));
  }
  EXPECT_EQ(std::ranges::count(served, quiet), 3) << "every second one, behind thirty of the other";
  EXPECT_EQ(served.front(), busy);
}

TEST_F(WebhookDeliveries, ATenantWhoseServersDoNotAnswerHoldsUpNobodyElse) {
  endpoint();
  for (int i = 0; i < 10; ++i) announce("job.failed", "slow" + std::to_string(i));
  std::vector<WebhookJob> under_way;
  while (auto job = store_.next()) under_way.push_back(std::move(*job));
  EXPECT_EQ(under_way.size(), 2U);
  const auto slow = std::exchange(tenant_, ids::uuid_v4());
  endpoint();
  announce("job.failed", "other");
  const auto job = store_.next();
  ASSERT_TRUE(job);
  EXPECT_NE(job->tenant, slow);
  EXPECT_TRUE(store_.settle(under_way[0], 200, "", std::nullopt, ""));
  EXPECT_EQ(store_.next().value().tenant, slow) << "the next one of its own";
}

TEST_F(WebhookDeliveries, AnotherTenantFindsNothing) {
  const auto made = endpoint();
  announce("job.failed", "n1");
  const auto other = ids::uuid_v4();
  v1::ListEndpointsResponse none;
  ASSERT_TRUE(client_->ListEndpoints(context(other).get(), {}, &none).ok());
  EXPECT_EQ(none.endpoints_size(), 0);
  deliveries(made.endpoint().endpoint_id(), other);
  EXPECT_EQ(status_.error_code(), grpc::StatusCode::NOT_FOUND);
  v1::DeleteEndpointRequest remove;
  remove.set_endpoint_id(made.endpoint().endpoint_id());
  v1::DeleteEndpointResponse removed;
  EXPECT_EQ(client_->DeleteEndpoint(context(other).get(), remove, &removed).error_code(), grpc::StatusCode::NOT_FOUND);
  v1::ResendDeliveryRequest again;
  again.set_delivery_id(deliveries(made.endpoint().endpoint_id(), tenant_).deliveries(0).delivery_id());
  v1::ResendDeliveryResponse resent;
  EXPECT_EQ(client_->ResendDelivery(context(other).get(), again, &resent).error_code(), grpc::StatusCode::NOT_FOUND);
  ASSERT_TRUE(client_->DeleteEndpoint(context(tenant_).get(), remove, &removed).ok());
  EXPECT_FALSE(webhooks_.run_one());
}

TEST_F(WebhookDeliveries, AnEndpointIsMadeOncePerIdempotencyKey) {
  v1::CreateEndpointRequest request;
  request.set_url(programs_.url() + "/hook/books");
  v1::CreateEndpointResponse first, again;
  const auto create = [&](const std::string& key, v1::CreateEndpointResponse& response) {
    const auto with_key = context(tenant_);
    with_key->AddMetadata("idempotency-key", key);
    return rpc::to_error(client_->CreateEndpoint(with_key.get(), request, &response)).reason;
  };
  EXPECT_EQ(create("k1", first), "");
  EXPECT_EQ(create("k1", again), "ALREADY_MADE") << "its secret was shown once";
  EXPECT_TRUE(again.secret().empty());
  request.set_description("another");
  EXPECT_EQ(create("k1", again), "IDEMPOTENCY_KEY_REUSED");
  v1::ListEndpointsResponse all;
  ASSERT_TRUE(client_->ListEndpoints(context(tenant_).get(), {}, &all).ok());
  ASSERT_EQ(all.endpoints_size(), 1);
  EXPECT_EQ(all.endpoints(0).endpoint_id(), first.endpoint().endpoint_id());
  EXPECT_EQ(create("k2", again), "");
  const auto kept =
      pool_.transact([](pg::Tx& tx) { return tx.one("select string_agg(a::text, ' ') as t from answered_call a").text("t"); });
  EXPECT_THAT(kept, ::testing::AllOf(HasSubstr(first.endpoint().endpoint_id()), Not(HasSubstr("whsec_")), Not(HasSubstr("/hook/"))));
}

TEST_F(WebhookDeliveries, WhatATenantSaysIsCheckedAndSealed) {
  v1::CreateEndpointRequest request;
  v1::CreateEndpointResponse response;
  for (const auto* url : {"", "ftp://example.com", "example.com", "javascript:alert(1)"}) {
    request.set_url(url);
    EXPECT_EQ(client_->CreateEndpoint(context(tenant_).get(), request, &response).error_code(), grpc::StatusCode::INVALID_ARGUMENT) << url;
  }
  HttpWebhookSender guarded{http::GuardRules{}};
  for (const auto* url :
       {"http://hooks.example.com/", "https://127.0.0.1/", "https://localhost/", "https://[::1]/", "https://169.254.169.254/latest"})
    EXPECT_FALSE(guarded.check(url)) << url;
  request.set_url("https://hooks.example.com/canary");
  request.add_events("job.exploded");
  EXPECT_EQ(client_->CreateEndpoint(context(tenant_).get(), request, &response).error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  request.clear_events();
  ASSERT_TRUE(client_->CreateEndpoint(context(tenant_).get(), request, &response).ok());
  const auto rows =
      pool_.transact([](pg::Tx& tx) { return tx.one("select string_agg(e::text, '') as t from webhook_endpoint e").text("t"); });
  EXPECT_THAT(rows, Not(HasSubstr("canary")));
  EXPECT_THAT(rows, Not(HasSubstr("whsec_")));
}

}  // namespace
}  // namespace q2o::notifier
