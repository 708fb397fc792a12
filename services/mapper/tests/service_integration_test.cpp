#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <set>

#include "common/ids/ids.h"
#include "common/migrations/migrations.h"
#include "common/rpc/rpc.h"
#include "common/testing/process.h"
#include "common/testing/testing.h"
#include "embedded/mapper_schema.h"
#include "services/mapper/adapters/mapper_service.h"
#include "services/mapper/adapters/raw_worker.h"
#include "services/mapper/adapters/replay_worker.h"
#include "services/mapper/tests/book.h"

/// The service's core on a real Postgres and a real Kafka: what is published, what is kept, and what a crash in between does.
namespace q2o::mapper {
namespace {

constexpr const char* kTenant = "5f0c9f3e-58d9-4b8e-9a1e-3c7a0f1d2e4b";

class MapperService : public ::testing::Test {
 protected:
  MapperService() : options_(q2o::testing::Postgres::instance().fresh_schema()), pool_(options_), producer_(kafka()) {
    std::vector<pg::Migration> schema{migrations::schema()};
    for (const auto& file : embedded::mapper_schema::kFiles) schema.push_back({std::string(file.name), std::string(file.text)});
    pg::migrate(pool_, schema);
    topics_.mapped = q2o::testing::Kafka::instance().fresh_topic();
    const auto stored = mappings_.store(std::string(kShippedOwner), "quickbooks_online", testing::shipped_mapping());
    EXPECT_TRUE(stored.complaints.empty());
    version_ = stored.version;
    worker_ = std::make_unique<RawWorker>(pool_, producer_, mappings_, metrics_, topics_);
    migration_ = ids::uuid_v4();
    direct(billing::v1::DIRECTIVE_GO);
  }

  static bus::Options kafka() { return {q2o::testing::Kafka::instance().brokers(), "mapper"}; }

  void direct(billing::v1::Directive directive) {
    billing::v1::Migration migration;
    migration.set_tenant_id(kTenant);
    migration.set_migration_id(migration_);
    migration.set_version(++migration_version_);
    migration.set_state(billing::v1::STATE_RUNNING);
    migration.set_directive(directive);
    migration.set_run(run_);
    *migration.mutable_order() = order_;
    pool_.transact([&](pg::Tx& tx) { migrations::apply(tx, migration); });
  }

  connector::v1::RawMessage raw() {
    connector::v1::RawMessage message;
    message.mutable_scope()->set_tenant_id(kTenant);
    message.mutable_scope()->set_migration_id(migration_);
    message.mutable_scope()->set_run(1);
    message.mutable_scope()->set_connection("qbo1");
    message.set_sequence(++sequence_);
    return message;
  }

  bus::Incoming incoming(const connector::v1::RawMessage& message) {
    bus::Incoming in;
    in.key = migration_;
    in.value = message.SerializeAsString();
    in.headers["ce_id"] = ids::uuid_v5({migration_, "raw", std::to_string(message.sequence())});
    return in;
  }

  void batch(std::vector<bus::Incoming>& stream, const std::string& entity,
             const std::vector<std::pair<std::string, std::string>>& records) {
    auto message = raw();
    message.mutable_batch()->set_entity(entity);
    for (const auto& [id, body] : records) {
      auto& record = *message.mutable_batch()->add_records();
      record.set_source_id(id);
      record.set_body(body);
    }
    stream.push_back(incoming(message));
    auto end = raw();
    end.mutable_entity_end()->set_entity(entity);
    stream.push_back(incoming(end));
  }

  std::vector<bus::Incoming> whole_run() {
    std::vector<bus::Incoming> stream;
    auto start = raw();
    start.mutable_run_start()->set_platform("quickbooks_online");
    start.mutable_run_start()->set_mapping_version(version_);
    start.mutable_run_start()->set_home_currency("USD");
    for (const char* entity : {"CompanyInfo", "Preferences", "Account", "Customer"}) start.mutable_run_start()->add_entities(entity);
    stream.push_back(incoming(start));
    batch(stream, "CompanyInfo", {{"1", R"({"Id":"1","CompanyName":"Fern","FiscalYearStartMonth":"April"})"}});
    batch(stream, "Preferences", {{"1", R"({"Id":"1"})"}});
    batch(stream, "Account",
          {{"35", R"({"Id":"35","Name":"Checking","FullyQualifiedName":"Checking","AccountType":"Bank","Classification":"Asset"})"},
           {"1", R"({"Id":"1","Name":"Sales","FullyQualifiedName":"Sales","AccountType":"Income","Classification":"Revenue"})"}});
    batch(
        stream, "Customer",
        {{"1", R"({"Id":"1","DisplayName":"Ada"})"}, {"2", R"({"Id":"2"})"}, {"3", "{broken"}, {"1", R"({"Id":"1","DisplayName":"Ada"})"}});
    auto end = raw();
    end.mutable_run_end()->set_messages(sequence_);
    stream.push_back(incoming(end));
    return stream;
  }

  struct Sent {
    std::string id;
    v1::MappedMessage message;
  };
  std::vector<Sent> published() {
    // A marker behind everything: reading ends there.
    bus::Outgoing marker;
    marker.topic = topics_.mapped;
    marker.key = "marker";
    marker.id = ids::uuid_v4();
    const auto last = producer_.publish({&marker, 1}, std::chrono::seconds(10)).value().front().offset;
    std::vector<Sent> all;
    const auto read = bus::read_range(kafka(), {topics_.mapped, 0, 0, last},
                                      [&](const bus::Incoming& message) {
                                        if (message.key == "marker") return;
                                        all.push_back({message.id(), {}});
                                        EXPECT_TRUE(all.back().message.ParseFromString(message.value));
                                      },
                                      {});
    EXPECT_TRUE(read);
    return all;
  }

  std::int64_t count(const std::string& table) {
    return pool_.transact([&](pg::Tx& tx) { return tx.one("SELECT count(*) AS n FROM " + table).integer("n"); });
  }

  pg::Options options_;
  pg::Pool pool_;
  bus::Producer producer_;
  metrics::Registry metrics_;
  MappingStore mappings_{pool_};
  Topics topics_;
  std::unique_ptr<RawWorker> worker_;
  std::string migration_, version_;
  std::uint64_t sequence_ = 0, migration_version_ = 0;
  std::uint32_t run_ = 1;
  billing::v1::RunOrder order_;
};

TEST_F(MapperService, ListsRejectsAndNotesInPagesToTheEnd) {
  worker_->receive(whole_run());
  MapperServiceImpl service(pool_, mappings_, RecordTracer(pool_, kafka(), topics_.raw));
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
  std::uint64_t number = 0;
  for (const auto& one : sent) EXPECT_EQ(++number, one.message.sequence());
  EXPECT_EQ(number, sent.back().message.run_end().messages());
}

TEST_F(MapperService, TellsTheModulesOfTheTargetWithThePlanAndWhenAsked) {
  worker_->receive(whole_run());
  const auto sent = published();
  const auto& planned = sent.front().message.run_plan().modules();
  MapperServiceImpl service(pool_, mappings_, RecordTracer(pool_, kafka(), topics_.raw));
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
  worker_->receive(whole_run());
  constexpr std::uint64_t kAccounts = 6;  // their codes need all of them: mapped at the entity's end
  std::uint64_t last = 0;
  int of_accounts = 0;
  for (const auto& one : published()) {
    EXPECT_GE(one.message.raw_sequence(), last);
    last = one.message.raw_sequence();
    if (last != kAccounts || !one.message.has_batch()) continue;
    ++of_accounts;
    EXPECT_EQ("Account", one.message.batch().entity());
    EXPECT_EQ(0, one.message.batch().records_size());
  }
  EXPECT_EQ(1, of_accounts);
  EXPECT_EQ(10U, last);
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

/// The first run's messages lie in a raw topic of the test's own; a replay reads them there.
class MapperReplay : public MapperService {
 protected:
  MapperReplay() {
    topics_.raw = q2o::testing::Kafka::instance().fresh_topic();
    auto stream = whole_run();
    for (auto& message : stream) {
      bus::Outgoing out;
      out.topic = topics_.raw;
      out.key = message.key;
      out.value = message.value;
      out.id = message.id();
      const auto place = producer_.publish({&out, 1}, std::chrono::seconds(10)).value().front();
      message.partition = place.partition;
      message.offset = place.offset;
      if (first_ < 0) first_ = place.offset;
      last_ = place.offset;
    }
    worker_->receive(stream);
  }
  void order(std::uint32_t run, std::int64_t first, const std::vector<std::string>& entities = {}) {
    run_ = run;
    direct(billing::v1::DIRECTIVE_GO);
    auto message = raw();
    message.mutable_scope()->set_run(run);
    auto& replay = *message.mutable_run_replay();
    replay.set_source_run(1);
    replay.set_mapping_version(version_);
    auto& range = *replay.add_ranges();
    range.set_first_offset(first);
    range.set_last_offset(last_);
    for (const auto& entity : entities) replay.add_entities(entity);
    const auto in = incoming(message);
    worker_->receive({&in, 1});
  }
  bool replay_some() { return ReplayWorker(pool_, kafka(), *worker_, "test", topics_.raw).run_one({}); }
  /// The mapped batches of a run, as they lie in the log.
  std::vector<std::string> batches(std::uint32_t run) {
    std::vector<std::string> all;
    for (const auto& one : published())
      if (one.message.scope().run() == run && one.message.has_batch()) all.push_back(one.message.batch().SerializeAsString());
    return all;
  }
  std::string failure() {
    return pool_.transact([](pg::Tx& tx) {
      for (const auto row : tx.exec("SELECT value FROM outbox ORDER BY id")) {
        v1::StatusFact fact;
        if (fact.ParseFromString(row.bytes("value")) && fact.has_run_failed())
          return fact.run_failed().reason() + ": " + fact.run_failed().hint();
      }
      return std::string();
    });
  }
  std::int64_t first_ = -1, last_ = -1;
};

TEST_F(MapperReplay, TheSameMappingGivesTheSameBatchesByteForByte) {
  order(2, first_);
  EXPECT_TRUE(replay_some());
  EXPECT_FALSE(replay_some()) << "it is over";
  EXPECT_FALSE(batches(1).empty());
  EXPECT_EQ(batches(1), batches(2));
  EXPECT_EQ(version_,
            pool_.transact([&](pg::Tx& tx) { return tx.one("SELECT mapping_version FROM run WHERE run = 2").text("mapping_version"); }));
}

TEST_F(MapperReplay, GoesOnWhereAPausedOneStopped) {
  order(2, first_);
  direct(billing::v1::DIRECTIVE_PAUSE);
  EXPECT_FALSE(replay_some());
  EXPECT_TRUE(batches(2).empty());
  direct(billing::v1::DIRECTIVE_GO);
  EXPECT_TRUE(replay_some());
  EXPECT_EQ(batches(1), batches(2));
}

TEST_F(MapperReplay, SendsOnOnlyTheEntitiesThatAreWanted) {
  order(2, first_, {"Customer"});
  EXPECT_TRUE(replay_some());
  const auto sent = published();
  for (const auto& one : sent) {
    if (one.message.scope().run() != 2) continue;
    if (one.message.has_batch()) {
      EXPECT_EQ("Customer", one.message.batch().entity());
    }
    for (const auto& wave : one.message.run_plan().waves())
      for (const auto& entity : wave.entities()) EXPECT_EQ("Customer", entity);
  }
  EXPECT_TRUE(sent.back().message.has_run_end());
}

TEST_F(MapperReplay, ADryRunIsMarkedAndLeavesNothingForLaterRuns) {
  pool_.transact([](pg::Tx& tx) { tx.exec("DELETE FROM lookup WHERE kind = 'account_code'"); });
  order_.set_dry_run(true);
  order(2, first_);
  EXPECT_TRUE(replay_some());
  for (const auto& one : published()) EXPECT_EQ(one.message.scope().run() == 2, one.message.dry_run());
  EXPECT_EQ(0, count("lookup WHERE kind = 'account_code' AND scope NOT LIKE '%/2'"));
}

TEST_F(MapperReplay, ARecordIsTracedToItsBytesInTheLogThroughEveryRun) {
  order(2, first_);
  EXPECT_TRUE(replay_some());
  const RecordTracer tracer(pool_, kafka(), topics_.raw);
  v1::TraceRecordRequest request;
  request.set_migration_id(migration_);
  request.set_entity("customer");
  request.set_word("2");
  request.set_with_body(true);
  const auto traced = tracer.trace(kTenant, request);
  ASSERT_TRUE(traced) << traced.error().message;
  ASSERT_EQ(traced->records_size(), 1);
  const auto& record = traced->records(0);
  EXPECT_EQ(record.entity(), "Customer");
  EXPECT_EQ(record.body(), R"({"Id":"2"})");
  ASSERT_EQ(record.readings_size(), 2);
  EXPECT_EQ(record.readings(0).offset(), record.readings(1).offset()) << "both runs read the same message";
  EXPECT_EQ(record.readings(1).mapping_version(), version_);
  ASSERT_EQ(record.readings(0).rejects_size(), 1);
  EXPECT_EQ(record.readings(0).rejects(0).source_id(), "2");

  request.set_word("77");
  const auto unknown = tracer.trace(kTenant, request);
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().reason, "RECORD_UNKNOWN");
  request.set_word("2");
  EXPECT_FALSE(tracer.trace(ids::uuid_v4(), request)) << "another tenant sees nothing";
}

TEST_F(MapperReplay, ARejectedRecordIsFoundByItsNumberAndALostMessageIsNamed) {
  pool_.transact([&](pg::Tx& tx) {
    tx.exec("UPDATE reject SET label = '1043, Cool Cars' WHERE source_id = '2'");
    tx.exec("UPDATE seen SET raw_offset = 100000 WHERE source_id = '2' AND entity = 'Customer'");
  });
  v1::TraceRecordRequest request;
  request.set_migration_id(migration_);
  request.set_entity("Customer");
  request.set_word("1043");
  request.set_with_body(true);
  const auto traced = RecordTracer(pool_, kafka(), topics_.raw).trace(kTenant, request);
  ASSERT_TRUE(traced) << traced.error().message;
  ASSERT_EQ(traced->records_size(), 1);
  EXPECT_EQ(traced->records(0).source_id(), "2");
  EXPECT_TRUE(traced->records(0).body().empty());
  EXPECT_FALSE(traced->records(0).body_missing().empty());
}

TEST_F(MapperReplay, KeepsItsLeaseAndPlaceWhileItPassesByMessagesOfOthers) {
  using namespace std::chrono_literals;
  for (int i = 0; i < 6; ++i) {
    bus::Outgoing foreign;
    foreign.topic = topics_.raw;
    foreign.key = "another migration";
    foreign.id = ids::uuid_v4();
    last_ = producer_.publish({&foreign, 1}, 10s).value().front().offset;
  }
  order(2, first_);
  ReplayWorker::Time now{};
  std::int64_t looks = 0, runs_out = 0;
  ReplayWorker slow(pool_, kafka(), *worker_, "test", topics_.raw, [&] {
    // Between two looks at the clock four seconds pass, for the database too.
    pool_.transact([&](pg::Tx& tx) {
      tx.exec("UPDATE lease SET lease_until = lease_until - interval '4 seconds' WHERE kind = 'replay'");
      runs_out += tx.one("SELECT count(*) AS n FROM lease WHERE kind = 'replay' AND lease_until <= clock_timestamp()").integer("n");
    });
    ++looks;
    return now += 4s;
  });
  EXPECT_TRUE(slow.run_one({}));
  EXPECT_GT(looks, 5);
  EXPECT_EQ(runs_out, 0) << "another process would have taken the replay";
  EXPECT_EQ(batches(1), batches(2));
  EXPECT_EQ(last_ + 1, pool_.transact([](pg::Tx& tx) { return tx.one("SELECT next_offset FROM replay").integer("next_offset"); }));
}

TEST_F(MapperReplay, ARangeThatTheLogDoesNotHoldAnyMoreEndsTheRunAndSaysWhatToDo) {
  last_ += 1000;
  order(2, first_);
  replay_some();
  EXPECT_NE(std::string::npos, failure().find("REPLAY_RANGE_LOST")) << failure();
  EXPECT_NE(std::string::npos, failure().find("q2o migrate"));
  EXPECT_FALSE(replay_some());
}

}  // namespace
}  // namespace q2o::mapper
