#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/connector/app/run_extractor.h"
#include "services/connector/tests/harness.h"

/// How often the source is asked, and when.
namespace q2o::connector {
namespace {

using testing::Harness;
using ::testing::SizeIs;

void fill(testing::FakeSource& source, int invoices) {
  source.add("Account", "1", R"(,"Name":"Bank")");
  for (int i = 1; i <= invoices; ++i) source.add("Invoice", std::to_string(i), R"(,"TxnDate":"2026-02-03")");
  source.add("Bill", "70001", R"(,"TxnDate":"2026-02-04")");
  source.add_posting("2026-02-03");
}

TEST(Lookahead, AListingThatCameWholeInOneAnswerIsCountedOnce) {
  Harness h;
  fill(h.source, 12);
  ASSERT_TRUE(h.run());
  EXPECT_EQ(h.source.requests_with("COUNT(*) FROM Invoice"), 1);
  EXPECT_EQ(h.source.requests_with("SELECT * FROM Invoice"), 1);
  EXPECT_EQ(h.source.requests_with("COUNT(*) FROM Transfer"), 1);
  EXPECT_EQ(h.source.requests_with("SELECT * FROM Transfer"), 0);
  EXPECT_THAT(testing::read(h.log.messages).bodies.at("Invoice"), SizeIs(12));
}

TEST(Lookahead, AListingOfSeveralPagesIsCountedAgainAndNoPageIsAskedForTwice) {
  Harness h;
  h.manifest.query.page_rows = 5;
  fill(h.source, 12);
  ASSERT_TRUE(h.run());
  EXPECT_EQ(h.source.requests_with("COUNT(*) FROM Invoice"), 2);
  EXPECT_EQ(h.source.requests_with("FROM Invoice ORDERBY Id STARTPOSITION 1 "), 1);
  EXPECT_THAT(testing::read(h.log.messages).bodies.at("Invoice"), SizeIs(12));
}

TEST(Lookahead, WithoutItTheSameIsRead) {
  Harness with, without;
  without.options.entities_ahead = -1;  // not even the one whose turn it is
  for (auto* h : {&with, &without}) {
    h->manifest.query.page_rows = 5;
    fill(h->source, 12);
    ASSERT_TRUE(h->run());
  }
  EXPECT_EQ(testing::read(with.log.messages).bodies, testing::read(without.log.messages).bodies);
  EXPECT_EQ(with.log.ids, without.log.ids);
  EXPECT_EQ(with.source.requests_with(""), without.source.requests_with(""));
}

TEST(Lookahead, OneRowMoreThanWasCountedIsReadAndToldThoughAllCameInOneAnswer) {
  Harness h;
  fill(h.source, 3);
  bool added = false;
  h.source.before_query = [&](const std::string& statement) {
    if (added || statement.find("SELECT * FROM Invoice") == std::string::npos) return;
    added = true;
    h.source.add("Invoice", "4");
  };
  ASSERT_TRUE(h.run());
  const auto reading = testing::read(h.log.messages);
  EXPECT_THAT(reading.bodies.at("Invoice"), SizeIs(4));
  EXPECT_EQ(reading.ends.at("Invoice").counted_before(), 3u);
  EXPECT_EQ(reading.ends.at("Invoice").counted_after(), 4u);
}

}  // namespace
}  // namespace q2o::connector
