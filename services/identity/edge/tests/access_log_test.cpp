#include "services/identity/edge/access_log.h"

#include <gtest/gtest.h>

namespace q2o::identity::edge {
namespace {

constexpr const char* kTenant = "3f0c1d8e-0000-4000-8000-000000000001";

envoy::data::accesslog::v3::HTTPAccessLogEntry entry() {
  envoy::data::accesslog::v3::HTTPAccessLogEntry out;
  auto& request = *out.mutable_request();
  request.set_path("/q2o.billing.v1.MigrationService/Start?token=secret");
  (*request.mutable_request_headers())["q2o-tenant"] = kTenant;
  (*request.mutable_request_headers())["q2o-key"] = "k1";
  request.set_request_body_bytes(10);
  out.mutable_response()->mutable_response_code()->set_value(200);
  out.mutable_response()->set_response_body_bytes(20);
  out.mutable_common_properties()->mutable_start_time()->set_seconds(1'000'000);
  out.mutable_common_properties()->mutable_time_to_last_downstream_tx_byte()->set_nanos(1'500'000);
  return out;
}

TEST(AccessLogEntries, BecomeCalls) {
  const Call call = call_of(entry());
  EXPECT_EQ(call.tenant, kTenant);
  EXPECT_EQ(call.key_id, "k1");
  EXPECT_EQ(call.method, "/q2o.billing.v1.MigrationService/Start") << "a query may hold a token";
  EXPECT_EQ(call.status, 200);
  EXPECT_EQ(call.took.count(), 1500);
  EXPECT_EQ(call.request_bytes, 10U);
  EXPECT_EQ(call.response_bytes, 20U);
  EXPECT_EQ(call.at.time_since_epoch().count(), 1'000'000);
}

TEST(AccessLogEntries, HaveTheStatusOfGrpcWhereverItStands) {
  auto one = entry();
  (*one.mutable_response()->mutable_response_trailers())["grpc-status"] = "0";
  EXPECT_EQ(call_of(one).status, 200);
  (*one.mutable_response()->mutable_response_trailers())["grpc-status"] = "5";
  EXPECT_EQ(call_of(one).status, 404);
  auto other = entry();
  (*other.mutable_response()->mutable_response_headers())["grpc-status"] = "9";
  EXPECT_EQ(call_of(other).status, 400);
  (*other.mutable_response()->mutable_response_headers())["grpc-status"] = "nonsense";
  EXPECT_EQ(call_of(other).status, 200);
}

TEST(AccessLogEntries, OfNobodyHaveNoTenant) {
  auto one = entry();
  (*one.mutable_request()->mutable_request_headers())["q2o-tenant"] = "'; drop table usage";
  EXPECT_EQ(call_of(one).tenant, "");
}

TEST(AccessLogEntries, WithImpossibleTimesAreCountedAllTheSame) {
  auto one = entry();
  one.mutable_common_properties()->mutable_start_time()->set_seconds(899'315'576'000'000);
  one.mutable_common_properties()->mutable_time_to_last_downstream_tx_byte()->set_seconds(899'315'576'000'000);
  EXPECT_LT(call_of(one).at.time_since_epoch(), std::chrono::years(300));
  EXPECT_LT(call_of(one).took, std::chrono::years(1));
  one.mutable_common_properties()->mutable_time_to_last_downstream_tx_byte()->set_seconds(-5);
  EXPECT_GE(call_of(one).took.count(), 0);
}

}  // namespace
}  // namespace q2o::identity::edge
