#include "services/connector/app/source_caller.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/connector/tests/harness.h"

namespace q2o::connector {
namespace {

using testing::fault;
using testing::Harness;
using testing::json_answer;

/// Answers so the first `times` times.
auto first(int times, Result<http::Response> answer) {
  return [left = times, answer](const std::string&) mutable -> std::optional<Result<http::Response>> {
    if (left-- <= 0) return std::nullopt;
    return answer;
  };
}

constexpr const char* kQuestion = "SELECT * FROM CompanyInfo";

TEST(SourceCaller, SendsSignedRequestsWithTheMinorVersion) {
  Harness h;
  auto caller = h.caller();
  ASSERT_TRUE(caller.query(kQuestion, {}));
  EXPECT_EQ(h.source.requests_with("/v3/company/123/query?minorversion=75&query=SELECT * FROM CompanyInfo"), 1);
}

TEST(SourceCaller, AfterA429WithRetryAfterItWaitsThatLong) {
  Harness h;
  h.source.disturb = first(1, http::Response{429, {{"Retry-After", "7"}}, "{}"});
  auto caller = h.caller();
  ASSERT_TRUE(caller.query(kQuestion, {}));
  EXPECT_GE(h.clock.waited(), milliseconds{6900});
  EXPECT_LT(h.clock.waited(), milliseconds{9000});
  EXPECT_THAT(h.waits, ::testing::Contains("THROTTLED"));
}

TEST(SourceCaller, AfterA429WithoutRetryAfterItWaitsAMinute) {
  Harness h;
  h.source.disturb = first(1, json_answer(429, fault("3001", "ThrottleExceeded")));
  auto caller = h.caller();
  ASSERT_TRUE(caller.query(kQuestion, {}));
  EXPECT_GE(h.clock.waited(), milliseconds{59900});
}

TEST(SourceCaller, ASourceThatRefusesForAnHourIsLeftToAPerson) {
  Harness h;
  h.source.disturb = first(1000, http::Response{429, {{"Retry-After", "600"}}, "{}"});
  auto caller = h.caller();
  const auto answer = caller.query(kQuestion, {});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().action, FaultAction::stop);
  EXPECT_EQ(answer.error().error.reason, "SOURCE_THROTTLED");
  EXPECT_EQ(caller.requests(), 7u);
}

TEST(SourceCaller, ServerErrorsTimeOutsAndCutConnectionsAreTriedAgain) {
  const Error late{Code::deadline_exceeded, "late", Retry::after_backoff, Effect::unknown, "", "", {}};
  const Error cut{Code::unavailable, "cut", Retry::after_backoff, Effect::unknown, "", "", {}};
  for (const Result<http::Response>& trouble : {Result<http::Response>(json_answer(503, "<html>")), Result<http::Response>(fail(late)),
                                                Result<http::Response>(fail(cut)), Result<http::Response>(json_answer(200, "{\"Quer"))}) {
    Harness h;
    h.source.disturb = first(3, trouble);
    auto caller = h.caller();
    EXPECT_TRUE(caller.query(kQuestion, {}));
    EXPECT_EQ(caller.requests(), 4u);
  }
}

TEST(SourceCaller, GivesUpAfterSomeAttemptsAndSaysLater) {
  Harness h;
  h.source.disturb = first(1000, json_answer(500, "{}"));
  auto caller = h.caller();
  const auto answer = caller.query(kQuestion, {});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().action, FaultAction::retry);
  EXPECT_EQ(caller.requests(), 6u);
}

TEST(SourceCaller, AnExpiredTokenIsRenewedOnceAndTheRequestRepeated) {
  Harness h;
  auto caller = h.caller();
  ASSERT_TRUE(caller.query(kQuestion, {}));
  h.source.access = "something-else";
  EXPECT_TRUE(caller.query(kQuestion, {}));
  EXPECT_EQ(h.source.refreshes, 2);
}

TEST(SourceCaller, ATokenRefusedTwiceEndsTheConnectionWithoutALoop) {
  Harness h;
  h.source.disturb = first(1000, json_answer(401, "{}"));
  auto caller = h.caller();
  const auto answer = caller.query(kQuestion, {});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().action, FaultAction::stop);
  EXPECT_EQ(caller.requests(), 2u);
}

TEST(SourceCaller, AReportThatTakesTooLongIsSplitInsteadOfRepeated) {
  Harness h;
  h.source.disturb = first(1, json_answer(504, ""));
  auto caller = h.caller();
  const auto answer = caller.report({"GeneralLedger", {}, "", ""}, true, {});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().action, FaultAction::split);
}

TEST(SourceCaller, KeepsWithinTheBudget) {
  Harness h;
  auto caller = h.caller();
  for (int i = 0; i < 60; ++i) ASSERT_TRUE(caller.query(kQuestion, {}));
  EXPECT_GE(h.clock.waited(), milliseconds{5000});
  EXPECT_LE(h.budget.reservations, 60);
}

TEST(SourceCaller, AStopEndsEveryWait) {
  Harness h;
  h.source.disturb = first(1000, json_answer(429, "{}"));
  std::stop_source stop;
  stop.request_stop();
  auto caller = h.caller();
  EXPECT_FALSE(caller.query(kQuestion, stop.get_token()));
  EXPECT_EQ(caller.requests(), 0u);
}

}  // namespace
}  // namespace q2o::connector
