#include "cli/cli.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>

#include "cli/commands.h"
#include "cli/session.h"

namespace q2o::cli {
namespace {

int run_words(std::vector<std::string> words) {
  std::vector<char*> argv;
  words.insert(words.begin(), "q2o");
  for (auto& word : words) argv.push_back(word.data());
  return run(static_cast<int>(argv.size()), argv.data());
}

class Cli : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::temp_directory_path() / ("q2o_cli_test_" + std::to_string(getpid()));
    std::filesystem::remove_all(folder_);
    setenv("Q2O_STATE", folder_.c_str(), 1);
    // Port 9 (discard) answers nowhere: every service is away.
    for (const char* name : {"BILLING", "CONNECTOR", "MAPPER", "LOADER", "VALIDATOR", "NOTIFIER"}) setenv(("Q2O_PORT_" + std::string(name)).c_str(), "9", 1);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  std::filesystem::path folder_;
};

TEST_F(Cli, AnUnknownWordSuggestsTheNearest) {
  testing::internal::CaptureStderr();
  EXPECT_EQ(run_words({"migrat"}), kUsage);
  EXPECT_THAT(testing::internal::GetCapturedStderr(), testing::HasSubstr("did you mean `q2o migrate`?"));
}

TEST_F(Cli, HelpBeginsWithExamples) {
  testing::internal::CaptureStdout();
  EXPECT_EQ(run_words({"--help"}), kDone);
  EXPECT_THAT(testing::internal::GetCapturedStdout(), testing::HasSubstr("Examples:"));
}

TEST_F(Cli, MissingOptionsAreAUsageError) { EXPECT_EQ(run_words({"migrate"}), kUsage); }

TEST_F(Cli, AServiceThatIsAwayIsNamedWithTheRemedy) {
  testing::internal::CaptureStderr();
  EXPECT_EQ(run_words({"status"}), kError);
  const auto text = testing::internal::GetCapturedStderr();
  EXPECT_THAT(text, testing::HasSubstr("the billing service does not answer"));
  EXPECT_THAT(text, testing::HasSubstr("make up"));
}

TEST_F(Cli, TheTenantIsMadeOnceAndKept) {
  const auto first = open_session(folder_.string());
  const auto second = open_session(folder_.string());
  ASSERT_TRUE(first && second);
  EXPECT_EQ(first->tenant, second->tenant);
}

TEST_F(Cli, ASpoiledTenantFileIsRefusedNotReplaced) {
  std::filesystem::create_directories(folder_);
  std::ofstream(folder_ / "tenant") << "not-a-uuid\n";
  const auto session = open_session(folder_.string());
  ASSERT_FALSE(session);
  EXPECT_EQ(session.error().reason, "BAD_TENANT_FILE");
}

TEST(ExitCode, FollowsTheVerdict) {
  billing::v1::Migration migration;
  migration.set_state(billing::v1::STATE_COMPLETED);
  migration.set_verdict("MATCHED");
  EXPECT_EQ(exit_code(migration), kDone);
  migration.set_verdict("MATCHED WITH EXCEPTIONS");
  EXPECT_EQ(exit_code(migration), kDifferences);
  migration.set_state(billing::v1::STATE_FAILED);
  EXPECT_EQ(exit_code(migration), kError);
}

}  // namespace
}  // namespace q2o::cli
