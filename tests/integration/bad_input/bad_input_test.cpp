#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "tests/integration/bad_input/case.h"

namespace q2o::bad_input {

std::vector<Case> all_cases() {
  std::vector<Case> all;
  for (const auto part : {connector_cases, manifest_cases, sign_in_cases, record_cases, document_cases, ledger_cases, mapping_file_cases,
                          odoo_answer_cases, batch_cases, readiness_cases, action_cases, configuration_cases, command_line_cases}) {
    auto cases = part();
    std::move(cases.begin(), cases.end(), std::back_inserter(all));
  }
  return all;
}

namespace {

class BadInput : public ::testing::TestWithParam<Case> {};

TEST_P(BadInput, IsNamedClearlyAndHarmsNothingElse) {
  const Case& expected = GetParam();
  const Seen seen = expected.feed();
  SCOPED_TRACE("code: " + seen.code + "\nmessage: " + seen.message.substr(0, 600) + "\nhint: " + seen.hint);
  EXPECT_EQ(seen.code, expected.code);
  for (const auto& word : expected.message)
    EXPECT_TRUE(seen.message.find(word) != std::string::npos) << "the message does not say: " << word;
  for (const auto& word : expected.hint) EXPECT_TRUE(seen.hint.find(word) != std::string::npos) << "the hint does not say: " << word;
  EXPECT_LT(seen.message.size(), 20'000U) << "an error is no place for the whole input";
  EXPECT_EQ(seen.message.find('\0'), std::string::npos);
  EXPECT_EQ(seen.unharmed, expected.still_there);
}

INSTANTIATE_TEST_SUITE_P(Table, BadInput, ::testing::ValuesIn(all_cases()), [](const auto& param_info) { return param_info.param.name; });

TEST(BadInputTable, HasEnoughCasesAndSaysWhatToDoInEach) {
  const auto cases = all_cases();
  EXPECT_GE(cases.size(), 40U) << "the contract asks for at least 40";
  std::set<std::string> names;
  for (const auto& one : cases) {
    EXPECT_TRUE(names.insert(one.name).second) << one.name << " stands there twice";
    EXPECT_FALSE(one.still_there.empty()) << one.name << ": what must be unharmed?";
    if (!one.code.empty()) {
      EXPECT_FALSE(one.message.empty()) << one.name << ": a refusal has a message";
    }
  }
}

}  // namespace
}  // namespace q2o::bad_input
