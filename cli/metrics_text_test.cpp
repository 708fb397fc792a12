#include "cli/metrics_text.h"

#include <gtest/gtest.h>

namespace q2o::cli {
namespace {

TEST(MetricsText, GivesLabelsAndValuesOfOneMetric) {
  const auto samples = metric_samples(
      "# HELP q2o_bus_lag_messages Lag\n# TYPE q2o_bus_lag_messages gauge\n"
      "q2o_bus_lag_messages{group=\"billing\"} 12\nq2o_bus_lag_messages{group=\"a\\\"b\",x=\"1\"} 3\nq2o_bus_lag_messages 7\n",
      "q2o_bus_lag_messages");
  ASSERT_EQ(samples.size(), 3u);
  EXPECT_EQ(samples[0].labels.at("group"), "billing");
  EXPECT_EQ(samples[0].value, 12);
  EXPECT_EQ(samples[1].labels.at("group"), "a\"b");
  EXPECT_EQ(samples[1].labels.at("x"), "1");
  EXPECT_TRUE(samples[2].labels.empty());
}

TEST(MetricsText, PassesOverOthersAndBrokenLines) {
  EXPECT_TRUE(
      metric_samples("q2o_bus_lag_messages_total 4\nq2o_bus_lag_messages{group=\"x\nq2o_bus_lag_messages zero\n", "q2o_bus_lag_messages")
          .empty());
  EXPECT_TRUE(metric_samples("", "q2o_bus_lag_messages").empty());
}

}  // namespace
}  // namespace q2o::cli
