#include "services/identity/adapters/sweeping.h"

#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>
#include <thread>

namespace q2o::identity {
namespace {

using namespace std::chrono_literals;

TEST(Sweeping, GoesOnByItselfWhenTheDatabaseIsBack) {
  std::mutex mutex;
  std::condition_variable changed;
  int rounds = 0;
  const auto sweep = [&]() -> std::size_t {
    const std::lock_guard lock(mutex);
    changed.notify_all();
    if (++rounds < 3) throw std::runtime_error("the connection is lost");
    return 7;
  };
  std::jthread loop([&](std::stop_token stop) { sweep_until(sweep, 1ms, stop); });
  std::unique_lock lock(mutex);
  EXPECT_TRUE(changed.wait_for(lock, 10s, [&] { return rounds >= 4; })) << rounds;
}

}  // namespace
}  // namespace q2o::identity
