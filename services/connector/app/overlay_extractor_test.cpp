#include "services/connector/app/overlay_extractor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/connector/tests/harness.h"

namespace q2o::connector {
namespace {

using testing::Harness;
using ::testing::HasSubstr;
using testing::Killed;
using ::testing::SizeIs;

constexpr auto kOld = R"(,"TxnDate":"2026-02-03","TotalAmt":12.10)";

void fill(testing::FakeSource& source) {
  source.time = "2026-03-10T09:00:00.000-08:00";
  source.rows["Preferences"] = {R"({"CurrencyPrefs":{"HomeCurrency":{"value":"USD"}},"AccountingInfoPrefs":)"
                                R"({"FirstMonthOfFiscalYear":"January","BookCloseDate":"2026-01-31"},"Id":"1"})"};
  for (int i = 1; i <= 30; ++i) source.add("Invoice", std::to_string(i), kOld);
  source.add("Customer", "1", R"(,"DisplayName":"Fern","Active":true)");
  source.add("Customer", "2", R"(,"DisplayName":"Moss","Active":true)");
  source.add("TimeActivity", "70001", R"(,"TxnDate":"2026-02-04")");
  for (const auto* date : {"2026-01-15", "2026-02-03", "2026-03-09"}) source.add_posting(date);
}

/// A first run, and the harness of the one that asks for changes.
struct Later : Harness {
  Later() : first_() {
    fill(first_.source);
    EXPECT_TRUE(first_.run());
    earlier = std::make_unique<testing::MemoryRecordedRun>(first_.log.messages);
    recorded = earlier.get();
    source.rows = first_.source.rows;
    source.postings = first_.source.postings;
    source.time = "2026-03-20T09:00:00.000-08:00";
    clock.set(std::chrono::sys_days{std::chrono::year{2026} / 3 / 20});
    job.run = 2;
    job.base_run = 1;
    job.since = since(first_.journal.saved.source_time, std::chrono::minutes(10));
  }
  void replace(const std::string& id, const std::string& more, bool told = true) {
    const auto object = R"({"Id":")" + id + "\"" + more + "}";
    for (auto& row : source.rows["Invoice"])
      if (row.starts_with(R"({"Id":")" + id + "\"")) row = object;
    if (told) source.updated["Invoice"].push_back(object);
  }
  void remove(const std::string& id, bool told = true) {
    std::erase_if(source.rows["Invoice"], [&](const std::string& row) { return row.starts_with(R"({"Id":")" + id + "\""); });
    if (told) source.deleted["Invoice"].push_back(id);
  }
  testing::Reading reading() { return testing::read(log.messages); }
  std::string change(const std::string& id) {
    for (const auto& one : journal.changes)
      if (one.source_id == id) return one.entity + " " + std::string(word(one.kind)) + (one.closed ? " closed" : "");
    return "";
  }
  int page_requests() { return source.requests_with("FROM Invoice ORDERBY"); }

 private:
  Harness first_;

 public:
  std::unique_ptr<testing::MemoryRecordedRun> earlier;
};

TEST(Overlay, SendsTheEarlierRecordsOnWithWhatTheFeedTells) {
  Later h;
  h.replace("7", R"(,"TxnDate":"2026-01-20","TotalAmt":99)");
  h.replace("8", R"(,"TxnDate":"2026-02-03","TotalAmt":0)");
  h.source.rows["Invoice"].push_back(R"({"Id":"31","TxnDate":"2026-03-11","TotalAmt":5})");
  h.source.updated["Invoice"].push_back(R"({"Id":"31","TxnDate":"2026-03-11","TotalAmt":5})");
  h.remove("30");
  ASSERT_TRUE(h.run());
  const auto reading = h.reading();
  EXPECT_TRUE(reading.ended && reading.gapless && h.journal.finished);
  EXPECT_THAT(reading.bodies.at("Invoice"), SizeIs(30));
  EXPECT_FALSE(reading.bodies.at("Invoice").contains("30"));
  EXPECT_THAT(reading.bodies.at("Invoice").at("7"), HasSubstr("99"));
  EXPECT_EQ(reading.bodies.at("Invoice").at("6"), std::string(R"({"Id":"6")") + kOld + "}");
  EXPECT_TRUE(reading.ends.at("Invoice").complete());
  EXPECT_EQ(reading.ends.at("Invoice").counted_after(), 30u);
  EXPECT_EQ(h.page_requests(), 0) << "not one page was read";
  EXPECT_EQ(h.source.requests_with("/cdc?changedSince=2026-03-10T16:50:00+00:00&entities=Invoice"), 1);
  EXPECT_EQ(h.change("7"), "Invoice changed closed");
  EXPECT_EQ(h.change("8"), "Invoice voided");
  EXPECT_EQ(h.change("31"), "Invoice new");
  EXPECT_EQ(h.change("30"), "Invoice deleted");
  EXPECT_THAT(h.journal.changes, SizeIs(4));
  EXPECT_THAT(h.journal.saved.entities.at("Invoice").reading, HasSubstr("as recorded"));
}

TEST(Overlay, AnUnchangedSourceGivesTheSameRecords) {
  Later h;
  ASSERT_TRUE(h.run());
  EXPECT_THAT(h.reading().bodies.at("Invoice"), SizeIs(30));
  EXPECT_TRUE(h.journal.changes.empty());
}

TEST(Overlay, NamesAreReadInFullAndTheirEndIsSeen) {
  Later h;
  h.source.rows["Customer"] = {R"({"Id":"2","DisplayName":"Moss","Active":false})"};
  ASSERT_TRUE(h.run());
  EXPECT_EQ(h.change("1"), "Customer deleted");
  EXPECT_EQ(h.change("2"), "Customer made inactive");
}

TEST(Overlay, WhatIsNotInTheFeedComesByTheTimeOfTheLastChange) {
  Later h;
  h.source.rows["TimeActivity"].push_back(R"({"Id":"70002"})");
  h.source.updated["TimeActivity"].push_back(R"({"Id":"70002"})");
  ASSERT_TRUE(h.run());
  EXPECT_THAT(h.reading().bodies.at("TimeActivity"), SizeIs(2));
  EXPECT_EQ(h.source.requests_with("cdc?changedSince=2026-03-10T16:50:00+00:00&entities=TimeActivity"), 0);
  EXPECT_THAT(h.journal.saved.entities.at("TimeActivity").reading, HasSubstr("by the time of the last change"));
}

TEST(Overlay, ACountThatDoesNotAgreeMeansReadingInFull) {
  Later h;
  h.remove("30", false);
  ASSERT_TRUE(h.run());
  EXPECT_THAT(h.reading().bodies.at("Invoice"), SizeIs(29));
  EXPECT_GT(h.page_requests(), 0);
  EXPECT_EQ(h.change("30"), "Invoice deleted");
  EXPECT_THAT(h.journal.saved.entities.at("Invoice").reading, HasSubstr("the source counts 29"));
}

TEST(Overlay, AfterThirtyDaysTheFeedIsNotAsked) {
  Later h;
  h.clock.set(std::chrono::sys_days{std::chrono::year{2026} / 4 / 20});
  h.replace("7", R"(,"TxnDate":"2026-02-03","TotalAmt":99)");
  h.remove("30", false);
  ASSERT_TRUE(h.run());
  EXPECT_EQ(h.source.requests_with("/cdc?"), 0);
  EXPECT_THAT(h.reading().bodies.at("Invoice"), SizeIs(29));
  EXPECT_THAT(h.reading().bodies.at("Invoice").at("7"), HasSubstr("99"));
}

TEST(Overlay, AFeedThatIsFullIsNotTrusted) {
  Later h;
  h.manifest.changes.feed_rows_max = 3;
  for (const auto* id : {"7", "8", "9"}) h.replace(id, R"(,"TotalAmt":99)");
  ASSERT_TRUE(h.run());
  EXPECT_THAT(h.journal.saved.entities.at("Invoice").reading, HasSubstr("by the time of the last change"));
  h.manifest.changes.updated_rows_max = 2;
  Later many;
  many.manifest.changes.feed_rows_max = 3;
  many.manifest.changes.updated_rows_max = 2;
  for (const auto* id : {"7", "8", "9"}) many.replace(id, R"(,"TotalAmt":99)");
  ASSERT_TRUE(many.run());
  EXPECT_THAT(many.journal.saved.entities.at("Invoice").reading, HasSubstr("read in full: 3 records were changed"));
  EXPECT_EQ(many.change("9"), "Invoice changed");
}

TEST(Overlay, ALogThatHasForgottenIsSaidAndEverythingIsRead) {
  Later h;
  h.earlier->lost = true;
  h.replace("7", R"(,"TotalAmt":99)");
  ASSERT_TRUE(h.run());
  EXPECT_THAT(h.reading().bodies.at("Invoice"), SizeIs(30));
  EXPECT_THAT(h.journal.saved.entities.at("Invoice").reading, HasSubstr("does not hold the earlier run's records any more"));
  EXPECT_TRUE(h.journal.changes.empty()) << "there is nothing to compare with";
}

TEST(Overlay, GoesOnAfterBeingKilledAtAnyMoment) {
  for (int moment = 1;; ++moment) {
    Later h;
    h.options.limits.records_max = 7;
    h.replace("7", R"(,"TotalAmt":99)");
    h.remove("30");
    h.kill.arm(moment);
    bool killed = false;
    try {
      ASSERT_TRUE(h.run());
    } catch (const Killed&) {
      killed = true;
    }
    h.kill.arm(0);
    if (killed && !h.journal.finished) {
      ASSERT_TRUE(h.run()) << "moment " << moment;
    }
    const auto reading = h.reading();
    EXPECT_TRUE(reading.ended && reading.gapless && h.journal.finished) << "moment " << moment;
    EXPECT_THAT(reading.bodies.at("Invoice"), SizeIs(29)) << "moment " << moment;
    EXPECT_EQ(reading.ends.at("Invoice").records(), 29u) << "moment " << moment;
    EXPECT_EQ(h.change("7"), "Invoice changed") << "moment " << moment;
    EXPECT_EQ(h.change("30"), "Invoice deleted") << "moment " << moment;
    if (!killed) break;
    ASSERT_LT(moment, 2000);
  }
}

}  // namespace
}  // namespace q2o::connector
