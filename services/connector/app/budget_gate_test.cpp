#include "services/connector/app/budget_gate.h"

#include <gtest/gtest.h>

#include "services/connector/tests/fake_clock.h"

namespace q2o::connector {
namespace {

/// Grants at once, or throws where the database would be away.
class Store : public BudgetStore {
 public:
  std::vector<milliseconds> reserve(const std::string&, const Budget&, int count) override {
    lots.push_back(count);
    if (away) throw std::runtime_error("commit in doubt");
    return std::vector<milliseconds>(static_cast<std::size_t>(count));
  }
  void block(const std::string&, milliseconds) override {}
  int slots(const std::string&, const std::string&, int most, int busy_now, milliseconds) override {
    busy.push_back(busy_now);
    if (no_slots) throw std::runtime_error("connection lost");
    return most;
  }
  bool away = false, no_slots = false;
  std::vector<int> lots;  ///< as they were asked for
  std::vector<int> busy;  ///< as it was told
};

class Gate : public ::testing::Test {
 protected:
  std::optional<BudgetGate::Permit> enter() {
    return gate.enter({}, [](milliseconds) {});
  }
  /// A gate without a free slot would wait for ever: it is stopped instead.
  bool has_room() {
    std::stop_source stop;
    const std::jthread patience([&](std::stop_token over) {
      std::mutex mutex;
      std::condition_variable_any none;
      std::unique_lock lock(mutex);
      none.wait_for(lock, over, std::chrono::seconds(2), [] { return false; });
      stop.request_stop();
    });
    return gate.enter(stop.get_token(), [](milliseconds) {}).has_value();
  }
  testing::FakeClock clock;
  Store store;
  BudgetGate gate{"connection-1", Budget{500, 10, 2}, "owner", store, clock};
};

TEST_F(Gate, ATroubleOfTheStoreCostsNoSlot) {
  store.away = true;
  for (int i = 0; i < 2; ++i) EXPECT_THROW(enter(), std::runtime_error);
  store.away = false;
  EXPECT_TRUE(has_room());
}

TEST_F(Gate, WhoGaveUpDoesNotWaitAnyMore) {
  store.no_slots = true;
  for (int i = 0; i < 2; ++i) EXPECT_THROW(enter(), std::runtime_error);
  store.no_slots = false;
  store.away = true;
  EXPECT_THROW(enter(), std::runtime_error);
  EXPECT_EQ(store.lots, std::vector<int>{1});
}

TEST_F(Gate, TellsHowManyRequestsAreUnderWay) {
  const auto first = enter();
  clock.advance(milliseconds{60000});
  const auto second = enter();
  EXPECT_EQ(store.busy, (std::vector<int>{0, 1}));
}

TEST_F(Gate, APermitGivesItsSlotBack) {
  auto first = enter(), second = enter();
  ASSERT_TRUE(first && second);
  first.reset();
  EXPECT_TRUE(has_room());
}

}  // namespace
}  // namespace q2o::connector
