#include "common/liveness/lease_keeper.h"

#include <gtest/gtest.h>

#include <semaphore>

namespace q2o::liveness {
namespace {

using namespace std::chrono_literals;

TEST(LeaseKeeper, RenewsUntilTheLeaseIsLostAndSaysSo) {
  std::binary_semaphore told(0);
  int renewed = 0;
  const LeaseKeeper keeper("a test", 1ms, [&] {
    if (++renewed == 2) throw std::runtime_error("the database is away");
    return renewed < 4;
  });
  const std::stop_callback on_lost(keeper.lost(), [&] { told.release(); });
  ASSERT_TRUE(told.try_acquire_for(30s));
  EXPECT_EQ(renewed, 4) << "the trouble in between was no loss";
}

TEST(LeaseKeeper, EndsAtOnceHoweverRarelyItRenews) {
  const LeaseKeeper keeper("a test", 1h, [] { return true; });
  EXPECT_FALSE(keeper.lost().stop_requested());
}

}  // namespace
}  // namespace q2o::liveness
