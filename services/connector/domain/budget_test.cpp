#include "services/connector/domain/budget.h"

#include <gtest/gtest.h>

#include <random>

namespace q2o::connector {
namespace {

/// The most moments that any window of this length holds.
int busiest(const std::vector<Moment>& moments, Moment window) {
  std::size_t most = 0;
  for (std::size_t first = 0, last = 0; last < moments.size(); ++last) {
    while (moments[last] - moments[first] >= window) ++first;
    most = std::max(most, last - first + 1);
  }
  return static_cast<int>(most);
}

TEST(GrantLog, NeverGrantsMoreThanTheSourcePermitsInAnyWindow) {
  const Budget budget{500, 10, 10};
  std::minstd_rand random(7);
  std::vector<Moment> kept, all;
  Moment now{1'000'000};
  while (all.size() < 2000) {
    GrantLog log(budget, kept);
    const auto granted = log.grant(static_cast<int>(random() % 5 + 1), now, Moment{0});
    all.insert(all.end(), granted.begin(), granted.end());
    kept = log.moments();
    now = std::max(now + Moment{random() % 80}, granted.back() - Moment{random() % 50});
  }
  EXPECT_LE(busiest(all, Moment{1000}), 10);
  EXPECT_LE(busiest(all, Moment{60000}), 500);
  EXPECT_LE(kept.size(), 500u);
}

TEST(GrantLog, GrantsAtOnceWhileThereIsRoomAndThenPaces) {
  GrantLog log({500, 10, 10}, {});
  const auto granted = log.grant(11, Moment{5000}, Moment{0});
  EXPECT_EQ(granted[9], Moment{5000});
  EXPECT_GE(granted[10], Moment{6000});
}

TEST(GrantLog, ZeroIsNoLimitAndNothingIsKeptForIt) {
  GrantLog log({0, 0, 0}, {Moment{4000}});
  const auto granted = log.grant(1000, Moment{5000}, Moment{0});
  EXPECT_EQ(granted.back(), Moment{5000});
  EXPECT_TRUE(log.moments().empty());
  GrantLog paced({0, 10, 10}, {});
  EXPECT_GE(paced.grant(11, Moment{5000}, Moment{0}).back(), Moment{6000}) << "the other limit still holds";
  EXPECT_EQ(log.grant(1, Moment{5000}, Moment{65000}).front(), Moment{65000}) << "a block holds without limits too";
}

TEST(GrantLog, GrantsNothingBeforeABlockIsOver) {
  GrantLog log({500, 10, 10}, {});
  EXPECT_EQ(log.grant(1, Moment{5000}, Moment{65000}).front(), Moment{65000});
}

}  // namespace
}  // namespace q2o::connector
