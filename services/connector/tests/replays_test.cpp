#include <gmock/gmock.h>

#include "common/bus/topic.h"
#include "services/connector/adapters/facts.h"
#include "services/connector/adapters/grpc_service.h"
#include "services/connector/adapters/postgres_queue.h"
#include "services/connector/adapters/postgres_replay.h"
#include "services/connector/tests/stores_fixture.h"

namespace q2o::connector {
namespace {

using testing::Stores;

/// A second run that is to read what the first has left in the log.
class Replays : public Stores {
 protected:
  void recorded(const std::string& state = "extracted") {
    pool.transact([&](pg::Tx& tx) {
      tx.exec("INSERT INTO extraction (migration_id, run, tenant_id, connection_id, slug, state) VALUES ($1, 1, $2, 'c', 'qbo123', $3)",
              {migration_id, tenant, state});
      tx.exec("INSERT INTO extraction_range VALUES ($1, 1, $2, 3, 100, 250)", {migration_id, tenant});
      for (const auto* entity : {"Customer", "Invoice"})
        tx.exec("INSERT INTO extraction_entity VALUES ($1, 1, $2, $3, 7, 7, 7, 1, 8, 1, true, true, 0, '')",
                {migration_id, entity, tenant});
    });
  }
  billing::v1::Migration replay() {
    auto m = migration(5);
    m.set_run(2);
    m.mutable_order()->set_kind(billing::v1::RUN_KIND_REPLAY);
    m.mutable_order()->set_source_run(1);
    m.set_mapping_version("mapping-2");
    return m;
  }
  std::vector<v1::RawMessage> raw() {
    return pool.transact([](pg::Tx& tx) {
      std::vector<v1::RawMessage> all;
      for (const auto row : tx.exec("SELECT value FROM outbox WHERE topic = $1", {topic::kRaw}))
        all.emplace_back().ParseFromString(row.bytes("value"));
      return all;
    });
  }
  std::vector<v1::StatusFact> status() {
    return pool.transact([](pg::Tx& tx) {
      std::vector<v1::StatusFact> all;
      for (const auto row : tx.exec("SELECT value FROM outbox WHERE topic = $1 ORDER BY id", {topic::kConnectorStatus}))
        all.emplace_back().ParseFromString(row.bytes("value"));
      return all;
    });
  }
  PostgresQueue queue{pool, manifests, "a"};
};

TEST_F(Replays, AreAnsweredFromTheRecordOnceAndNeverExtracted) {
  recorded();
  apply(replay());
  EXPECT_FALSE(queue.take(milliseconds{1000}));
  EXPECT_FALSE(queue.take(milliseconds{1000}));
  const auto sent = raw();
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(sent[0].scope().run(), 2u);
  EXPECT_EQ(sent[0].run_replay().source_run(), 1u);
  EXPECT_EQ(sent[0].run_replay().mapping_version(), "mapping-2");
  ASSERT_EQ(sent[0].run_replay().ranges_size(), 1);
  EXPECT_EQ(sent[0].run_replay().ranges(0).partition(), 3);
  EXPECT_EQ(sent[0].run_replay().ranges(0).last_offset(), 250);
  const auto told = status();
  ASSERT_EQ(told.size(), 3u);
  EXPECT_EQ(told[0].entity_progress().extracted(), 7u);
  EXPECT_TRUE(told[0].entity_progress().done());
  EXPECT_EQ(told[2].run_extracted().source_run(), 1u);
  pool.transact([&](pg::Tx& tx) { EXPECT_EQ(recorded_run(tx, tenant, migration_id, 2).value(), 1u); });
}

TEST_F(Replays, AnUndoIsNoneOfTheSourcesBusiness) {
  recorded();
  auto m = replay();
  m.mutable_order()->set_kind(billing::v1::RUN_KIND_UNDO);
  apply(m);
  EXPECT_FALSE(queue.take(milliseconds{1000}));
  EXPECT_TRUE(raw().empty());
  EXPECT_TRUE(status().empty());
}

TEST_F(Replays, OfSomeEntitiesTellOnlyTheirCounts) {
  recorded();
  auto m = replay();
  m.mutable_order()->add_entities("Invoice");
  apply(m);
  queue.take(milliseconds{1000});
  const auto told = status();
  ASSERT_EQ(told.size(), 2u);
  EXPECT_EQ(told[0].entity_progress().entity(), "Invoice");
}

TEST_F(Replays, OfWhatIsNotRecordedSayWhatToDo) {
  recorded("open");
  apply(replay());
  queue.take(milliseconds{1000});
  EXPECT_TRUE(raw().empty());
  ASSERT_EQ(status().size(), 1u);
  EXPECT_EQ(status()[0].run_failed().reason(), "RUN_NOT_RECORDED");
  EXPECT_NE(status()[0].run_failed().hint(), "");
}

TEST_F(Replays, OfAnUnknownEntityListTheOnesThereAre) {
  recorded();
  auto m = replay();
  m.mutable_order()->add_entities("Invoices");
  apply(m);
  queue.take(milliseconds{1000});
  ASSERT_EQ(status().size(), 1u);
  EXPECT_EQ(status()[0].run_failed().reason(), "UNKNOWN_ENTITY");
  EXPECT_NE(status()[0].run_failed().hint().find("Customer, Invoice"), std::string::npos);
}

}  // namespace
}  // namespace q2o::connector
