#include "services/mapper/adapters/record_tracer.h"
#include "services/mapper/tests/replay_fixture.h"

namespace q2o::mapper {
namespace {

using testing::kTenant;
using testing::MapperReplay;

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
