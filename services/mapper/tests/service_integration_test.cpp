#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <set>

#include "common/ids/ids.h"
#include "common/rpc/rpc.h"
#include "common/testing/isolation.h"
#include "common/testing/process.h"
#include "common/testing/testing.h"
#include "services/mapper/adapters/mapper_service.h"
#include "services/mapper/tests/service_fixture.h"

/// The service's core on a real Postgres and a real Kafka: what is published, what is kept, and what a crash in between does.
namespace q2o::mapper {
namespace {

using testing::kTenant;
using testing::MapperService;

TEST_F(MapperService, ListsRejectsAndNotesInPagesToTheEnd) {
  worker_->receive(whole_run());
  MapperServiceImpl service(pool_, mappings_, RecordTracer(pool_, kafka(), topics_.raw), RunDiffer(pool_, kafka(), topics_.mapped), {});
  rpc::Server server("127.0.0.1:0", {&service}, metrics_);
  const auto stub = v1::MapperService::NewStub(rpc::channel("127.0.0.1:" + std::to_string(server.port())));
  const auto call = [] { return rpc::context(kTenant, "test", std::chrono::seconds(20)); };
  v1::ListRejectsRequest request;
  request.set_migration_id(migration_);
  request.set_run(1);
  request.set_page_size(1);
  std::vector<std::string> ids;
  v1::ListRejectsResponse page;
  do {
    ASSERT_TRUE(stub->ListRejects(call().get(), request, &page).ok());
    ASSERT_EQ(page.rejects_size(), 1);
    ids.push_back(page.rejects(0).source_id());
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty() && ids.size() < 10);
  EXPECT_EQ(ids, (std::vector<std::string>{"2", "3"}));  // the last page is full and has no token
  request.set_page_token("2x");
  EXPECT_EQ(stub->ListRejects(call().get(), request, &page).error_code(), grpc::StatusCode::INVALID_ARGUMENT);

  v1::ListNotesRequest notes;
  notes.set_migration_id(migration_);
  notes.set_run(1);
  v1::ListNotesResponse all, some;
  ASSERT_TRUE(stub->ListNotes(call().get(), notes, &all).ok());
  ASSERT_GT(all.notes_size(), 0);
  EXPECT_TRUE(all.next_page_token().empty());
  notes.set_page_size(1);
  ASSERT_TRUE(stub->ListNotes(call().get(), notes, &some).ok());
  EXPECT_EQ(some.notes_size(), 1);
  EXPECT_EQ(some.next_page_token().empty(), all.notes_size() == 1);
}

TEST_F(MapperService, KeepsTheLossesOfARecordAndDecidesAtTheEndOfItsEntityWhetherAParentCame) {
  std::vector<bus::Incoming> stream;
  for (auto& message : whole_run()) stream.push_back(std::move(message));
  stream.pop_back();  // RunEnd
  batch(stream, "Item",
        {{"5", R"({"Id":"5","Name":"Lost","FullyQualifiedName":"Lost","Type":"Service","ParentRef":{"value":"9"}})"},
         {"6", R"({"Id":"6","Name":"Seeds","FullyQualifiedName":"Garden:Seeds","Type":"Service","ParentRef":{"value":"7"}})"},
         {"7", R"({"Id":"7","Name":"Garden","FullyQualifiedName":"Garden","Type":"Category"})"}});
  worker_->receive(stream);
  EXPECT_EQ(0, count("deferred WHERE entity = 'Item'"));
  EXPECT_EQ(1, count("note WHERE entity = 'Item' AND kind = 'loss' AND source_id = '5' AND reason LIKE 'Item 9 %'"));
  EXPECT_EQ(1, count("note WHERE entity = 'Item'"));
  bool in_category = false;
  for (const auto& one : published()) {
    for (const auto& record : one.message.batch().records()) {
      if (record.source_id() == "6" && one.message.batch().entity() == "Item")
        in_category = record.targets().records(0).values_json().find("qbo1_item_7_category") != std::string::npos;
    }
  }
  EXPECT_TRUE(in_category);
}

TEST_F(MapperService, SendsThePlanFirstThenEntitiesThenTheEnd) {
  worker_->receive(whole_run());
  const auto sent = published();
  ASSERT_FALSE(sent.empty());
  EXPECT_TRUE(sent.front().message.has_run_plan());
  EXPECT_NE(std::string::npos, sent.front().message.run_plan().target_settings_json().find("\"fiscalyear_last_month\":\"3\""));
  EXPECT_TRUE(sent.back().message.has_run_end());
  const auto& transactions = sent.front().message.run_plan().transaction_entities();
  EXPECT_NE(std::ranges::find(transactions, "Invoice"), transactions.end());
  EXPECT_EQ(std::ranges::find(transactions, "Customer"), transactions.end());
  std::uint64_t number = 0;
  for (const auto& one : sent) EXPECT_EQ(++number, one.message.sequence());
  EXPECT_EQ(number, sent.back().message.run_end().messages());
}

TEST_F(MapperService, TellsTheModulesOfTheTargetWithThePlanAndWhenAsked) {
  worker_->receive(whole_run());
  const auto sent = published();
  const auto& planned = sent.front().message.run_plan().modules();
  MapperServiceImpl service(pool_, mappings_, RecordTracer(pool_, kafka(), topics_.raw), RunDiffer(pool_, kafka(), topics_.mapped), {});
  rpc::Server server("127.0.0.1:0", {&service}, metrics_);
  const auto stub = v1::MapperService::NewStub(rpc::channel("127.0.0.1:" + std::to_string(server.port())));
  v1::CurrentMappingRequest request;
  request.set_platform("quickbooks_online");
  v1::CurrentMappingResponse current;
  ASSERT_TRUE(stub->CurrentMapping(rpc::context(kTenant, "test", std::chrono::seconds(10)).get(), request, &current).ok());
  EXPECT_EQ(version_, current.version());
  ASSERT_GT(planned.size(), 3);
  ASSERT_EQ(planned.size(), current.modules_size());
  for (int i = 0; i < planned.size(); ++i) EXPECT_EQ(planned[i].SerializeAsString(), current.modules(i).SerializeAsString());
}

TEST_F(MapperService, WaitsInNoWaveForEntitiesThatTheSourceDoesNotSend) {
  worker_->receive(whole_run());
  const auto sent = published();
  const std::set<std::string> coming{"Account", "CompanyInfo", "Customer", "LedgerTransaction"};
  for (const auto& wave : sent.front().message.run_plan().waves()) {
    for (const auto& entity : wave.entities()) EXPECT_TRUE(coming.contains(entity)) << wave.name() << " waits for " << entity;
  }
}

TEST_F(MapperService, SaysOfWhichRawMessageEachOneComesAlsoWhenNothingOfABatchGoesOnYet) {
  std::vector<bus::Incoming> stream;
  auto start = raw();
  start.mutable_run_start()->set_platform("quickbooks_online");
  start.mutable_run_start()->set_mapping_version(version_);
  start.mutable_run_start()->set_home_currency("USD");
  start.mutable_run_start()->add_entities("Account");
  stream.push_back(incoming(start));
  // The codes of accounts need all of them: mapped at the entity's end, which does not come.
  for (const char* id : {"35", "1"}) {
    auto message = raw();
    message.mutable_batch()->set_entity("Account");
    auto& record = *message.mutable_batch()->add_records();
    record.set_source_id(id);
    record.set_body(
        fmt::format(R"({{"Id":"{0}","Name":"{0}","FullyQualifiedName":"{0}","AccountType":"Bank","Classification":"Asset"}})", id));
    stream.push_back(incoming(message));
  }
  worker_->receive(stream);
  const auto sent = published();
  ASSERT_FALSE(sent.empty());
  std::uint64_t before = 0;
  for (const auto& one : sent) {
    EXPECT_GE(one.message.raw_sequence(), before);
    before = one.message.raw_sequence();
  }
  const auto& last = sent.back().message;
  EXPECT_EQ(last.raw_sequence(), 3U);
  EXPECT_EQ(last.batch().entity(), "Account");
  EXPECT_EQ(last.batch().records_size(), 0);
}

TEST_F(MapperService, CountsEveryDistinctRecordOnce) {
  worker_->receive(whole_run());
  for (const auto& one : published()) {
    if (!one.message.has_entity_end() || one.message.entity_end().entity() != "Customer") continue;
    EXPECT_EQ(3U, one.message.entity_end().records());
    EXPECT_EQ(1U, one.message.entity_end().mapped());
    EXPECT_EQ(2U, one.message.entity_end().rejected());
  }
  EXPECT_EQ(2, count("reject"));
}

TEST_F(MapperService, DoesNothingWhenTheSameMessagesComeAgain) {
  const auto stream = whole_run();
  worker_->receive(stream);
  const auto once = published().size();
  worker_->receive(stream);
  EXPECT_EQ(once, published().size());
  EXPECT_EQ(2, count("reject"));
}

TEST_F(MapperService, RepeatsTheSameMessagesAfterACrashBetweenPublishingAndCommit) {
  const auto stream = whole_run();
  // The table is away: everything is published, then the transaction fails where its facts are stored, as if the process had died there.
  pool_.transact([](pg::Tx& tx) { tx.exec("ALTER TABLE outbox RENAME TO outbox_away"); });
  EXPECT_ANY_THROW(worker_->receive(stream));
  pool_.transact([](pg::Tx& tx) { tx.exec("ALTER TABLE outbox_away RENAME TO outbox"); });
  const std::size_t before = published().size();
  EXPECT_GT(before, 0U);
  RawWorker restarted(pool_, producer_, mappings_, metrics_, topics_);
  restarted.receive(stream);
  std::map<std::string, std::string> by_id;
  std::size_t repeated = 0;
  for (const auto& one : published()) {
    const auto [entry, fresh] = by_id.emplace(one.id, one.message.SerializeAsString());
    if (fresh) continue;
    ++repeated;
    EXPECT_EQ(entry->second, one.message.SerializeAsString());
  }
  EXPECT_GT(repeated, 0U);
  EXPECT_EQ(2, count("reject"));
}

TEST_F(MapperService, ARunWhoseStartIsADeadLetterFailsAndOthersGoOn) {
  auto stream = whole_run();
  stream.front().value = "spoiled";
  const std::string headless = std::exchange(migration_, ids::uuid_v4());
  direct(billing::v1::DIRECTIVE_GO);
  for (auto& message : whole_run()) stream.push_back(std::move(message));
  worker_->receive(stream);
  EXPECT_EQ(1, count(fmt::format("run WHERE migration_id = '{}' AND state = 'failed'", headless)));
  EXPECT_TRUE(published().back().message.has_run_end()) << "the run behind it";
  std::vector<std::string> told;
  pool_.transact([&](pg::Tx& tx) {
    told.clear();
    for (const auto row : tx.exec("SELECT value FROM outbox WHERE topic = $1 ORDER BY id", {topics_.status})) {
      v1::StatusFact fact;
      ASSERT_TRUE(fact.ParseFromString(row.bytes("value")));
      if (fact.has_run_failed()) told.push_back(fact.scope().migration_id() + " " + fact.run_failed().reason());
    }
  });
  EXPECT_EQ(told, std::vector<std::string>{headless + " RUN_NOT_BEGUN"});
}

/// Messages share a transaction, but not their fate: what comes before the one that fails is worked off all the same.
TEST_F(MapperService, TheMessagesBeforeOneThatFailsDoNotWaitForIt) {
  const auto stream = whole_run();
  pool_.transact([](pg::Tx& tx) { tx.exec("ALTER TABLE reject RENAME TO reject_away"); });  // only the customers have rejects
  EXPECT_ANY_THROW(worker_->receive(stream));
  EXPECT_GT(count("seen"), 0);
  pool_.transact([](pg::Tx& tx) { tx.exec("ALTER TABLE reject_away RENAME TO reject"); });
  worker_->receive(stream);
  EXPECT_TRUE(published().back().message.has_run_end());
  EXPECT_EQ(2, count("reject"));
}

/// A process that is killed while it maps the given record: its mark stays, its lock goes, its transaction is rolled back.
void die_at(const std::string& folder, const std::string& entity, const std::string& id, const RunState& run) {
  const pid_t child = fork();
  if (child == 0) {
    CrashMarks marks(folder, ids::uuid_v4());
    marks.work_on(run);
    marks.begins("Customer", "before");
    marks.begins(entity, id);
    kill(getpid(), SIGKILL);
  }
  waitpid(child, nullptr, 0);
}

TEST_F(MapperService, SetsARecordAsideThatEndedItTwiceAndGoesOnWithTheRest) {
  const auto folder = q2o::testing::temporary_directory("marks");
  RunState run;
  run.tenant = kTenant;
  run.migration = migration_;
  run.run = 1;
  const auto stream = whole_run();
  die_at(folder, "Customer", "1", run);
  CrashMarks::count(pool_, folder);
  EXPECT_EQ(1, count("crash WHERE crashes = 1 AND source_id = '1'"));
  die_at(folder, "Customer", "1", run);
  die_at(folder, "Account", "1", run);  // once: still tried
  CrashMarks::count(pool_, folder);
  EXPECT_TRUE(std::filesystem::is_empty(folder));
  CrashMarks marks(folder, "alive");
  RawWorker restarted(pool_, producer_, mappings_, metrics_, topics_, &marks);
  restarted.receive(stream);
  EXPECT_EQ(1, count("reject WHERE reason = 'MAPPER_CRASHED'"));
  EXPECT_EQ(1, count("reject WHERE reason = 'MAPPER_CRASHED' AND entity = 'Customer' AND source_id = '1'"));
  EXPECT_EQ(3, count("lookup WHERE kind = 'account_code'")) << "the others went on";
  EXPECT_TRUE(published().back().message.has_run_end());
}

TEST_F(MapperService, TheMarkOfALivingProcessAccusesNobody) {
  const auto folder = q2o::testing::temporary_directory("marks");
  CrashMarks alive(folder, "alive");
  RunState run;
  run.tenant = kTenant;
  run.migration = migration_;
  run.run = 1;
  alive.work_on(run);
  alive.begins("Customer", "1");
  CrashMarks::count(pool_, folder);
  EXPECT_EQ(0, count("crash"));
  {
    CrashMarks clean(folder, "clean");
    clean.work_on(run);
    clean.begins("Customer", "2");
    clean.ended();
  }
  CrashMarks::count(pool_, folder);
  EXPECT_EQ(0, count("crash"));
}

TEST_F(MapperService, HoldsAPausedRunAndGoesOnWhereItWas) {
  const auto stream = whole_run();
  const std::span<const bus::Incoming> all(stream);
  worker_->receive(all.first(4));
  direct(billing::v1::DIRECTIVE_PAUSE);
  worker_->receive(all.subspan(4));
  worker_->resume({});
  EXPECT_GT(count("held"), 0);
  direct(billing::v1::DIRECTIVE_GO);
  worker_->resume({});
  EXPECT_EQ(0, count("held"));
  EXPECT_TRUE(published().back().message.has_run_end());
}

TEST_F(MapperService, DropsWhatIsLeftOfAStoppedRun) {
  const auto stream = whole_run();
  direct(billing::v1::DIRECTIVE_STOP);
  worker_->receive(stream);
  EXPECT_TRUE(published().empty());
  EXPECT_EQ(0, count("held"));
}

TEST_F(MapperService, PutsWhatItCannotReadAmongTheDeadLetters) {
  bus::Incoming garbage;
  garbage.value = "not a message";
  garbage.headers["ce_id"] = ids::uuid_v4();
  worker_->receive({&garbage, 1});
  EXPECT_EQ(1, count("outbox"));
}

TEST_F(MapperService, KeepsTheCodesOfAccountsForTheNextRun) {
  worker_->receive(whole_run());
  EXPECT_EQ(3, count("lookup WHERE kind = 'account_code'"));
}

TEST_F(MapperService, StoresAMappingOnceHoweverOften) {
  EXPECT_EQ(version_, mappings_.store(std::string(kShippedOwner), "quickbooks_online", testing::shipped_mapping()).version);
  EXPECT_EQ(1, count("mapping"));
  EXPECT_FALSE(mappings_.store(std::string(kShippedOwner), "quickbooks_online", "{}").complaints.empty());
}

TEST_F(MapperService, AMappingOfOneTenantIsNobodyElses) {
  constexpr const char* kNeighbour = "7a1d0c55-0f5e-4a37-8a34-5b6f3d2c1e00";
  auto text = testing::shipped_mapping();
  text.replace(text.find("The company's own settings"), 3, "Our");
  const auto own = mappings_.store(kTenant, "quickbooks_online", text);
  ASSERT_TRUE(own.complaints.empty());
  ASSERT_NE(version_, own.version);
  pool_.transact([&](pg::Tx& tx) {
    EXPECT_EQ(own.version, mappings_.current(tx, kTenant, "quickbooks_online"));
    EXPECT_EQ(version_, mappings_.current(tx, kNeighbour, "quickbooks_online"));
    EXPECT_NE(nullptr, mappings_.find(tx, kTenant, version_));
    EXPECT_EQ(nullptr, mappings_.find(tx, kNeighbour, own.version));
  });
}

TEST(MapperSchema, PostgresShowsATenantItsOwnRowsOnly) {
  const auto database = q2o::testing::Postgres::instance().fresh_schema();
  pg::Pool pool(database);
  pg::migrate(pool, pg::schema_of(embedded::mapper_schema::kFiles, {migrations::schema()}));
  EXPECT_THAT(q2o::testing::isolation_complaints(database), ::testing::IsEmpty());
}

}  // namespace
}  // namespace q2o::mapper
