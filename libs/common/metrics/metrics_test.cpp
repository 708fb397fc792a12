#include "common/metrics/metrics.h"

#include <gmock/gmock.h>

namespace q2o::metrics {
namespace {

using ::testing::HasSubstr;

TEST(Metrics, GiveTheSameHandleForTheSameNameAndLabels) {
  Registry registry;
  auto& one = registry.counter("q2o_test_records_total", "Records", {{"outcome", "created"}});
  EXPECT_EQ(&one, &registry.counter("q2o_test_records_total", "Records", {{"outcome", "created"}}));
  EXPECT_NE(&one, &registry.counter("q2o_test_records_total", "Records", {{"outcome", "rejected"}}));
  one.add(3);
  registry.gauge("q2o_test_open", "Open").set(7);
  registry.histogram("q2o_test_seconds", "Time", {0.1, 1}).observe(0.5);
  const auto text = registry.text();
  EXPECT_THAT(text, HasSubstr("q2o_test_records_total{outcome=\"created\"} 3"));
  EXPECT_THAT(text, HasSubstr("q2o_test_open 7"));
  EXPECT_THAT(text, HasSubstr("q2o_test_seconds_bucket{le=\"1\"} 1"));
}

}  // namespace
}  // namespace q2o::metrics
