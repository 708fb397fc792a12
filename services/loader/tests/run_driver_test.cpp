#include "services/loader/app/run_driver.h"

#include <gmock/gmock.h>

#include <semaphore>

#include "services/loader/adapters/odoo_books.h"
#include "services/loader/app/worker.h"
#include "services/loader/tests/fake_books.h"
#include "services/loader/tests/memory_run_store.h"
#include "services/loader/tests/no_undo.h"

namespace q2o::loader {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using testing::FakeBooks;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::item;
using testing::MemoryRunStore;

class RunDriverTest : public ::testing::Test {
 protected:
  RunDriverTest() {
    store.stream.waves = {{0, "reference", {"Customer"}, false}, {1, "documents", {"Customer"}, false}};
    store.stream.ended_entities = {"Customer"};
    store.stream.ended = true;
  }
  RunDriver::Left drive() {
    RunDriver::Options options;
    options.sender.wait = [](std::chrono::milliseconds, const std::stop_token&) {};
    options.sender.long_call = patience;
    options.await_arrivals = [this](std::chrono::milliseconds, const std::stop_token&) {
      ++waits;
      if (on_wait) on_wait();
    };
    return RunDriver(store, books, store.info, {store.info.target_id, 1}, options, metrics).drive(stop.get_token());
  }
  testing::NoUndo no_undo;
  Worker worker() {
    RunDriver::Options options;
    options.await_arrivals = [](std::chrono::milliseconds, const std::stop_token&) {};
    return {store, no_undo,
            [this](const RunInfo&) -> Result<std::shared_ptr<Books>> { return std::shared_ptr<Books>(&books, [](Books*) {}); }, options,
            metrics};
  }
  std::vector<std::string> states_of_facts() const {
    std::vector<std::string> out;
    for (const auto& fact : store.facts)
      if (fact.has_run_loaded())
        out.push_back(fmt::format("loaded {} {} {} {}", fact.run_loaded().created(), fact.run_loaded().changed(),
                                  fact.run_loaded().unchanged(), fact.run_loaded().rejected()));
      else if (fact.has_run_failed())
        out.push_back("failed " + fact.run_failed().reason());
    return out;
  }
  MemoryRunStore store;
  FakeBooks books;
  metrics::Registry metrics;
  std::stop_source stop;
  int waits = 0;
  std::chrono::milliseconds patience = std::chrono::seconds(20);
  std::function<void()> on_wait;
};

TEST_F(RunDriverTest, WritesAllWavesAndLeavesNothingOfItsOwnBehind) {
  store.items = {item(1, "qbo1_a"), item(2, "qbo1_b", {"qbo1_a"}), item(3, "qbo1_c", {"qbo1_b"}, 1)};
  EXPECT_EQ(drive(), RunDriver::Left::ended);
  EXPECT_THAT(books.names(), ElementsAre("qbo1_a", "qbo1_b", "qbo1_c"));
  EXPECT_THAT(states_of_facts(), ElementsAre("loaded 3 0 0 0"));
  EXPECT_FALSE(books.has_action());
  EXPECT_EQ(books.company["fiscalyear_lock_date"], R"("2020-12-31")") << "the lock date is put back";
  EXPECT_THAT(books.parameters, IsEmpty()) << "the check of numbers is as it was";
}

TEST_F(RunDriverTest, WritesNothingInASecondRunOverTheSameSource) {
  store.items = {item(1, "qbo1_a"), item(2, "qbo1_b", {"qbo1_a"})};
  drive();
  const auto writes = books.writes();
  store.begin_run(2);
  EXPECT_EQ(drive(), RunDriver::Left::ended);
  EXPECT_EQ(books.writes(), writes) << "not even a setting";
  EXPECT_THAT(states_of_facts(), ElementsAre("loaded 0 0 2 0"));
}

TEST_F(RunDriverTest, ComparesWhatTheTargetKnowsAndTheLedgerDoesNot) {
  store.items = {item(1, "qbo1_a"), item(2, "qbo1_b")};
  drive();
  store.begin_run(2);
  store.ledger.clear();
  drive();
  EXPECT_THAT(states_of_facts(), ElementsAre("loaded 0 0 2 0"));
}

TEST_F(RunDriverTest, MakesARecordAgainThatSomebodyDeletedInTheTarget) {
  store.items = {item(1, "qbo1_a"), item(2, "qbo1_b")};
  drive();
  books.drop("qbo1_b");
  store.begin_run(2);
  drive();
  EXPECT_THAT(states_of_facts(), ElementsAre("loaded 1 0 1 0"));
}

TEST_F(RunDriverTest, WritesEachRecordOnceWhenTheAnswerIsLost) {
  for (int i = 0; i < 10; ++i) store.items.push_back(item(i + 1, fmt::format("qbo1_{}", i)));
  books.fail_next_batch({testing::lost_answer(), 10});
  drive();
  EXPECT_EQ(books.names().size(), 10u);
  EXPECT_THAT(states_of_facts(), ElementsAre("loaded 10 0 0 0"));
  EXPECT_EQ(books.batches(), 1u) << "looked up, not sent again";
}

TEST_F(RunDriverTest, SendsAMatchAgainThatAChangeTookAwayWhoseAnswerWasLost) {
  store.items = {item(1, "qbo1_a"), item(2, "qbo1_match", {"qbo1_a"}, 1)};
  drive();
  store.begin_run(2);
  store.items[0] = item(1, "qbo1_a", {}, 0, R"(,"city":"Bayshore")");
  books.before_batch = [this] {
    if (books.batches() == 2) books.drop("qbo1_match");  // as Odoo does when the entry goes back to draft
  };
  books.fail_next_batch({testing::lost_answer(), 1});
  drive();
  EXPECT_THAT(books.names(), ElementsAre("qbo1_a", "qbo1_match"));
  EXPECT_EQ(store.fates["qbo1_match"].outcome, "created");
}

TEST_F(RunDriverTest, SendsHalvesOfWhatTheTargetsTimeLimitEnded) {
  for (int i = 0; i < 8; ++i) store.items.push_back(item(i + 1, fmt::format("qbo1_{}", i)));
  books.fail_next_batch({testing::time_limit(), 0}).fail_next_batch({testing::time_limit(), 0});
  drive();
  EXPECT_EQ(books.names().size(), 8u);
  EXPECT_THAT(states_of_facts(), ElementsAre("loaded 8 0 0 0")) << "nobody is rejected for the target's impatience";
  EXPECT_EQ(books.batches(), 5u) << "8, then 4, then 2 and 2, then the other 4";
}

TEST_F(RunDriverTest, SendsHalvesOfALongCallThatGotNoAnswer) {
  for (int i = 0; i < 8; ++i) store.items.push_back(item(i + 1, fmt::format("qbo1_{}", i)));
  patience = std::chrono::milliseconds(-1);
  books.fail_next_batch({testing::lost_answer(), 0});
  drive();
  EXPECT_EQ(books.names().size(), 8u);
  EXPECT_EQ(books.batches(), 3u) << "8, then 4 and 4";
}

/// An item that books a transaction.
Item booking(std::int64_t number, const std::string& entity, const std::string& id, const std::string& extra = {}) {
  auto out = item(number, (entity == "Invoice" ? "qbo1_invoice_" : "qbo1_ledger_transaction_") + id, {}, 0, extra);
  out.entity = entity;
  out.source_id = id;
  out.model = "account.move";
  return out;
}

TEST_F(RunDriverTest, ReplacesTheLedgersEntryWhenTheRecordOfTheTransactionComes) {
  store.info.transaction_entities = {"Invoice", "LedgerTransaction"};
  store.items = {booking(1, "LedgerTransaction", "7"), item(2, "qbo1_a")};
  drive();
  EXPECT_THAT(books.names(), ElementsAre("qbo1_a", "qbo1_ledger_transaction_7"));
  store.begin_run(2);
  store.items = {booking(1, "Invoice", "7"), item(2, "qbo1_a")};
  drive();
  EXPECT_THAT(books.names(), ElementsAre("qbo1_a", "qbo1_invoice_7"));
  EXPECT_THAT(states_of_facts(), ElementsAre("loaded 1 0 1 0"));
  EXPECT_EQ(store.ledger.count("qbo1_ledger_transaction_7"), 0u);

  store.begin_run(3);
  store.items = {booking(1, "LedgerTransaction", "7"), item(2, "qbo1_a")};
  drive();
  EXPECT_THAT(books.names(), ElementsAre("qbo1_a", "qbo1_invoice_7")) << "unreadable again: what is there stays alone";
  EXPECT_EQ(store.fates["qbo1_ledger_transaction_7"].outcome, "skipped");
}

TEST_F(RunDriverTest, ComparesTheLedgersEntriesThatAreThereAsAnyRecord) {
  store.info.transaction_entities = {"Invoice", "LedgerTransaction"};
  store.items = {booking(1, "LedgerTransaction", "7")};
  drive();
  store.ledger.clear();  // another tenant's migration into the same target: its record ledger is empty
  store.begin_run(2);
  store.items = {booking(1, "LedgerTransaction", "7"), item(2, "qbo1_payment_8_match1", {"qbo1_ledger_transaction_7"})};
  drive();
  EXPECT_EQ(store.fates["qbo1_ledger_transaction_7"].outcome, "unchanged");
  EXPECT_EQ(store.fates["qbo1_payment_8_match1"].outcome, "created") << "it finds the entry that it matches";
}

TEST_F(RunDriverTest, KeepsTheLedgersEntryWhenTheRecordIsRejected) {
  store.info.transaction_entities = {"Invoice", "LedgerTransaction"};
  store.items = {booking(1, "LedgerTransaction", "7")};
  drive();
  store.begin_run(2);
  store.items = {booking(1, "Invoice", "7", R"(,"bad":true)")};
  drive();
  EXPECT_THAT(books.names(), ElementsAre("qbo1_ledger_transaction_7"));
  EXPECT_THAT(states_of_facts(), ElementsAre("loaded 0 0 0 1"));
}

TEST_F(RunDriverTest, ReplacesTheLedgersEntryOnceWhenTheAnswerIsLost) {
  store.info.transaction_entities = {"Invoice", "LedgerTransaction"};
  store.items = {booking(1, "LedgerTransaction", "7")};
  drive();
  store.begin_run(2);
  store.items = {booking(1, "Invoice", "7")};
  books.fail_next_batch({testing::lost_answer(), 1});
  drive();
  EXPECT_THAT(books.names(), ElementsAre("qbo1_invoice_7"));
  EXPECT_EQ(store.ledger.count("qbo1_ledger_transaction_7"), 0u);
}

TEST_F(RunDriverTest, RejectsOneBadRecordAndLoadsItsNeighbours) {
  store.items = {item(1, "qbo1_a"), item(2, "qbo1_bad", {}, 0, R"(,"bad":true)"), item(3, "qbo1_c")};
  drive();
  EXPECT_THAT(books.names(), ElementsAre("qbo1_a", "qbo1_c"));
  EXPECT_EQ(store.fates["qbo1_bad"].message, "qbo1_bad is bad") << "in the target's own words";
  EXPECT_THAT(states_of_facts(), ElementsAre("loaded 2 0 0 1"));
}

TEST_F(RunDriverTest, ParksTheChildOfARejectAndNamesWhatItWaitsFor) {
  store.items = {item(1, "qbo1_bad", {}, 0, R"(,"bad":true)"), item(2, "qbo1_child", {"qbo1_bad"}),
                 item(3, "qbo1_grandchild", {"qbo1_child"}, 1)};
  drive();
  EXPECT_THAT(books.names(), IsEmpty());
  EXPECT_EQ(store.fates["qbo1_child"].message, "waits for qbo1_bad");
  EXPECT_EQ(store.fates["qbo1_grandchild"].message, "waits for qbo1_child");
  EXPECT_THAT(states_of_facts(), ElementsAre("loaded 0 0 0 3"));
}

TEST_F(RunDriverTest, LoadsAChildThatComesBeforeItsParent) {
  store.items = {item(1, "qbo1_child", {"qbo1_parent"}), item(2, "qbo1_parent", {}, 1)};
  drive();
  EXPECT_THAT(states_of_facts(), ElementsAre("loaded 2 0 0 0"));
}

TEST_F(RunDriverTest, LoadsAParentThatComesAfterMoreChildrenThanOnePageHolds) {
  constexpr int kChildren = 5200;
  for (int i = 0; i < kChildren; ++i) store.items.push_back(item(i + 1, fmt::format("qbo1_{}", i), {"qbo1_parent"}));
  store.items.push_back(item(kChildren + 1, "qbo1_parent"));
  drive();
  EXPECT_THAT(states_of_facts(), ElementsAre(fmt::format("loaded {} 0 0 0", kChildren + 1)));
}

TEST_F(RunDriverTest, PutsBackWhatAnEarlierRunCouldNot) {
  books.company["fiscalyear_lock_date"] = "false";
  store.settings_made = {{"company.fiscalyear_lock_date", "2020-12-31", "",
                          R"(["res.company","write",[[1],{"fiscalyear_lock_date":"2020-12-31"}]])", false, ""}};
  drive();
  EXPECT_EQ(books.company["fiscalyear_lock_date"], R"("2020-12-31")");
  EXPECT_TRUE(store.settings_made[0].restored);
}

TEST_F(RunDriverTest, ChecksTheTargetAgainWhenAFailedRunIsResumed) {
  store.items = {item(1, "qbo1_a")};
  books.may_create_actions = false;
  drive();
  books.may_create_actions = true;
  store.state = "working";
  drive();
  EXPECT_THAT(states_of_facts(), ElementsAre("failed RIGHT_SETTINGS_MISSING", "loaded 1 0 0 0"));
}

TEST_F(RunDriverTest, WritesNothingWhenTheTargetIsNotReady) {
  store.items = {item(1, "qbo1_a")};
  books.may_create_actions = false;
  drive();
  EXPECT_EQ(store.state, "failed");
  EXPECT_THAT(books.writes(), IsEmpty());
  EXPECT_THAT(states_of_facts(), ElementsAre("failed RIGHT_SETTINGS_MISSING"));
  EXPECT_TRUE(std::ranges::any_of(store.facts, [](const auto& fact) { return fact.has_target_blocked(); }));
}

TEST_F(RunDriverTest, WritesNothingWithoutAModuleThatEveryRunNeeds) {
  store.items = {item(1, "qbo1_a")};
  store.info.modules = {{"analytic", "Analytic Accounting", {}, ""}};
  drive();
  EXPECT_THAT(books.writes(), IsEmpty());
  EXPECT_THAT(states_of_facts(), ElementsAre("failed MODULE_MISSING"));
}

TEST_F(RunDriverTest, AsksForAModuleWhenTheFirstRecordNeedsItAndGoesOnWhenItIsThere) {
  store.info.modules = {{"hr", "Employees", {"hr.employee"}, "employees"}};
  store.items = {item(1, "qbo1_a"), item(2, "qbo1_b", {}, 1)};
  store.items[1].model = "hr.employee";
  drive();
  EXPECT_THAT(books.names(), ElementsAre("qbo1_a"));
  EXPECT_THAT(states_of_facts(), ElementsAre("failed MODULE_MISSING"));
  const auto failed = std::ranges::find_if(store.facts, [](const auto& fact) { return fact.has_run_failed(); });
  EXPECT_THAT(failed->run_failed().message(), HasSubstr("Employees (hr)"));
  EXPECT_THAT(failed->run_failed().message(), HasSubstr("the source has employees"));
  EXPECT_THAT(failed->run_failed().hint(), HasSubstr("q2o resume"));
  books.modules.push_back("hr");
  store.state = "working";
  drive();
  EXPECT_THAT(states_of_facts(), ElementsAre("failed MODULE_MISSING", "loaded 2 0 0 0"));
}

TEST_F(RunDriverTest, FindsAModuleThatWasInstalledInMidRun) {
  store.info.modules = {{"hr", "Employees", {"hr.employee"}, "employees"}};
  store.items = {item(1, "qbo1_a"), item(2, "qbo1_b", {}, 1)};
  store.items[1].model = "hr.employee";
  books.before_batch = [this] { books.modules.push_back("hr"); };
  drive();
  EXPECT_THAT(states_of_facts(), ElementsAre("loaded 2 0 0 0"));
}

TEST_F(RunDriverTest, NeedsNoModuleOfRecordsThatTheSourceDoesNotHave) {
  store.info.modules = {{"hr", "Employees", {"hr.employee"}, "employees"}};
  store.items = {item(1, "qbo1_a")};
  drive();
  EXPECT_THAT(states_of_facts(), ElementsAre("loaded 1 0 0 0"));
  const auto readiness = check_readiness(books, "USD", store.info.modules);
  ASSERT_TRUE(readiness);
  EXPECT_TRUE(readiness->ready());
  const auto said = std::ranges::find(readiness->findings, "MODULE_MISSING", &Finding::reason);
  ASSERT_NE(said, readiness->findings.end()) << "a warning beforehand";
  EXPECT_THAT(said->message, HasSubstr("employees cannot be written without it"));
  EXPECT_THAT(said->remedy, HasSubstr("search for hr"));
}

TEST_F(RunDriverTest, WritesNothingIntoACompanyThatItCannotCheck) {
  store.items = {item(1, "qbo1_a")};
  books.company_hidden = true;
  drive();
  EXPECT_THAT(books.writes(), IsEmpty());
  EXPECT_THAT(states_of_facts(), ElementsAre("failed COMPANY_HIDDEN"));
}

TEST_F(RunDriverTest, StopsBetweenBatchesWhenPausedAndGoesOnLater) {
  store.items = {item(1, "qbo1_a"), item(2, "qbo1_b", {}, 1)};
  books.before_batch = [this] { store.now = Directive::pause; };
  EXPECT_EQ(drive(), RunDriver::Left::paused);
  EXPECT_THAT(books.names(), ElementsAre("qbo1_a"));
  books.before_batch = nullptr;
  store.now = Directive::go;
  EXPECT_EQ(drive(), RunDriver::Left::ended);
  EXPECT_THAT(states_of_facts(), ElementsAre("loaded 2 0 0 0"));
}

TEST_F(RunDriverTest, PutsTheSettingsBackWhilePausedAndChangesThemAgainWhenItGoesOn) {
  store.items = {item(1, "qbo1_a"), item(2, "qbo1_b", {}, 1)};
  books.before_batch = [this] { store.now = Directive::pause; };
  EXPECT_EQ(drive(), RunDriver::Left::paused);
  EXPECT_EQ(store.state, "working");
  EXPECT_FALSE(books.has_action());
  EXPECT_EQ(books.company["fiscalyear_lock_date"], R"("2020-12-31")");
  EXPECT_THAT(books.parameters, IsEmpty());
  books.company["fiscalyear_lock_date"] = R"("2021-12-31")";  // somebody closes a year meanwhile
  store.now = Directive::go;
  books.before_batch = [this] { EXPECT_EQ(books.company["fiscalyear_lock_date"], "false"); };
  EXPECT_EQ(drive(), RunDriver::Left::ended);
  EXPECT_EQ(books.company["fiscalyear_lock_date"], R"("2021-12-31")");
}

TEST_F(RunDriverTest, WritesDownTheCurrencyThatItActivates) {
  store.items = {item(1, "qbo1_a")};
  store.info.home_currency = "";
  store.info.settings_json = R"({"currency":"CAD"})";
  books.rows["res.currency"] = R"([{"id":4,"active":false}])";
  drive();
  EXPECT_THAT(books.writes(), Contains(R"(res.currency.write[[4],{"active":true}])"));
  const auto made = std::ranges::find(store.settings_made, "res.currency CAD", &Setting::name);
  ASSERT_NE(made, store.settings_made.end());
  EXPECT_EQ(made->before, "inactive");
}

TEST_F(RunDriverTest, PutsTheSettingsBackWhenStopped) {
  store.items = {item(1, "qbo1_a"), item(2, "qbo1_b", {}, 1)};
  books.before_batch = [this] { store.now = Directive::stop; };
  drive();
  EXPECT_EQ(store.state, "stopped");
  EXPECT_EQ(store.stored_at_end, 1u) << "the batch under way came home first";
  EXPECT_FALSE(books.has_action());
  EXPECT_EQ(books.company["fiscalyear_lock_date"], R"("2020-12-31")");
}

TEST_F(RunDriverTest, ClosesTheBooksOnlyWhenTheWholeRunIsThere) {
  store.info.settings_json = R"({"book_close_date":"2024-12-31"})";
  store.items = {item(1, "qbo1_a"), item(2, "qbo1_b", {}, 1)};
  books.before_batch = [this] { store.now = Directive::stop; };
  drive();
  EXPECT_EQ(store.state, "stopped");
  EXPECT_EQ(books.company["fiscalyear_lock_date"], R"("2020-12-31")") << "as it was";
  books.before_batch = nullptr;
  store.now = Directive::go;
  store.begin_run(2);
  drive();
  EXPECT_EQ(store.state, "done");
  EXPECT_EQ(books.company["fiscalyear_lock_date"], R"("2024-12-31")");
  books.company["fiscalyear_lock_date"] = R"("2023-12-31")";  // opened by somebody
  store.begin_run(3);
  drive();
  EXPECT_EQ(books.company["fiscalyear_lock_date"], R"("2023-12-31")") << "a run that writes nothing closes nothing";
}

TEST_F(RunDriverTest, LeavesAtOnceWhenAnotherProcessHoldsTheTarget) {
  store.items = {item(1, "qbo1_a")};
  books.before_batch = [this] { store.lost = true; };
  EXPECT_THROW(drive(), LeaseLost);
  EXPECT_THAT(store.fates, IsEmpty());
}

TEST_F(RunDriverTest, InstallsTheActionAgainWhenSomebodyRemovedIt) {
  store.items = {item(1, "qbo1_a"), item(2, "qbo1_b", {}, 1)};
  bool removed = false;
  books.before_batch = [&] {
    if (!removed && !books.names().empty()) removed = true, (void)books.call("ir.actions.server", "unlink", "[[55]]", "{}", kQuickCall);
  };
  drive();
  EXPECT_TRUE(removed);
  EXPECT_THAT(states_of_facts(), ElementsAre("loaded 2 0 0 0"));
}

TEST_F(RunDriverTest, WaitsForATargetThatDoesNotAnswerAndSaysSo) {
  store.items = {item(1, "qbo1_a")};
  books.fail_next_call(testing::lost_answer());
  EXPECT_EQ(drive(), RunDriver::Left::ended);
  std::vector<bool> said;
  for (const auto& fact : store.facts)
    if (fact.has_waiting()) said.push_back(!fact.waiting().reason().empty());
  EXPECT_THAT(said, ElementsAre(true, false)) << "said, and taken back";
}

TEST_F(RunDriverTest, RejectsNobodyWhileAProxyRefusesEveryCall) {
  store.items = {item(1, "qbo1_a"), item(2, "qbo1_b", {"qbo1_a"}, 1)};
  for (int i = 0; i < 20; ++i) books.fail_next_batch({read_rpc_answer({403, {}, ""}).error(), 0});
  EXPECT_EQ(drive(), RunDriver::Left::ended);
  EXPECT_THAT(states_of_facts(), ElementsAre("loaded 2 0 0 0"));
  EXPECT_TRUE(std::ranges::any_of(store.facts, [](const auto& fact) {
    return fact.has_waiting() && fact.waiting().reason().find("the target: Odoo answered HTTP 403") == 0;
  })) << "and the run says what it waits for";
}

TEST_F(RunDriverTest, SendsHalvesOfACallThatIsTooLargeForAProxy) {
  store.items = {item(1, "qbo1_a"), item(2, "qbo1_b")};
  for (int i = 0; i < 2; ++i) books.fail_next_batch({read_rpc_answer({413, {}, ""}).error(), 0});
  drive();
  EXPECT_THAT(states_of_facts(), ElementsAre("loaded 2 0 0 0"));
  EXPECT_EQ(books.batches(), 4u) << "both, both again, then one by one";
}

TEST_F(RunDriverTest, OpensAWaveOnlyWhenItsEntitiesHaveEnded) {
  store.items = {item(1, "qbo1_a")};
  store.stream.ended = false;
  store.stream.ended_entities.clear();
  std::size_t written_early = 99;
  on_wait = [&] {
    written_early = std::min(written_early, books.batches());
    store.stream.ended_entities = {"Customer"};
    store.stream.ended = true;
  };
  drive();
  EXPECT_EQ(written_early, 0u);
  EXPECT_EQ(books.batches(), 1u);
}

TEST_F(RunDriverTest, AWorkerKeepsItsLeaseThroughCallsThatTakeLong) {
  store.items = {item(1, "qbo1_a")};
  store.renew_every = std::chrono::milliseconds(1);
  std::counting_semaphore<> renewed(0);
  const auto drives = std::this_thread::get_id();
  store.on_keep = [&] {
    if (std::this_thread::get_id() != drives) renewed.release();
  };
  int calls = 0, starved = 0;
  books.before_call = [&] {
    ++calls;
    if (starved == 0 && !renewed.try_acquire_for(std::chrono::seconds(10))) ++starved;
  };
  EXPECT_TRUE(worker().run_one({}));
  EXPECT_GT(calls, 10);
  EXPECT_EQ(starved, 0) << "a call went by and nobody kept the lease";
  EXPECT_THAT(states_of_facts(), ElementsAre("loaded 1 0 0 0"));
}

TEST_F(RunDriverTest, AWorkerThatLostItsLeaseTakesAwayWhatItsLastCallLeft) {
  store.items = {item(1, "qbo1_a")};
  store.info.settings_json = R"({"no_default_taxes":true})";
  Worker worker = this->worker();
  books.before_batch = [this] { store.lost = true; };  // stopped in the middle of the call, for longer than its lease
  EXPECT_TRUE(worker.run_one({}));
  EXPECT_TRUE(books.has_action());
  EXPECT_EQ(books.company["account_sale_tax_id"], "false");
  // Its successor has brought the run to its end meanwhile.
  store.lost = false;
  store.state = "done";
  for (auto& setting : store.settings_made) setting.restored = true;
  EXPECT_FALSE(worker.run_one({}));
  EXPECT_FALSE(books.has_action());
  EXPECT_EQ(books.company["account_sale_tax_id"], "7");
}

}  // namespace
}  // namespace q2o::loader
