#include "services/loader/app/progress_publisher.h"

#include <gtest/gtest.h>

#include "services/loader/tests/memory_run_store.h"

namespace q2o::loader {
namespace {

using testing::item;

class ProgressTold : public ::testing::Test {
 protected:
  void settle(const Item& one, const std::string& outcome = "created") {
    const Fate fate{Fate::Kind::done, one, 7, outcome, "", "", "", ""};
    store.store(store.info, hold, {&fate, 1});
    told.take(fate);
  }
  /// "loaded 1, records 2 of 3" as told last.
  std::string last() {
    std::uint64_t loaded = 0, done = 0, total = 0;
    for (const auto& fact : store.facts) {
      if (fact.has_entity_progress()) loaded = fact.entity_progress().loaded();
      if (fact.has_load_progress()) done = fact.load_progress().done(), total = fact.load_progress().total();
    }
    return "loaded " + std::to_string(loaded) + ", records " + std::to_string(done) + " of " + std::to_string(total);
  }
  testing::MemoryRunStore store;
  Hold hold{store.info.target_id, 1};
  ProgressPublisher told{store, store.info, hold, std::chrono::milliseconds(0)};
};

TEST_F(ProgressTold, CountsRecordsOfTheTargetBeforeTheirSourceIsLoaded) {
  store.items = {item(1, "invoice"), item(2, "match")};
  store.items[1].source_id = "invoice";
  told.refresh();
  settle(store.items[0]);
  told.publish();
  EXPECT_EQ(last(), "loaded 0, records 1 of 2");
  settle(store.items[1]);
  told.publish();
  EXPECT_EQ(last(), "loaded 1, records 2 of 2");
}

TEST_F(ProgressTold, WhatComesWhileAWaveIsAtWorkCountsOnce) {
  store.items = {item(1, "first")};
  told.refresh();
  store.items.push_back(item(2, "second"));
  settle(store.items[1]);  // sent before it was counted
  settle(store.items[0]);
  told.publish();
  EXPECT_EQ(last(), "loaded 2, records 2 of 2");
  told.rebuild();
  told.publish();
  EXPECT_EQ(last(), "loaded 2, records 2 of 2");
}

TEST_F(ProgressTold, SaysWhatBecameOfTheRecordsWhileTheRunGoesOn) {
  store.items = {item(1, "first"), item(2, "second"), item(3, "third"), item(4, "fourth")};
  told.refresh();
  settle(store.items[0]);
  settle(store.items[1], "changed");
  settle(store.items[2], "unchanged");
  told.publish();
  ASSERT_TRUE(store.facts.back().has_load_progress());
  const auto& load = store.facts.back().load_progress();
  EXPECT_EQ(load.created(), 1u);
  EXPECT_EQ(load.changed(), 1u);
  EXPECT_EQ(load.unchanged(), 1u);
  EXPECT_EQ(load.total(), 4u);
}

}  // namespace
}  // namespace q2o::loader
