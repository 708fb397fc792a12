#include <gmock/gmock.h>

#include "common/rpc/rpc.h"
#include "services/mapper/adapters/mapper_service.h"
#include "services/mapper/adapters/replay_worker.h"
#include "services/mapper/tests/service_fixture.h"

/// Repairs through the service: what people decide, and what the next run and its replays make of it.
namespace q2o::mapper {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::kTenant;
using testing::MapperService;

class MapperRepair : public MapperService {
 protected:
  MapperRepair()
      : service_(pool_, mappings_, RecordTracer(pool_, kafka(), in_the_log()), RunDiffer(pool_, kafka(), topics_.mapped), {}),
        server_("127.0.0.1:0", {&service_}, metrics_) {
    worker_->receive(stream_);
    stub_ = v1::MapperService::NewStub(rpc::channel("127.0.0.1:" + std::to_string(server_.port())));
  }
  /// The whole run's messages in a raw topic of the test's own.
  std::string in_the_log() {
    topics_.raw = q2o::testing::Kafka::instance().fresh_topic();
    stream_ = whole_run();
    for (auto& message : stream_) {
      bus::Outgoing out;
      out.topic = topics_.raw;
      out.key = message.key;
      out.value = message.value;
      out.id = message.id();
      const auto place = producer_.publish({&out, 1}, std::chrono::seconds(10)).value().front();
      message.partition = place.partition;
      last_ = message.offset = place.offset;
    }
    return topics_.raw;
  }
  void replay(std::uint32_t run) {
    run_ = run;
    direct(billing::v1::DIRECTIVE_GO);
    auto message = raw();
    message.mutable_scope()->set_run(run);
    auto& replay = *message.mutable_run_replay();
    replay.set_source_run(1);
    replay.set_mapping_version(version_);
    replay.add_ranges()->set_first_offset(0);
    replay.mutable_ranges(0)->set_last_offset(last_);
    const auto in = incoming(message);
    worker_->receive({&in, 1});
    EXPECT_TRUE(ReplayWorker(pool_, kafka(), *worker_, "test", topics_.raw).run_one({}));
  }
  grpc::Status ask(v1::RepairRecordRequest request, v1::RepairRecordResponse* response = nullptr, const std::string& tenant = kTenant) {
    v1::RepairRecordResponse unused;
    request.set_migration_id(migration_);
    return stub_->RepairRecord(rpc::context(tenant, "cli:ann", std::chrono::seconds(20)).get(), request,
                               response == nullptr ? &unused : response);
  }
  static v1::RepairRecordRequest about(const std::string& entity, const std::string& word) {
    v1::RepairRecordRequest request;
    request.set_entity(entity);
    request.set_word(word);
    request.set_why("as agreed");
    return request;
  }
  static v1::RepairRecordRequest name(const std::string& word, const std::string& path, const std::string& text) {
    auto request = about("customer", word);
    request.add_changes()->set_path(path);
    request.mutable_changes(0)->set_text(text);
    return request;
  }
  std::vector<v1::Repair> list(std::uint32_t page_size = 0) {
    v1::ListRepairsRequest request;
    request.set_migration_id(migration_);
    request.set_page_size(page_size);
    std::vector<v1::Repair> all;
    do {
      v1::ListRepairsResponse page;
      EXPECT_TRUE(stub_->ListRepairs(rpc::context(kTenant, "test", std::chrono::seconds(20)).get(), request, &page).ok());
      all.insert(all.end(), page.repairs().begin(), page.repairs().end());
      request.set_page_token(page.next_page_token());
    } while (!request.page_token().empty());
    return all;
  }
  /// "2: targets", "3: INVALID_JSON", "3: Left out: …" of the run's customers.
  std::vector<std::string> customers(std::uint32_t run) {
    std::vector<std::string> all;
    for (const auto& one : published()) {
      if (one.message.scope().run() != run || one.message.batch().entity() != "Customer") continue;
      for (const auto& record : one.message.batch().records())
        all.push_back(record.source_id() + ": " +
                      (record.has_reject()    ? record.reject().reason()
                       : record.has_targets() ? "targets"
                                              : record.excluded()));
    }
    std::ranges::sort(all);
    return all;
  }

  std::vector<bus::Incoming> stream_;
  std::int64_t last_ = -1;
  MapperServiceImpl service_;
  rpc::Server server_;
  std::unique_ptr<v1::MapperService::Stub> stub_;
};

TEST_F(MapperRepair, CountsFromTheNextRunOnInEveryReplayAndLeavesTheLogAsItIs) {
  EXPECT_THAT(customers(1), ElementsAre("1: targets", "2: REQUIRED_FIELD_MISSING", "3: INVALID_JSON"));
  v1::RepairRecordResponse made;
  ASSERT_TRUE(ask(name("2", "DisplayName", "Bea"), &made).ok());
  EXPECT_EQ(made.repairs(0).actor(), "cli:ann");
  auto leave_out = about("Customer", "3");
  leave_out.set_exclude(true);
  ASSERT_TRUE(ask(leave_out).ok());
  for (const std::uint32_t run : {2u, 3u}) {
    replay(run);
    EXPECT_THAT(customers(run), ElementsAre("1: targets", "2: targets", HasSubstr("3: Left out: as agreed (cli:ann, ")));
    EXPECT_EQ(count("note WHERE kind = 'repair' AND entity = 'Customer' AND source_id IN ('2', '3') AND run = " + std::to_string(run)), 2);
    EXPECT_EQ(count("reject WHERE run = " + std::to_string(run)), 0);
  }
  v1::TraceRecordRequest trace;
  trace.set_migration_id(migration_);
  trace.set_entity("Customer");
  trace.set_word("2");
  trace.set_with_body(true);
  v1::TraceRecordResponse traced;
  ASSERT_TRUE(stub_->TraceRecord(rpc::context(kTenant, "test", std::chrono::seconds(20)).get(), trace, &traced).ok());
  EXPECT_EQ(traced.records(0).body(), R"({"Id":"2"})");
}

TEST_F(MapperRepair, WaitsForTheNextRunWhenOneIsUnderWay) {
  run_ = 2;
  direct(billing::v1::DIRECTIVE_GO);
  auto stream = whole_run();
  for (auto& message : stream) {
    connector::v1::RawMessage body;
    body.ParseFromString(message.value);
    body.mutable_scope()->set_run(2);
    message.value = body.SerializeAsString();
  }
  worker_->receive({stream.data(), 3});
  ASSERT_TRUE(ask(name("2", "DisplayName", "Bea")).ok());
  worker_->receive({stream.data() + 3, stream.size() - 3});
  EXPECT_THAT(customers(2), ElementsAre("1: targets", "2: REQUIRED_FIELD_MISSING", "3: INVALID_JSON"));
}

TEST_F(MapperRepair, ListsEveryDecisionAndWhichCount) {
  ASSERT_TRUE(ask(name("2", "DisplayName", "Bea")).ok());
  ASSERT_TRUE(ask(name("2", "DisplayName", "Bee")).ok());
  auto leave_out = about("customer", "3");
  leave_out.set_exclude(true);
  ASSERT_TRUE(ask(leave_out).ok());
  auto back = about("customer", "3");
  back.set_withdraw(true);
  ASSERT_TRUE(ask(back).ok());
  std::vector<std::string> all;
  for (const auto& repair : list(1)) all.push_back(repair.kind() + " " + repair.value_json() + (repair.counts() ? "" : " no more"));
  EXPECT_THAT(all, ElementsAre("set \"Bea\" no more", "set \"Bee\"", "exclude  no more", "withdraw  no more"));
  EXPECT_EQ(ask(back).error_message(), "nothing was decided about Customer 3");
}

TEST_F(MapperRepair, SaysWhatIsWrongWithADecisionAndStoresNothing) {
  const auto refused = [&](const v1::RepairRecordRequest& request) { return rpc::to_error(ask(request)).reason; };
  EXPECT_EQ(refused(name("77", "DisplayName", "x")), "RECORD_UNKNOWN");
  EXPECT_EQ(refused(name("2", "DisplayName.x.y", "x")), "REPAIR_PATH");
  EXPECT_EQ(refused(name("3", "DisplayName", "x")), "RECORD_UNREADABLE");
  EXPECT_EQ(refused(about("customer", "2")), "REPAIR_KIND");
  auto silent = name("2", "DisplayName", "x");
  silent.set_why(" ");
  EXPECT_EQ(refused(silent), "REASON_MISSING");
  auto two = name("2", "DisplayName", "x");
  two.add_changes()->set_path("Line.4");
  EXPECT_EQ(refused(two), "REPAIR_PATH");
  EXPECT_EQ(rpc::to_error(ask(name("2", "DisplayName", "x"), nullptr, ids::uuid_v4())).reason, "RECORD_UNKNOWN") << "another tenant";
  EXPECT_TRUE(list().empty());
  auto leave_out = about("customer", "3");
  leave_out.set_exclude(true);
  ASSERT_TRUE(ask(leave_out).ok());
  EXPECT_EQ(refused(leave_out), "RECORD_LEFT_OUT");
}

}  // namespace
}  // namespace q2o::mapper
