#include "services/connector/domain/source_changes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace q2o::connector {
namespace {

using Kind = SourceChange::Kind;
using std::chrono::minutes;

const ShownPaths kPaths{"TxnDate", "DocNumber", "TotalAmt", "Active", {"CustomerRef.name", "Name"}, {"Balance", "MetaData"}};

TEST(Since, IsTheSourcesOwnTimeLessTheOverlapInUtc) {
  EXPECT_EQ(since("2026-03-01T00:05:30.722-08:00", minutes(10)), "2026-03-01T07:55:30+00:00");
  EXPECT_EQ(since("2026-03-01T00:05:30Z", minutes(10)), "2026-02-28T23:55:30+00:00");
  EXPECT_EQ(since("2026-03-01T00:05:30+01:00", minutes(0)), "2026-02-28T23:05:30+00:00");
  for (const auto* nonsense : {"", "t", "2026-13-01T00:00:00Z", "2026-03-01", "2026-03-01T00:00:00 o'clock"})
    EXPECT_EQ(since(nonsense, minutes(10)), "") << nonsense;
}

TEST(Since, ALookBackIsCountedInWholeDays) {
  const std::chrono::system_clock::time_point now{std::chrono::sys_days{std::chrono::year{2026} / 3 / 30}};
  EXPECT_FALSE(older_than("2026-03-01T00:00:00+00:00", 29, now));
  EXPECT_TRUE(older_than("2026-02-28T23:59:59+00:00", 29, now));
  EXPECT_TRUE(older_than("", 29, now)) << "what nobody knows is too old";
}

Row row(const std::string& id, const std::string& more) {
  return {id, R"({"Id":")" + id + R"(",)" + more + "}"};
}

TEST(Comparison, TellsNewChangedVoidedInactiveAndDeleted) {
  Comparison it(kPaths, "Invoice", "2025-12-31");
  it.was(row("1", R"("TxnDate":"2026-01-05","TotalAmt":10.00)"));
  it.was(row("2", R"("TxnDate":"2026-01-05","TotalAmt":10.00,"DocNumber":"A2")"));
  it.was(row("3", R"("TxnDate":"2026-01-05","TotalAmt":10.00)"));
  it.was(row("4", R"("Active":true,"Name":"Fern")"));
  it.was(row("5", R"("TxnDate":"2025-12-31","TotalAmt":7.50,"DocNumber":"A5")"));
  EXPECT_EQ(it.now(row("1", R"("TxnDate":"2026-01-05","TotalAmt":10.00)")), std::nullopt);
  const auto changed = it.now(row("2", R"("TxnDate":"2025-12-30","TotalAmt":11.00,"DocNumber":"A2")"));
  ASSERT_TRUE(changed);
  EXPECT_EQ(changed->kind, Kind::changed);
  EXPECT_TRUE(changed->closed) << "it moved into closed books";
  EXPECT_EQ(changed->before.amount + " " + changed->after.amount, "10.00 11.00");
  EXPECT_EQ(it.now(row("3", R"("TxnDate":"2026-01-05","TotalAmt":0)"))->kind, Kind::voided);
  EXPECT_EQ(it.now(row("4", R"("Active":false,"Name":"Fern")"))->kind, Kind::inactive);
  const auto added = it.now(row("9", R"("TxnDate":"2026-02-01","TotalAmt":1)"));
  EXPECT_EQ(added->kind, Kind::added);
  EXPECT_FALSE(added->closed);
  const auto gone = it.gone();
  ASSERT_EQ(gone.size(), 1u);
  EXPECT_EQ(gone[0].source_id, "5");
  EXPECT_EQ(gone[0].before.number, "A5");
  EXPECT_TRUE(gone[0].closed);
}

TEST(Comparison, WhatMovesWithOtherRecordsIsNoChange) {
  Comparison it(kPaths, "Customer", "");
  it.was(row("1", R"("Name":"Fern","Balance":10,"MetaData":{"LastUpdatedTime":"a"})"));
  EXPECT_EQ(it.now(row("1", R"("Name":"Fern","Balance":99,"MetaData":{"LastUpdatedTime":"b"})")), std::nullopt);
}

TEST(Comparison, WhatWasSentOnAsItWasHasNotGone) {
  Comparison it(kPaths, "Invoice", "");
  it.was(row("1", R"("TotalAmt":1)"));
  it.seen("1");
  EXPECT_TRUE(it.gone().empty());
}

}  // namespace
}  // namespace q2o::connector
