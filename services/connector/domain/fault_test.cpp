#include "services/connector/domain/fault.h"

#include <gtest/gtest.h>

#include "services/connector/tests/shipped.h"

namespace q2o::connector {
namespace {

struct Case {
  int status;
  const char* body;
  FaultAction action;
};

TEST(Fault, EachAnswerIsJudgedByTheTable) {
  const auto manifest = testing::shipped();
  const Case cases[]{
      {401, R"({"fault":{"error":[{"message":"AuthenticationFailed","code":"003200"}],"type":"AUTHENTICATION"}})",
       FaultAction::reauthenticate},
      {401, "{}", FaultAction::reauthenticate},
      {403, R"({"Fault":{"Error":[{"Message":"m","code":"3100"}]}})", FaultAction::stop},
      {403, "{}", FaultAction::stop},
      {403, R"({"Fault":{"Error":[{"Message":"m","code":"3001"}]}})", FaultAction::wait},
      {429, "{}", FaultAction::wait},
      {400, R"({"Fault":{"Error":[{"Message":"m","code":"120"}]}})", FaultAction::stop},
      {400, R"({"Fault":{"Error":[{"Message":"m","code":"150"}]}})", FaultAction::wait},
      {400, R"({"Fault":{"Error":[{"Message":"m","code":"5030"}]}})", FaultAction::absent},
      {400, R"({"Fault":{"Error":[{"Message":"m","code":"5020"}]}})", FaultAction::stop},
      {400, R"({"Fault":{"Error":[{"Message":"m","code":"6190"}]}})", FaultAction::stop},
      {400, R"({"Fault":{"Error":[{"Message":"m","code":"4000"}]}})", FaultAction::permanent},
      {400, R"({"Fault":{"Error":[{"Message":"m","code":"4001"}]}})", FaultAction::absent_if_optional},
      {400, R"({"Fault":{"Error":[{"Message":"m","code":"4002"}]}})", FaultAction::split},
      {400, R"({"Fault":{"Error":[{"Message":"m","code":"10000"}]}})", FaultAction::split},
      {500, R"({"Fault":{"Error":[{"Message":"m","code":"10000"}]}})", FaultAction::retry},
      {503, "{}", FaultAction::retry},
      {599, "{}", FaultAction::retry},
      {418, "{}", FaultAction::permanent},
  };
  for (const auto& c : cases) {
    const auto body = json::Document::parse(c.body);
    EXPECT_EQ(judge(manifest, c.status, find_fault(manifest, body->root())).action, c.action) << c.status << " " << c.body;
  }
}

TEST(Fault, AFaultInAnAnswerOf200IsSeen) {
  const auto body = json::Document::parse(R"({"Fault":{"Error":[{"Message":"Invalid query","Detail":"d","code":"4001"}]}})");
  const auto fault = find_fault(testing::shipped(), body->root());
  EXPECT_EQ(fault.code, "4001");
  EXPECT_EQ(fault.message, "Invalid query");
}

TEST(Fault, EveryFaultThatStopsSaysWhatToDo) {
  for (const auto& rule : testing::shipped().faults) {
    if (rule.action == FaultAction::stop || rule.action == FaultAction::reauthenticate) {
      EXPECT_FALSE(rule.hint.empty()) << rule.reason;
    }
  }
}

}  // namespace
}  // namespace q2o::connector
