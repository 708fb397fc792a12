#include <gmock/gmock.h>

#include "common/acting/acting.h"
#include "common/rpc/serve.h"
#include "q2o/billing/v1/migration.grpc.pb.h"

namespace q2o::rpc {
namespace {

using namespace std::chrono_literals;
using billing::v1::GetMigrationRequest;
using billing::v1::GetMigrationResponse;
using ::testing::HasSubstr;
using ::testing::Not;

class Echo final : public billing::v1::MigrationService::Service {
 public:
  grpc::Status GetMigration(grpc::ServerContext* context, const GetMigrationRequest*, GetMigrationResponse* response) override {
    works_for = acting::whom();
    if (const auto* call = acting::call()) method = call->method + " by " + call->actor + " of " + call->request->GetTypeName();
    return serve(*context, "echo", [&](const Caller& who) {
      response->mutable_migration()->set_tenant_id(who.tenant);
      response->mutable_migration()->set_reason(who.actor);
      left = who.deadline - std::chrono::system_clock::now();
      if (surprised) throw std::runtime_error("the password of the database is wrong");
      return answer;
    });
  }
  Status answer;
  bool surprised = false;
  acting::Whom works_for;
  std::string method;
  std::chrono::system_clock::duration left{};
};

class Rpc : public ::testing::Test {
 protected:
  Echo service;
  metrics::Registry metrics;
  Server server{"127.0.0.1:0", {&service}, metrics};
  std::shared_ptr<grpc::Channel> to_server = channel("127.0.0.1:" + std::to_string(server.port()));
  std::unique_ptr<billing::v1::MigrationService::Stub> stub = billing::v1::MigrationService::NewStub(to_server);
  GetMigrationResponse response;

  grpc::Status call(std::unique_ptr<grpc::ClientContext> with) { return stub->GetMigration(with.get(), GetMigrationRequest(), &response); }
};

TEST_F(Rpc, PassesTenantActorAndDeadlineOn) {
  ASSERT_TRUE(call(context("tenant-1", "cli", 30s)).ok());
  EXPECT_EQ(response.migration().tenant_id(), "tenant-1");
  EXPECT_EQ(response.migration().reason(), "cli");
  EXPECT_GT(service.left, 20s);
  EXPECT_LT(service.left, 31s);
}

TEST_F(Rpc, AHandlersThreadWorksForTheTenantOfItsCall) {
  ASSERT_TRUE(call(context("tenant-1", "cli", 30s)).ok());
  EXPECT_EQ(service.works_for, acting::tenant("tenant-1"));
  EXPECT_EQ(service.method, "/q2o.billing.v1.MigrationService/GetMigration by cli of q2o.billing.v1.GetMigrationRequest");
  EXPECT_FALSE(call(context("", "cli", 30s)).ok());
  EXPECT_EQ(service.works_for, acting::nobody()) << "nobody's call is for nobody";
}

TEST_F(Rpc, RefusesACallWithoutTenantOrDeadline) {
  EXPECT_EQ(to_error(call(context("", "cli", 30s))).reason, "NO_TENANT");
  auto endless = std::make_unique<grpc::ClientContext>();
  endless->AddMetadata("q2o-tenant", "tenant-1");
  EXPECT_EQ(to_error(call(std::move(endless))).reason, "NO_DEADLINE");
}

TEST_F(Rpc, CarriesEveryDetailOfAnError) {
  const Error sent{Code::failed_precondition, "not paid", Retry::after_backoff, Effect::unknown, "NOT_PAID", "Pay first.", 1500ms};
  service.answer = fail(sent);
  const auto got = to_error(call(context("tenant-1", "cli", 30s)));
  EXPECT_EQ(got.code, sent.code);
  EXPECT_EQ(got.message, sent.message);
  EXPECT_EQ(got.retry, sent.retry);
  EXPECT_EQ(got.effect, sent.effect);
  EXPECT_EQ(got.reason, sent.reason);
  EXPECT_EQ(got.hint, sent.hint);
  EXPECT_EQ(got.retry_after, sent.retry_after);
}

TEST_F(Rpc, ASurpriseEndsTheCallNotTheServer) {
  service.surprised = true;
  const auto got = to_error(call(context("tenant-1", "cli", 30s)));
  EXPECT_EQ(got.code, Code::unavailable);
  EXPECT_EQ(got.reason, "ECHO_UNAVAILABLE");
  EXPECT_EQ(got.retry, Retry::after_backoff);
  EXPECT_EQ(got.effect, Effect::unknown);
  EXPECT_THAT(got.message, Not(HasSubstr("password"))) << "the cause is for the log";
  service.surprised = false;
  EXPECT_TRUE(call(context("tenant-1", "cli", 30s)).ok());
}

TEST_F(Rpc, TreatsATimeOutAsEffectUnknown) {
  const auto got = to_error(grpc::Status(grpc::StatusCode::DEADLINE_EXCEEDED, "late"));
  EXPECT_EQ(got.effect, Effect::unknown);
  EXPECT_EQ(got.retry, Retry::after_backoff);
}

TEST_F(Rpc, CountsCallsByMethodAndCode) {
  call(context("tenant-1", "cli", 30s));
  EXPECT_THAT(metrics.text(), HasSubstr("q2o_rpc_calls_total{code=\"0\",method=\"/q2o.billing.v1.MigrationService/GetMigration\"}"));
}

TEST_F(Rpc, SaysWhichPortIsTaken) {
  const std::string address = "127.0.0.1:" + std::to_string(server.port());
  try {
    Server second(address, {}, metrics);
    FAIL() << "two servers on one port";
  } catch (const std::runtime_error& problem) {
    EXPECT_THAT(problem.what(), HasSubstr(address));
  }
}

TEST_F(Rpc, TellsThatAServerIsAway) {
  server.shutdown();
  const auto got = to_error(call(context("tenant-1", "cli", 5s)));
  EXPECT_EQ(got.code, Code::unavailable);
  EXPECT_EQ(got.retry, Retry::after_backoff);
}

}  // namespace
}  // namespace q2o::rpc
