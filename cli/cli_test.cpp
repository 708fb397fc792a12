#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <sstream>

#include "cli/commands.h"
#include "cli/tests/fixture.h"
#include "common/metrics/metrics.h"
#include "common/rpc/rpc.h"
#include "q2o/billing/v1/migration.grpc.pb.h"

namespace q2o::cli {
namespace {

using testing::Cli;
using ::testing::HasSubstr;
using testing::run_words;

TEST_F(Cli, AnUnknownWordSuggestsTheNearest) {
  ::testing::internal::CaptureStderr();
  EXPECT_EQ(run_words({"migrat"}), kUsage);
  EXPECT_THAT(::testing::internal::GetCapturedStderr(), HasSubstr("did you mean `q2o migrate`?"));
}

TEST_F(Cli, HelpBeginsWithExamples) {
  ::testing::internal::CaptureStdout();
  EXPECT_EQ(run_words({"--help"}), kDone);
  EXPECT_THAT(::testing::internal::GetCapturedStdout(), HasSubstr("Examples:"));
}

std::string help(std::vector<std::string> words) {
  words.push_back("--help");
  ::testing::internal::CaptureStdout();
  EXPECT_EQ(run_words(words), kDone);
  return ::testing::internal::GetCapturedStdout();
}

/// Every command, those below a command too, as words.
std::vector<std::vector<std::string>> all_commands(const std::vector<std::string>& below = {}) {
  std::vector<std::vector<std::string>> found;
  const auto text = help(below);
  const auto begin = text.find("Subcommands:\n");
  if (begin == std::string::npos) return found;
  std::istringstream lines(text.substr(begin));
  std::string line;
  std::getline(lines, line);
  while (std::getline(lines, line) && line.starts_with("  ")) {
    if (line[2] == ' ') continue;  // a description goes on
    auto words = below;
    words.push_back(line.substr(2, line.find(' ', 2) - 2));
    found.push_back(words);
    std::ranges::copy(all_commands(words), std::back_inserter(found));
  }
  return found;
}

TEST_F(Cli, TheHelpOfEveryCommandHasExamplesAndJson) {
  const auto commands = all_commands();
  EXPECT_GE(commands.size(), 19u);
  for (const auto& words : commands) {
    std::string name = "q2o";
    for (const auto& word : words) name += ' ' + word;
    const auto text = help(words);
    const auto examples = text.find("Examples:\n  " + name + ' ');
    EXPECT_TRUE(examples != std::string::npos || text.find("Examples:\n  " + name + '\n') != std::string::npos) << name << '\n' << text;
    EXPECT_THAT(text, HasSubstr("--json")) << name;
  }
}

TEST_F(Cli, TheHelpSaysWhichExitCodeExceptionsHave) {
  EXPECT_THAT(help({}), HasSubstr("3 finished with differences or MATCHED WITH EXCEPTIONS"));
}

TEST_F(Cli, MissingOptionsAreAUsageError) {
  EXPECT_EQ(run_words({"migrate"}), kUsage);
}

TEST_F(Cli, AServiceThatIsAwayIsNamedWithTheRemedy) {
  ::testing::internal::CaptureStderr();
  EXPECT_EQ(run_words({"status"}), kError);
  const auto text = ::testing::internal::GetCapturedStderr();
  EXPECT_THAT(text, HasSubstr("the billing service does not answer"));
  EXPECT_THAT(text, HasSubstr("make up"));
}

TEST_F(Cli, DoctorSaysOfEveryBadLineWhatToDo) {
  for (const char* name : {"BILLING", "CONNECTOR", "MAPPER", "LOADER", "VALIDATOR", "NOTIFIER"})
    setenv(("Q2O_PORT_" + std::string(name) + "_ADMIN").c_str(), "9", 1);
  setenv("Q2O_PORT_KAFKA", "9", 1);
  ::testing::internal::CaptureStdout();
  EXPECT_EQ(run_words({"doctor"}), kError);
  const auto text = ::testing::internal::GetCapturedStdout();
  EXPECT_THAT(text, HasSubstr("BAD kafka      down"));
  EXPECT_THAT(text, HasSubstr("BAD postgres   unknown"));
  EXPECT_THAT(text, HasSubstr("make logs SERVICE=loader"));
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("  BAD")) continue;
    std::string next;
    std::getline(lines, next);
    EXPECT_TRUE(next.starts_with("      → ")) << line;
  }
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

/// Billing with one migration whose books differ.
class FakeBilling final : public billing::v1::MigrationService::Service {
 public:
  FakeBilling() {
    for (const char* id : {"11111111-0000-4000-8000-000000000000", "22222222-0000-4000-8000-000000000000"}) {
      billing::v1::Migration migration;
      migration.set_migration_id(id);
      migration.set_state(billing::v1::STATE_VALIDATING);
      migration.set_verdict("DIFFERENT");
      migrations.push_back(migration);
    }
  }
  /// One migration per page: who does not ask on sees only the first.
  grpc::Status ListMigrations(grpc::ServerContext*, const billing::v1::ListMigrationsRequest* request,
                              billing::v1::ListMigrationsResponse* response) override {
    *response->add_migrations() = migrations[request->page_token().empty() ? 0 : 1];
    if (request->page_token().empty()) response->set_next_page_token("more");
    return grpc::Status::OK;
  }
  grpc::Status AcceptDifferences(grpc::ServerContext* context, const billing::v1::AcceptDifferencesRequest* request,
                                 billing::v1::AcceptDifferencesResponse* response) override {
    accepted = request->migration_id() + ": " + request->reason();
    accepted_by = rpc::caller(*context)->actor;
    response->mutable_migration()->set_state(billing::v1::STATE_COMPLETED);
    return grpc::Status::OK;
  }
  /// Refuses: nothing of the kind can be undone here.
  grpc::Status Start(grpc::ServerContext*, const billing::v1::StartRequest* request, billing::v1::StartResponse*) override {
    started = *request;
    return rpc::to_status(Error{Code::failed_precondition, "nothing was written", Retry::never, Effect::none, "NOTHING_TO_UNDO", "", {}});
  }
  std::vector<billing::v1::Migration> migrations;
  std::string accepted, accepted_by;
  billing::v1::StartRequest started;
};

class Accept : public Cli {
 protected:
  void SetUp() override {
    Cli::SetUp();
    setenv("Q2O_PORT_BILLING", std::to_string(server_.port()).c_str(), 1);
  }
  /// Types a line at the prompt.
  int type(const std::string& line, const std::vector<std::string>& words = {"accept", "2222", "--reason", "agreed with the auditor"}) {
    const std::istringstream input(line + "\n");
    auto* before = std::cin.rdbuf(input.rdbuf());
    const int code = run_words(words);
    std::cin.rdbuf(before);
    return code;
  }
  FakeBilling billing_;
  metrics::Registry metrics_;
  rpc::Server server_{"127.0.0.1:0", std::vector<grpc::Service*>{&billing_}, metrics_};
};

TEST_F(Accept, NeedsAReason) {
  EXPECT_EQ(run_words({"accept", "2222", "--yes"}), kUsage);
}

TEST_F(Accept, DoesNothingWithoutTheTypedWord) {
  EXPECT_EQ(type("yes"), kUsage);
  EXPECT_EQ(billing_.accepted, "");
}

TEST_F(Accept, SendsTheReasonForTheMigrationOnWhicheverPageItIs) {
  EXPECT_EQ(type("accept"), kDone);
  EXPECT_EQ(billing_.accepted, "22222222-0000-4000-8000-000000000000: agreed with the auditor");
  EXPECT_THAT(billing_.accepted_by, ::testing::MatchesRegex("cli:.+")) << "a person's login, not only the program";
}

TEST_F(Accept, AnUndoNeedsTheTypedWordAndADryRunOfItDoesNot) {
  EXPECT_EQ(type("yes", {"undo", "2222"}), kUsage);
  EXPECT_EQ(billing_.started.migration_id(), "") << "nothing was begun";
  EXPECT_EQ(type("undo", {"undo", "2222", "--reason", "wrong database"}), kError) << "asked for, and refused here";
  EXPECT_EQ(billing_.started.order().kind(), billing::v1::RUN_KIND_UNDO);
  EXPECT_FALSE(billing_.started.order().dry_run());
  EXPECT_EQ(billing_.started.reason(), "wrong database");
  EXPECT_EQ(type("", {"undo", "2222", "--dry-run"}), kError);
  EXPECT_TRUE(billing_.started.order().dry_run());
}

TEST_F(Accept, ADeltaThatClosesBooksNeedsTheTypedWordAndADate) {
  EXPECT_EQ(type("yes", {"delta", "2222", "--lock-until", "2026-03-31"}), kUsage);
  EXPECT_EQ(type("", {"delta", "2222", "--lock-until", "soon", "--yes"}), kUsage);
  EXPECT_EQ(type("", {"delta", "2222", "--lock-until", "2026-03-31", "--dry-run"}), kUsage);
  EXPECT_EQ(billing_.started.migration_id(), "") << "nothing was begun";
  EXPECT_EQ(type("", {"delta", "2222", "--dry-run", "--reason", "before the meeting"}), kError) << "asked for, and refused here";
  EXPECT_EQ(billing_.started.order().kind(), billing::v1::RUN_KIND_DELTA);
  EXPECT_TRUE(billing_.started.order().dry_run());
}

TEST(RunToWatch, IsThePresentOneWhileItRunsOrIsBeingProven) {
  billing::v1::Migration migration;
  migration.set_run(3);
  migration.set_state(billing::v1::STATE_RUNNING);
  EXPECT_EQ(run_to_watch(migration), 3u);
  migration.set_state(billing::v1::STATE_VALIDATING);
  EXPECT_EQ(run_to_watch(migration), 3u);
  migration.set_verdict("DIFFERENT");
  EXPECT_EQ(run_to_watch(migration), 4u) << "a repair run";
  migration.set_state(billing::v1::STATE_COMPLETED);
  migration.set_verdict("MATCHED");
  EXPECT_EQ(run_to_watch(migration), 4u);
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
