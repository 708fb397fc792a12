#include <gmock/gmock.h>

#include "services/loader/app/setting_remedy.h"
#include "services/loader/domain/batch_planner.h"
#include "services/loader/domain/module.h"
#include "services/loader/domain/odoo_error.h"
#include "services/loader/domain/pace.h"
#include "services/loader/domain/progress.h"
#include "services/loader/domain/read_policy.h"
#include "services/loader/tests/memory_run_store.h"

namespace q2o::loader {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using testing::item;

std::vector<std::string> names(const Batch& batch) {
  std::vector<std::string> out;
  for (const auto& one : batch.items) out.push_back(one.external_id);
  return out;
}

TEST(BatchPlanner, TakesAParentAndItsChildTogether) {
  std::list<Item> queue{item(1, "a"), item(2, "b", {"a"}), item(3, "c", {"elsewhere"})};
  EXPECT_THAT(names(next_batch(queue, {}, {})), ElementsAre("a", "b"));
  EXPECT_EQ(queue.size(), 1u);
}
TEST(BatchPlanner, KeepsToTheBoundsOfRecordsAndBytes) {
  std::list<Item> queue{item(1, "a"), item(2, "b"), item(3, "c")};
  EXPECT_EQ(next_batch(queue, {}, {2, 1 << 20}).items.size(), 2u);
  std::list<Item> large{item(1, "a"), item(2, "b")};
  EXPECT_EQ(next_batch(large, {}, {10, 5}).items.size(), 1u) << "one record larger than the bound travels alone";
}
TEST(BatchPlanner, CountsAFileAsWhatItTakesInACall) {
  std::list<Item> queue{item(1, "a"), item(2, "b"), item(3, "c")};
  for (auto& one : queue) one.model = "ir.attachment", one.file_id = one.external_id, one.file_bytes = 3000;
  EXPECT_EQ(next_batch(queue, {}, {10, 8400}).items.size(), 2u) << "4,000 bytes each as base64";
  queue.front().file_bytes = 25u << 20;
  EXPECT_EQ(next_batch(queue, {}, {10, 8400}).items.size(), 1u);
}
TEST(BatchPlanner, DoesNotMixWhatMayRunInParallelWithWhatMayNot) {
  std::list<Item> queue{item(1, "a"), item(2, "b")};
  queue.back().model = "account.account";
  EXPECT_FALSE(next_batch(queue, {}, {}).exclusive);
  EXPECT_TRUE(next_batch(queue, {}, {}).exclusive);
}
TEST(BatchPlanner, ComparesWhenSomethingIsInTheTargetAlready) {
  std::list<Item> queue{item(1, "a")};
  EXPECT_TRUE(next_batch(queue, {{"a", 5}}, {}).update);
}

TEST(Unchanged, NeedsTheSameContentAndThePresenceInTheTarget) {
  Item one = item(1, "a");
  EXPECT_FALSE(is_unchanged(one, {{"a", 1}}));
  one.ledger_hash = one.content_hash;
  EXPECT_TRUE(is_unchanged(one, {{"a", 1}}));
  EXPECT_FALSE(is_unchanged(one, {}));
  one.ledger_outcome = "skipped";
  EXPECT_TRUE(is_unchanged(one, {})) << "a match that a person closed by hand";
}

TEST(Unchanged, AWriteLastsAsLongAsWhatItWasWrittenTo) {
  Item one = item(1, "a_archive");
  one.operation = "write";
  one.references = {"a"};
  one.ledger_hash = one.content_hash;
  EXPECT_TRUE(is_unchanged(one, {{"a", 1}}));
  EXPECT_FALSE(is_unchanged(one, {})) << "the target was reset, the record will be made again";
}

TEST(Pace, GrowsByStepsAndHalvesOnTrouble) {
  Pace pace({50, 100, 2, 8000ms});
  pace.answered(50, 100ms);
  EXPECT_EQ(pace.batch(), 75u);
  pace.answered(75, 100ms);
  pace.answered(100, 100ms);
  EXPECT_EQ(pace.batch(), 100u);
  EXPECT_EQ(pace.connections(), 2u);
  pace.troubled();
  EXPECT_EQ(pace.batch(), 50u);
  EXPECT_EQ(pace.connections(), 1u);
  pace.answered(50, 9000ms);
  EXPECT_EQ(pace.batch(), 25u) << "a slow answer is trouble too";
  for (int i = 0; i < 20; ++i) pace.troubled();
  EXPECT_EQ(pace.batch(), 1u);
}
TEST(Pace, BeginsSmallAgainWithRecordsThatMayCostMore) {
  Pace pace({50, 200, 2, 8000ms});
  for (int i = 0; i < 4; ++i) pace.answered(pace.batch(), 100ms);
  EXPECT_EQ(pace.batch(), 150u);
  pace.other_records();
  EXPECT_EQ(pace.batch(), 50u);
  pace.troubled();
  pace.other_records();
  EXPECT_EQ(pace.batch(), 25u) << "a slow target stays slow";
}
TEST(Pace, BacksOffUpToAMinute) {
  EXPECT_LE(Pace::backoff(1, 0.9), 250ms);
  EXPECT_LE(Pace::backoff(100, 0.999), 10000ms);
  EXPECT_GE(Pace::backoff(100, 0.0), 5000ms);
}

TEST(Module, IsNeededByItsModelsOrByTheirFields) {
  Item time;
  time.model = "account.analytic.line";
  time.values_json = R"({"values":{"name":"the \"employee_id\": of a text","employee_id":{"ref":"a"}}})";
  Item rent = time;
  rent.values_json = R"({"values":{"name":"the \"employee_id\": of a text"}})";
  const Module timesheets{"hr_timesheet", "Timesheets", {"hr.employee", "account.analytic.line:employee_id"}, "hours"};
  EXPECT_TRUE(needs(time, timesheets));
  EXPECT_FALSE(needs(rent, timesheets)) << "a text that looks like the field is none";
  rent.model = "hr.employee";
  EXPECT_TRUE(needs(rent, timesheets));
  EXPECT_TRUE(needs(rent, Module{"analytic", "", {}, ""})) << "every run";
}
TEST(Module, AccountingIsAlwaysWanted) {
  EXPECT_EQ(not_installed({}, {"sale"}).size(), 1u);
  EXPECT_TRUE(not_installed({}, {"account"}).empty());
}
TEST(SettingRemedy, SaysWhereItIsAndWhatBelongsThere) {
  using ::testing::HasSubstr;
  EXPECT_THAT(remedy_of("company.fiscalyear_lock_date", "2020-12-31", ""), HasSubstr("Lock Dates"));
  EXPECT_THAT(remedy_of("company.fiscalyear_lock_date", "2020-12-31", ""), HasSubstr("set it to 2020-12-31"));
  EXPECT_THAT(remedy_of("sequence.mixin.constraint_start_date", "", "2100-01-01"), HasSubstr("delete it"));
  EXPECT_THAT(remedy_of("server action of the loader", "absent", "installed"), HasSubstr("Server Actions: delete"));
  EXPECT_THAT(remedy_of("company.fiscalyear_lock_date (books closed)", "", "2024-12-31"), HasSubstr("to 2024-12-31"));
  EXPECT_THAT(remedy_of("company.account_sale_tax_id", "7", ""), HasSubstr("id 7"));
}

TEST(Progress, CountsASourceRecordOnceAllItsTargetRecordsAreDone) {
  Progress progress;
  progress.add("Payment", "15", 3, 0, false);
  progress.done("Payment", "15");
  progress.done("Payment", "15");
  EXPECT_EQ(progress.counts().count("Payment") ? progress.counts().at("Payment").loaded : 0u, 0u);
  progress.done("Payment", "15");
  EXPECT_EQ(progress.counts().at("Payment"), (EntityCount{1, 0, 0}));
}
TEST(Progress, MovesARecordFromParkedToRejected) {
  Progress progress;
  progress.add("Payment", "15", 1, 0, false);
  progress.parked("Payment", "15");
  EXPECT_EQ(progress.counts().at("Payment"), (EntityCount{0, 0, 1}));
  progress.rejected("Payment", "15");
  EXPECT_EQ(progress.counts().at("Payment"), (EntityCount{0, 1, 0}));
}

struct ErrorCase {
  const char *name, *message;
  Code code;
  Retry retry;
  Effect effect;
};
class OdooErrors : public ::testing::TestWithParam<ErrorCase> {};
TEST_P(OdooErrors, AreClassifiedByTheirName) {
  const auto& one = GetParam();
  const Error error = odoo_error(one.name, one.message);
  EXPECT_EQ(error.code, one.code);
  EXPECT_EQ(error.retry, one.retry);
  EXPECT_EQ(error.effect, one.effect);
}
INSTANTIATE_TEST_SUITE_P(
    Table, OdooErrors,
    ::testing::Values(
        ErrorCase{"odoo.exceptions.AccessDenied", "Access Denied", Code::unauthenticated, Retry::never, Effect::none},
        ErrorCase{"odoo.exceptions.AccessError", "You are not allowed", Code::permission_denied, Retry::never, Effect::none},
        ErrorCase{"odoo.exceptions.ValidationError", "The entry is not balanced.", Code::failed_precondition, Retry::never, Effect::none},
        ErrorCase{"psycopg2.errors.SerializationFailure", "could not serialize", Code::aborted, Retry::after_backoff, Effect::none},
        ErrorCase{"psycopg2.OperationalError", "server closed", Code::aborted, Retry::after_backoff, Effect::none},
        ErrorCase{"psycopg2.OperationalError", "database \"nodb\" does not exist", Code::not_found, Retry::never, Effect::none},
        ErrorCase{"builtins.ValueError", "UniqueViolation('... ir_model_data_module_name_uniq_index') while evaluating", Code::aborted,
                  Retry::after_backoff, Effect::unknown},
        ErrorCase{"builtins.ValueError", "Exception('CPU time limit exceeded.') while evaluating", Code::resource_exhausted,
                  Retry::after_backoff, Effect::none},
        ErrorCase{"builtins.ValueError", "DeadlockDetected('deadlock') while evaluating", Code::aborted, Retry::after_backoff,
                  Effect::none},
        // The action that Odoo was running comes with the error, and has the words in it that others are told by.
        ErrorCase{"builtins.ValueError",
                  "ValueError('time data') while evaluating\n'ir_model_data_module_name_uniq_index, CPU time limit exceeded, the database "
                  "does not exist'",
                  Code::failed_precondition, Retry::never, Effect::none}));

TEST(OdooWords, EndBeforeTheCodeOfTheAction) {
  EXPECT_EQ(odoo_words("ValueError(\"Invalid field 'x'\") while evaluating\n'code'"), "ValueError(\"Invalid field 'x'\")");
  EXPECT_LE(odoo_words(std::string(5000, 'x')).size(), 2000u);
  EXPECT_EQ(odoo_words("CheckViolation('violates \"rule\"\\nDETAIL:  Failing row contains (7, Amy).\\n') while evaluating\n'code'"),
            "CheckViolation('violates \"rule\"");
  EXPECT_EQ(odoo_words("violates \"rule\"\nDETAIL:  Failing row contains (7, Amy).\n"), "violates \"rule\"");
}

TEST(ReadPolicy, LetsTheBooksBeReadAndNothingElse) {
  EXPECT_TRUE(may_read("account.move.line", "read_group"));
  EXPECT_FALSE(may_read("res.users", "search_read"));
  EXPECT_FALSE(may_read("account.move", "write"));
  EXPECT_FALSE(may_read("account.move", "_compute_amount"));
}

}  // namespace
}  // namespace q2o::loader
