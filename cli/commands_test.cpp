#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "cli/commands.h"
#include "cli/tests/fixture.h"
#include "common/rpc/rpc.h"
#include "q2o/billing/v1/migration.grpc.pb.h"
#include "q2o/connector/v1/connector.grpc.pb.h"
#include "q2o/loader/v1/loader.grpc.pb.h"
#include "q2o/mapper/v1/mapper.grpc.pb.h"
#include "q2o/notifier/v1/progress.grpc.pb.h"
#include "q2o/validator/v1/report.grpc.pb.h"

/// Commands against fakes of the services that they ask.
namespace q2o::cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::run_words;

class FakeMapper final : public mapper::v1::MapperService::Service {
 public:
  grpc::Status StoreMapping(grpc::ServerContext*, const mapper::v1::StoreMappingRequest* request,
                            mapper::v1::StoreMappingResponse* response) override {
    stored = request->platform() + " " + request->mapping_json();
    if (request->mapping_json() == "{}")
      return rpc::to_status(Error{Code::invalid_argument,
                                  "the mapping has 6 mistakes; the first: /format: must be 1",
                                  Retry::never,
                                  Effect::none,
                                  "MAPPING_INVALID",
                                  "q2o mapping check lists them all.",
                                  {}});
    response->set_version("0123456789abcdef");
    return grpc::Status::OK;
  }
  grpc::Status CheckMapping(grpc::ServerContext*, const mapper::v1::CheckMappingRequest*,
                            mapper::v1::CheckMappingResponse* response) override {
    auto& complaint = *response->add_complaints();
    complaint.set_place("/rules");
    complaint.set_message("is missing");
    return grpc::Status::OK;
  }
  grpc::Status CurrentMapping(grpc::ServerContext*, const mapper::v1::CurrentMappingRequest*,
                              mapper::v1::CurrentMappingResponse* response) override {
    response->set_version("0123456789abcdef");
    auto& module = *response->add_modules();
    module.set_name("hr");
    module.set_title("Employees");
    module.add_needed_by("hr.employee");
    return grpc::Status::OK;
  }
  grpc::Status RepairRecord(grpc::ServerContext* context, const mapper::v1::RepairRecordRequest* request,
                            mapper::v1::RepairRecordResponse* response) override {
    asked.push_back(*request);
    if (request->word() == "1043")
      return rpc::to_status(Error{Code::not_found, "no such record", Retry::never, Effect::none, "RECORD_UNKNOWN", "", {}});
    auto& repair = *response->add_repairs();
    repair.set_entity("Invoice");
    repair.set_source_id(request->word());
    repair.set_kind(request->exclude() ? "exclude" : "set");
    if (!request->changes().empty()) repair.set_path(request->changes(0).path());
    repair.set_value_json("12.50");
    repair.set_actor(rpc::caller(*context)->actor);
    repair.set_why(request->why());
    return grpc::Status::OK;
  }
  grpc::Status ListRepairs(grpc::ServerContext*, const mapper::v1::ListRepairsRequest* request,
                           mapper::v1::ListRepairsResponse* response) override {
    if (nothing_repaired) return grpc::Status::OK;
    const bool first = request->page_token().empty();
    auto& repair = *response->add_repairs();
    repair.set_entity("Invoice");
    repair.set_source_id(first ? "7" : "8");
    repair.set_kind("exclude");
    repair.set_why("a duplicate");
    repair.set_actor("cli:ann");
    repair.set_counts(first);
    if (first) response->set_next_page_token("1");
    return grpc::Status::OK;
  }
  grpc::Status ListRejects(grpc::ServerContext*, const mapper::v1::ListRejectsRequest*, mapper::v1::ListRejectsResponse*) override {
    return grpc::Status::OK;
  }
  std::string stored;
  std::vector<mapper::v1::RepairRecordRequest> asked;
  bool nothing_repaired = false;
};

class FakeConnector final : public connector::v1::ConnectorService::Service {
 public:
  grpc::Status SaveConnection(grpc::ServerContext*, const connector::v1::SaveConnectionRequest*,
                              connector::v1::SaveConnectionResponse* response) override {
    response->mutable_connection()->set_connection_id("c");
    return grpc::Status::OK;
  }
  grpc::Status VerifyConnection(grpc::ServerContext*, const connector::v1::VerifyConnectionRequest*,
                                connector::v1::VerifyConnectionResponse* response) override {
    response->mutable_connection()->set_connection_id("c");
    response->mutable_connection()->set_company_name("Fern & Sons");
    response->mutable_connection()->set_home_currency("USD");
    return grpc::Status::OK;
  }
  grpc::Status ListConnections(grpc::ServerContext*, const connector::v1::ListConnectionsRequest*,
                               connector::v1::ListConnectionsResponse*) override {
    return grpc::Status::OK;
  }
};

class FakeLoader final : public loader::v1::LoaderService::Service {
 public:
  /// One target per page: who does not ask on sees only the first.
  grpc::Status ListTargets(grpc::ServerContext*, const loader::v1::ListTargetsRequest* request,
                           loader::v1::ListTargetsResponse* response) override {
    const bool first = request->page_token().empty();
    auto& target = *response->add_targets();
    target.set_target_id(first ? "11111111" : "22222222");
    target.set_url("http://odoo");
    if (first) target.set_version("18.0-20250101");
    if (first) response->set_next_page_token("11111111");
    return grpc::Status::OK;
  }
  grpc::Status ListLeftSettings(grpc::ServerContext*, const loader::v1::ListLeftSettingsRequest* request,
                                loader::v1::ListLeftSettingsResponse* response) override {
    if (nothing_left) return grpc::Status::OK;
    const bool first = request->page_token().empty();
    auto& left = *response->add_settings();
    left.set_name(first ? "company.fiscalyear_lock_date" : "company.tax_lock_date");
    left.set_before("2020-12-31");
    left.set_run(3);
    left.set_remedy("By hand in Odoo: Accounting, Lock Dates.");
    if (first) response->set_next_page_token("7");
    asked_for = request->migration_id();
    return grpc::Status::OK;
  }
  grpc::Status SaveTarget(grpc::ServerContext*, const loader::v1::SaveTargetRequest*, loader::v1::SaveTargetResponse* response) override {
    response->mutable_target()->set_target_id("11111111");
    return grpc::Status::OK;
  }
  grpc::Status CheckTarget(grpc::ServerContext*, const loader::v1::CheckTargetRequest* request,
                           loader::v1::CheckTargetResponse* response) override {
    for (const auto& module : request->modules()) {
      auto& finding = *response->add_findings();
      finding.set_severity(severity);
      finding.set_reason("MODULE_MISSING");
      finding.set_message("The module " + module.title() + " is not installed in the target.");
      finding.set_remedy("In Odoo open Apps.");
    }
    return grpc::Status::OK;
  }
  /// Document 1043 is record 12, which is not in Odoo; record 9 is.
  grpc::Status FindRecords(grpc::ServerContext*, const loader::v1::FindRecordsRequest* request,
                           loader::v1::FindRecordsResponse* response) override {
    if (request->word() != "1043" && request->word() != "9") return grpc::Status::OK;
    auto& record = *response->add_records();
    record.set_entity("Invoice");
    record.set_source_id(request->word() == "9" ? "9" : "12");
    record.set_model("account.move");
    record.add_attempts()->set_odoo_id(request->word() == "9" ? 512 : 0);
    return grpc::Status::OK;
  }
  grpc::Status ListRejects(grpc::ServerContext*, const loader::v1::ListRejectsRequest*, loader::v1::ListRejectsResponse*) override {
    return grpc::Status::OK;
  }
  bool nothing_left = false;
  std::string asked_for, severity = "warning";
};

class FakeBilling final : public billing::v1::MigrationService::Service {
 public:
  FakeBilling() {
    last.set_migration_id(kMigration);
    last.set_state(billing::v1::STATE_FAILED);
  }
  grpc::Status ListMigrations(grpc::ServerContext*, const billing::v1::ListMigrationsRequest*,
                              billing::v1::ListMigrationsResponse* response) override {
    *response->add_migrations() = last;
    return grpc::Status::OK;
  }
  grpc::Status ListRuns(grpc::ServerContext*, const billing::v1::ListRunsRequest*, billing::v1::ListRunsResponse* response) override {
    for (const auto& run : runs) *response->add_runs() = run;
    return grpc::Status::OK;
  }
  static constexpr const char* kMigration = "33333333-0000-4000-8000-000000000000";
  billing::v1::Migration last;
  std::vector<billing::v1::Run> runs;
};

class FakeNotifier final : public notifier::v1::ProgressService::Service {
 public:
  grpc::Status GetProgress(grpc::ServerContext*, const notifier::v1::GetProgressRequest* request,
                           notifier::v1::GetProgressResponse* response) override {
    response->mutable_progress()->set_migration_id(request->migration_id());
    return grpc::Status::OK;
  }
  grpc::Status WatchProgress(grpc::ServerContext*, const notifier::v1::WatchProgressRequest*,
                             grpc::ServerWriter<notifier::v1::WatchProgressResponse>* writer) override {
    for (const auto& progress : shown) {
      notifier::v1::WatchProgressResponse response;
      *response.mutable_progress() = progress;
      writer->Write(response);
    }
    return grpc::Status::OK;
  }
  std::vector<notifier::v1::Progress> shown;
};

/// Has one report, of run 1.
class FakeValidator final : public validator::v1::ValidatorService::Service {
 public:
  grpc::Status GetReport(grpc::ServerContext*, const validator::v1::GetReportRequest* request,
                         validator::v1::GetReportResponse* response) override {
    if (request->run() > 1)
      return rpc::to_status(
          Error{Code::not_found, "there is no report of this run", Retry::never, Effect::none, "REPORT_NOT_FOUND", "", {}});
    response->set_run(1);
    response->set_verdict(verdict);
    response->set_created(320);
    response->set_unchanged(7);
    response->add_files()->set_name("report." + request->format());
    return grpc::Status::OK;
  }
  std::string verdict = "MATCHED";
};

class Commands : public testing::Cli {
 protected:
  void SetUp() override {
    Cli::SetUp();
    all_ports(server_.port());
    unsetenv("Q2O_PORT_KAFKA");  // doctor does not wait for a broker that is not there
    std::filesystem::create_directories(folder_);
  }
  std::string file(const std::string& text) {
    std::ofstream(folder_ / "mapping.json") << text;
    return folder_ / "mapping.json";
  }
  static std::vector<std::string> dry_run() {
    return {"migrate",     "--company-id", "1", "--client-id", "2", "--odoo-url",
            "http://odoo", "--odoo-db",    "d", "--odoo-user", "u", "--dry-run"};
  }
  FakeMapper mapper_;
  FakeConnector connector_;
  FakeLoader loader_;
  FakeBilling billing_;
  FakeNotifier notifier_;
  FakeValidator validator_;
  metrics::Registry metrics_;
  rpc::Server server_{"127.0.0.1:0", std::vector<grpc::Service*>{&mapper_, &connector_, &loader_, &billing_, &notifier_, &validator_},
                      metrics_};
};

TEST_F(Commands, MappingStoreSendsTheFileAndNamesItsVersionAndTheNextStep) {
  const auto said = say({"mapping", "store", file(R"({"format":1})")});
  EXPECT_EQ(said.code, kDone);
  EXPECT_EQ(mapper_.stored, R"(quickbooks_online {"format":1})");
  EXPECT_THAT(said.out, AllOf(HasSubstr("Stored as 0123456789abcdef"), HasSubstr("q2o replay --dry-run --mapping 0123456789ab\n")));
  EXPECT_EQ(say({"mapping", "store", "--json", file(R"({"format":1})")}).out, "{\"version\":\"0123456789abcdef\"}\n");
}

TEST_F(Commands, MappingCheckSpeaksJsonWhereverTheFlagStands) {
  const auto path = file(R"({"format":1})");
  const auto said = say({"mapping", "check", path, "--json"});
  EXPECT_EQ(said.code, kError);
  EXPECT_EQ(said.out, "{\"version\":\"\",\"complaints\":[{\"place\":\"/rules\",\"message\":\"is missing\"}]}\n");
  EXPECT_EQ(say({"mapping", "--json", "check", path}).out, said.out);
  EXPECT_EQ(say({"--json", "mapping", "check", path}).out, said.out);
}

TEST_F(Commands, MappingStoreOfAWrongOrMissingFileSaysWhatToDo) {
  const auto wrong = say({"mapping", "store", file("{}")});
  EXPECT_EQ(wrong.code, kError);
  EXPECT_THAT(wrong.err, AllOf(HasSubstr("6 mistakes"), HasSubstr("q2o mapping check"), HasSubstr("MAPPING_INVALID")));
  const auto missing = say({"mapping", "store", folder_ / "nothing.json"});
  EXPECT_EQ(missing.code, kError);
  EXPECT_THAT(missing.err, AllOf(HasSubstr("cannot read"), HasSubstr("nothing.json")));
  EXPECT_EQ(say({"mapping", "store"}).code, kUsage);
}

TEST_F(Commands, ARepairIsSentAsTypedAndNamesTheNextStep) {
  const auto said = say({"repair", "3333", "invoice", "7", "--set", "Line.0.Amount=12.50", "--set", "Note:=null", "--use",
                         "CustomerRef.value=a=b", "--why", "as on paper"});
  EXPECT_EQ(said.code, kDone) << said.err;
  EXPECT_THAT(said.out, AllOf(HasSubstr("Invoice 7"), HasSubstr("Line.0.Amount: 12.50 instead of nothing"), HasSubstr("Next: q2o retry ")));
  ASSERT_EQ(mapper_.asked.size(), 1u);
  const auto& asked = mapper_.asked[0];
  EXPECT_EQ(asked.migration_id(), FakeBilling::kMigration);
  ASSERT_EQ(asked.changes_size(), 3);
  EXPECT_EQ(asked.changes(1).json(), "null");
  EXPECT_EQ(asked.changes(2).text(), "a=b");
  EXPECT_TRUE(asked.changes(2).everywhere());
  EXPECT_EQ(asked.why(), "as on paper");
  EXPECT_THAT(say({"repair", "invoice", "7", "--exclude", "--why", "x", "--json"}).out, HasSubstr(R"("kind":"exclude")"));
}

TEST_F(Commands, ARepairFindsTheRecordByTheNumberThatOnlyTheLoaderKnows) {
  EXPECT_EQ(say({"repair", "invoice", "1043", "--set", "A=1", "--why", "x"}).code, kDone);
  ASSERT_EQ(mapper_.asked.size(), 2u);
  EXPECT_EQ(mapper_.asked[1].word(), "12");
}

TEST_F(Commands, WhatIsInOdooCannotBeLeftOut) {
  const auto said = say({"repair", "invoice", "9", "--exclude", "--why", "x"});
  EXPECT_EQ(said.code, kError);
  EXPECT_THAT(said.err, AllOf(HasSubstr("is in Odoo already (account.move)"), HasSubstr("RECORD_IS_LOADED")));
  EXPECT_TRUE(mapper_.asked.empty());
}

TEST_F(Commands, ARepairWithoutAReasonOrAPathIsAMistakeOfTyping) {
  EXPECT_EQ(say({"repair", "invoice", "7", "--set", "A=1"}).code, kUsage);
  EXPECT_EQ(say({"repair", "invoice", "--exclude", "--why", "x"}).code, kUsage);
  const auto said = say({"repair", "invoice", "7", "--set", "Amount", "--why", "x"});
  EXPECT_EQ(said.code, kUsage);
  EXPECT_THAT(said.err, HasSubstr("is no PATH=VALUE"));
}

TEST_F(Commands, RepairsListsAllPagesWithWhoAndWhy) {
  const auto said = say({"repairs"});
  EXPECT_THAT(said.out, AllOf(HasSubstr("Invoice 7  left out"), HasSubstr("a duplicate (cli:ann"), HasSubstr("Invoice 8"),
                              HasSubstr("no longer counts")));
  EXPECT_THAT(say({"repairs", "--json"}).out, HasSubstr(R"("source_id":"8")"));
}

TEST_F(Commands, ARetryWithoutRejectsAndRepairsBeginsNoRun) {
  mapper_.nothing_repaired = true;
  const auto said = say({"retry"});
  EXPECT_EQ(said.code, kError);
  EXPECT_THAT(said.err, AllOf(HasSubstr("nothing was rejected"), HasSubstr("NOTHING_TO_RETRY")));
}

TEST_F(Commands, StatusListsWhatIsLeftChangedInOdooWithItsRemedy) {
  const auto said = say({"status", "3333"});
  EXPECT_EQ(loader_.asked_for, FakeBilling::kMigration);
  EXPECT_THAT(said.out, AllOf(HasSubstr("Left changed in Odoo"), HasSubstr("company.fiscalyear_lock_date: was 2020-12-31, is empty (run 3"),
                              HasSubstr("company.tax_lock_date"), HasSubstr("→ By hand in Odoo: Accounting, Lock Dates.")));
  const auto machine = say({"status", "3333", "--json"});
  EXPECT_THAT(machine.out, AllOf(HasSubstr("\"left_settings\":[{"), HasSubstr("company.tax_lock_date")));
  loader_.nothing_left = true;
  EXPECT_THAT(say({"status", "3333"}).out, Not(HasSubstr("Left changed")));
  EXPECT_THAT(say({"status", "3333", "--json"}).out, HasSubstr("\"left_settings\":[]}"));
}

TEST_F(Commands, StatusSaysSoWhenItCannotCheckWhatIsLeft) {
  setenv("Q2O_PORT_LOADER", "9", 1);
  EXPECT_THAT(say({"status", "3333"}).out, HasSubstr("Could not check what is left changed in Odoo"));
  EXPECT_THAT(say({"status", "3333", "--json"}).out, HasSubstr("\"left_settings\":null}"));
}

TEST_F(Commands, DoctorNamesEverySettingThatIsLeftChangedInOdoo) {
  const auto said = say({"doctor"});
  EXPECT_EQ(said.code, kError);
  EXPECT_THAT(said.out, AllOf(HasSubstr("BAD setting    left"), HasSubstr("company.tax_lock_date"), HasSubstr("→ By hand in Odoo")));
  loader_.nothing_left = true;
  EXPECT_THAT(say({"doctor"}).out, Not(HasSubstr("setting ")));
}

TEST_F(Commands, DoctorTellsTheVersionOfEveryOdooAndTheDiskOfPostgres) {
  unsetenv("Q2O_POSTGRES");
  const auto alone = say({"doctor"});
  EXPECT_THAT(alone.out, AllOf(HasSubstr("http://odoo , version 18.0-20250101"), HasSubstr("http://odoo , version not known"),
                               HasSubstr("MiB free for q2o's files"), Not(HasSubstr("MiB free for Postgres"))));
  setenv("Q2O_POSTGRES", folder_.c_str(), 1);
  EXPECT_THAT(say({"doctor"}).out, HasSubstr("MiB free for Postgres"));
  setenv("Q2O_POSTGRES", (folder_ / "nothing").c_str(), 1);
  EXPECT_THAT(say({"doctor"}).out, HasSubstr("BAD disk       unknown    cannot look at"));
  unsetenv("Q2O_POSTGRES");
}

TEST_F(Commands, ConnectionsListTargetsOfAllPages) {
  const auto said = say({"connections"});
  EXPECT_EQ(said.code, kDone);
  EXPECT_THAT(said.out, AllOf(HasSubstr("11111111"), HasSubstr("22222222")));
}

TEST_F(Commands, ADryRunChecksTheModulesThatTheMappingNeeds) {
  const auto ready = say(dry_run());
  EXPECT_EQ(ready.code, kDone);
  EXPECT_THAT(ready.err, AllOf(HasSubstr("warning: The module Employees is not installed"), HasSubstr("In Odoo open Apps")));
  EXPECT_THAT(ready.out, HasSubstr("Both sides are ready"));
  loader_.severity = "blocker";
  const auto blocked = say(dry_run());
  EXPECT_EQ(blocked.code, kWaitsForPerson);
  EXPECT_THAT(blocked.err, HasSubstr("Odoo is not ready: The module Employees"));
}

billing::v1::Run run_of(std::uint32_t number, billing::v1::State state, const std::string& verdict = {}) {
  billing::v1::Run run;
  run.set_run(number);
  run.set_state(state);
  run.set_verdict(verdict);
  return run;
}

TEST_F(Commands, AReportSaysOfWhichRunItIsAndEndsWithItsOwnVerdict) {
  billing_.last.set_verdict("of another run");
  billing_.runs = {run_of(1, billing::v1::STATE_COMPLETED, "MATCHED")};
  const auto matched = say({"report"});
  EXPECT_EQ(matched.code, kDone);
  EXPECT_THAT(matched.out, HasSubstr("MATCHED (run 1)\nReport: "));
  validator_.verdict = "MATCHED WITH EXCEPTIONS";
  EXPECT_EQ(say({"report"}).code, kDifferences);
  EXPECT_THAT(say({"report", "--json"}).out, HasSubstr(R"({"verdict":"MATCHED WITH EXCEPTIONS","run":1,"unproven_run":0,)"));
}

TEST_F(Commands, AReportSaysThatALaterRunIsNotProven) {
  const auto first = run_of(1, billing::v1::STATE_COMPLETED, "MATCHED");
  billing_.runs = {first, run_of(2, billing::v1::STATE_RUNNING)};
  const auto running = say({"report"});
  EXPECT_EQ(running.code, kWaitsForPerson);
  EXPECT_THAT(running.out, HasSubstr("Run 2 came later and is not over (RUNNING). This report, of run 1, says nothing about it."));
  auto failed = run_of(2, billing::v1::STATE_FAILED);
  failed.set_reason("CANCELLED");
  auto dry = run_of(3, billing::v1::STATE_READY);
  dry.mutable_order()->set_dry_run(true);
  billing_.runs = {first, failed, dry};
  const auto said = say({"report"});
  EXPECT_EQ(said.code, kError);
  EXPECT_THAT(said.out, HasSubstr("Run 2 came later and failed: CANCELLED. This report, of run 1"));
  EXPECT_THAT(say({"report", "--json"}).out, HasSubstr(R"("unproven_run":2,"unproven_state":"FAILED")"));
  billing_.runs = {first, dry};
  EXPECT_EQ(say({"report"}).code, kDone) << "a dry run writes nothing";
}

TEST_F(Commands, AReportSaysThatItsRunIsBeingProvenAgain) {
  validator_.verdict = "DIFFERENT";
  billing_.runs = {run_of(1, billing::v1::STATE_VALIDATING, "DIFFERENT")};
  EXPECT_EQ(say({"report"}).code, kDifferences);
  billing_.runs = {run_of(1, billing::v1::STATE_VALIDATING)};
  const auto again = say({"report"});
  EXPECT_EQ(again.code, kWaitsForPerson);
  EXPECT_THAT(again.out, HasSubstr("Run 1 is being proven again. This is its earlier proof."));
}

TEST_F(Commands, TheNumbersOfAnEndedRunAreThoseOfItsProof) {
  notifier::v1::Progress progress;  // RunLoaded has not been read: nothing created, as far as it knows
  auto& migration = *progress.mutable_migration();
  migration.set_migration_id(FakeBilling::kMigration);
  migration.set_run(1);
  migration.set_state(billing::v1::STATE_COMPLETED);
  migration.set_verdict("MATCHED");
  notifier_.shown = {progress};
  const auto session = open_session(folder_);
  ::testing::internal::CaptureStdout();
  EXPECT_EQ(follow(*session, migration), kDone);
  EXPECT_THAT(::testing::internal::GetCapturedStdout(), HasSubstr("Odoo: 320 created, 0 changed, 7 unchanged\n"));
}

}  // namespace
}  // namespace q2o::cli
