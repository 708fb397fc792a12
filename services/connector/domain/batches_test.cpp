#include "services/connector/domain/batches.h"

#include <gtest/gtest.h>

namespace q2o::connector {
namespace {

std::vector<Row> rows(int count, std::size_t bytes) {
  std::vector<Row> all;
  for (int i = 0; i < count; ++i) all.push_back({std::to_string(i), std::string(bytes, 'x')});
  return all;
}

TEST(Batches, HoldAtMostFiveHundredRecords) {
  const auto cut_rows = cut(rows(1000, 10), {});
  ASSERT_EQ(cut_rows.batches.size(), 2u);
  EXPECT_EQ(cut_rows.batches[0].size(), 500u);
  EXPECT_EQ(cut_rows.batches[1].front().id, "500");
}

TEST(Batches, HoldAtMostTheirBytesAndKeepTheOrder) {
  std::size_t next = 0;
  for (const auto& batch : cut(rows(100, 100'000), {}).batches) {
    EXPECT_LE(batch.size(), 7u);
    for (const auto& row : batch) EXPECT_EQ(row.id, std::to_string(next++));
  }
  EXPECT_EQ(next, 100u);
}

TEST(Batches, ABigRecordTravelsAloneAndATooBigOneNotAtAll) {
  std::vector<Row> all{{"1", "a"}, {"2", std::string(2u << 20, 'x')}, {"3", "b"}, {"4", std::string((16u << 20) + 1, 'x')}};
  const auto cut_rows = cut(std::move(all), {});
  ASSERT_EQ(cut_rows.batches.size(), 3u);
  EXPECT_EQ(cut_rows.batches[1].size(), 1u);
  ASSERT_EQ(cut_rows.too_big.size(), 1u);
  EXPECT_EQ(cut_rows.too_big[0], "4 (16777217 bytes)");
}

TEST(Batches, NothingMakesNoBatch) {
  EXPECT_TRUE(cut({}, {}).batches.empty());
}

}  // namespace
}  // namespace q2o::connector
