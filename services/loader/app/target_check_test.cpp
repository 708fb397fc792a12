#include "services/loader/app/target_check.h"

#include <gmock/gmock.h>

#include "services/loader/tests/fake_books.h"

namespace q2o::loader {
namespace {

using ::testing::HasSubstr;

/// An Odoo that can refuse the first contact and the sign-in.
class Contact final : public Books {
 public:
  Result<std::string> version(std::chrono::milliseconds deadline) override {
    return no_version ? Result<std::string>(fail(*no_version)) : books.version(deadline);
  }
  Result<std::int64_t> user_id(std::chrono::milliseconds deadline) override {
    ++signed_in;
    return no_user ? Result<std::int64_t>(fail(*no_user)) : books.user_id(deadline);
  }
  Result<CallResult> call(std::string_view model, std::string_view method, std::string_view args, std::string_view kwargs,
                          std::chrono::milliseconds deadline) override {
    return books.call(model, method, args, kwargs, deadline);
  }
  testing::FakeBooks books;
  std::optional<Error> no_version, no_user;
  int signed_in = 0;
};

Error error(Code code, std::string reason, Retry retry = Retry::after_backoff) {
  return {code, "these words", retry, Effect::none, std::move(reason), "", {}};
}

class TargetSteps : public ::testing::Test {
 protected:
  TargetCheck look(const std::string& address = "https://books.example.com") {
    return check_in_steps(address, odoo, "USD", modules, std::chrono::steady_clock::now() + std::chrono::seconds(30));
  }
  /// The step that failed; every one before it was looked at, every one behind it was not.
  TargetStep failed(const TargetCheck& check) {
    EXPECT_FALSE(check.ready());
    EXPECT_EQ(check.steps.size(), kTargetSteps.size());
    const auto at = std::ranges::find(check.steps, StepState::failed, &TargetStep::state);
    if (at == check.steps.end()) return {"none", StepState::failed, "", ""};
    EXPECT_FALSE(at->advice.empty()) << at->name;
    for (auto before = check.steps.begin(); before != at; ++before) EXPECT_NE(before->state, StepState::not_reached) << before->name;
    return *at;
  }
  Contact odoo;
  std::vector<Module> modules;
};

TEST_F(TargetSteps, AllPassWhereEverythingIsRight) {
  const auto check = look();
  EXPECT_TRUE(check.ready());
  EXPECT_TRUE(check.asked);
  EXPECT_EQ(check.version, "18.0-20250702");
  for (const auto& step : check.steps) EXPECT_FALSE(step.message.empty()) << step.name;
}

TEST_F(TargetSteps, AnAddressThatIsRefusedIsAskedNothing) {
  odoo.no_version = error(Code::internal, "ASKED");
  const auto check = check_in_steps(fail(Code::invalid_argument, "this address is refused", "ADDRESS_REFUSED", "Give a public one."), odoo,
                                    "", {}, std::chrono::steady_clock::now());
  EXPECT_EQ(failed(check).name, "address");
  EXPECT_EQ(check.steps[1].state, StepState::not_reached);
}

TEST_F(TargetSteps, HowFarTheFirstContactCameSaysWhichStepFailed) {
  const std::vector<std::pair<std::string, std::string>> expected{{"ADDRESS_REFUSED", "connection"},
                                                                  {"HOST_UNKNOWN", "connection"},
                                                                  {"CONNECTION_REFUSED", "connection"},
                                                                  {"CONNECT_TIMEOUT", "connection"},
                                                                  {"TLS_FAILED", "tls"},
                                                                  {"NO_ANSWER", "odoo"},
                                                                  {"TIMEOUT", "odoo"},
                                                                  {"ODOO_ANSWER", "odoo"},
                                                                  {"ANSWER_TOO_LARGE", "odoo"}};
  for (const auto& [reason, step] : expected) {
    odoo.no_version = error(Code::unavailable, reason);
    if (reason == "ADDRESS_REFUSED") odoo.no_version->hint = "Give a public one.";
    EXPECT_EQ(failed(look()).name, step) << reason;
    EXPECT_EQ(odoo.signed_in, 0) << "nothing secret was sent";
  }
}

TEST_F(TargetSteps, AnotherVersionIsToldNoSecret) {
  odoo.books.odoo_version = "17.0";
  const auto step = failed(look());
  EXPECT_EQ(step.name, "version");
  EXPECT_THAT(step.message, HasSubstr("17.0"));
  EXPECT_EQ(odoo.signed_in, 0);
}

TEST_F(TargetSteps, DatabaseAndSignInHaveTheirOwnAdvice) {
  odoo.no_user = error(Code::not_found, "ODOO_OPERATIONAL_ERROR", Retry::never);
  EXPECT_EQ(failed(look()).name, "database");
  odoo.no_user = error(Code::unauthenticated, "ODOO_ACCESS_DENIED", Retry::never);
  const auto step = failed(look());
  EXPECT_EQ(step.name, "sign_in");
  EXPECT_THAT(step.advice, HasSubstr("API key"));
  odoo.no_user = error(Code::unavailable, "NO_ANSWER");
  EXPECT_THAT(failed(look()).message, HasSubstr("could not be seen"));
}

TEST_F(TargetSteps, RightsModulesAndReadinessAreTakenFromTheReadinessList) {
  odoo.books.may_create_actions = false;
  auto check = look();
  EXPECT_EQ(failed(check).name, "rights");
  EXPECT_EQ(check.steps.back().state, StepState::not_reached) << "the company is not looked at";
  odoo.books.may_create_actions = true;
  modules = {{"hr_timesheet", "Timesheets", {}, "hours"}};
  EXPECT_EQ(failed(look()).name, "modules");
  modules = {};
  odoo.books.company["hard_lock_date"] = R"("2024-12-31")";
  check = look();
  EXPECT_EQ(failed(check).name, "readiness");
  EXPECT_THAT(failed(check).message, HasSubstr("hard lock date"));
}

TEST_F(TargetSteps, EverythingIsOverInTime) {
  const auto check = check_in_steps(std::string("https://books.example.com"), odoo, "", {}, std::chrono::steady_clock::now());
  EXPECT_EQ(failed(check).name, "odoo");
}

TEST_F(TargetSteps, AConnectionThatIsNotEncryptedIsSaid) {
  const auto check = look("http://127.0.0.1:8069");
  EXPECT_TRUE(check.ready());
  EXPECT_EQ(check.steps[2].state, StepState::warning);
}

}  // namespace
}  // namespace q2o::loader
