#include "services/connector/app/run_extractor.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/connector/tests/harness.h"

namespace q2o::connector {
namespace {

using ::testing::AllOf;
using testing::fault;
using testing::Harness;
using ::testing::HasSubstr;
using testing::json_answer;
using testing::Killed;
using ::testing::SizeIs;

/// A small company: `invoices` invoices, some accounts, a ledger over three months.
void fill(testing::FakeSource& source, int invoices) {
  for (int i = 1; i <= 12; ++i) source.add("Account", std::to_string(i), fmt::format(R"(,"Name":"Account {}")", i));
  for (int i = 1; i <= invoices; ++i) source.add("Invoice", std::to_string(i), R"(,"TxnDate":"2026-02-03","TotalAmt":12.10)");
  source.add("Payment", "90001", R"(,"TxnDate":"2026-03-09")");
  for (const auto* date : {"2026-01-15", "2026-02-03", "2026-03-09"}) source.add_posting(date);
}

TEST(Run, PublishesEverythingInStagesWithCountsThatAgree) {
  Harness h;
  fill(h.source, 30);
  ASSERT_TRUE(h.run());
  const auto reading = testing::read(h.log.messages);
  EXPECT_TRUE(reading.ended && reading.gapless && h.journal.finished);
  EXPECT_THAT(reading.bodies.at("Invoice"), SizeIs(30));
  EXPECT_EQ(reading.bodies.at("Invoice").at("7"), R"({"Id":"7","TxnDate":"2026-02-03","TotalAmt":12.10})");
  EXPECT_THAT(reading.bodies.at("GeneralLedger"), SizeIs(3));
  EXPECT_TRUE(reading.bodies.at("GeneralLedger").contains("GeneralLedger/2026-02"));
  const auto plan = plan_of(h.manifest, {});
  EXPECT_EQ(reading.order.size(), plan.size());
  for (std::size_t i = 0; i < plan.size(); ++i) EXPECT_EQ(reading.order[i], plan[i]->name);
  for (const auto& [entity, end] : reading.ends) {
    EXPECT_EQ(end.records(), end.counted_after()) << entity;
    EXPECT_EQ(end.records(), end.counted_before()) << entity;
    EXPECT_EQ(end.explanation(), "") << entity;
  }
  EXPECT_EQ(h.log.messages.front().run_start().home_currency(), "USD");
  EXPECT_EQ(h.log.messages.back().run_end().messages(), h.log.messages.size());
  EXPECT_EQ(h.journal.positions.size(), h.log.messages.size());
}

TEST(Run, KeepsTheReportsThatTheProofNeeds) {
  Harness h;
  fill(h.source, 1);
  ASSERT_TRUE(h.run());
  for (const auto& key : {ReportKey{"TrialBalance", "2026-01-01", "2026-01-31"}, ReportKey{"TrialBalance", "2026-01-01", "2026-03-31"},
                          ReportKey{"BalanceSheet", "2026-01-01", "2026-12-31"}, ReportKey{"ProfitAndLoss", "2026-01-01", "2026-03-09"},
                          ReportKey{"AgedReceivables", "", "2026-03-09"}, ReportKey{"GeneralLedger", "2026-02-01", "2026-02-28"}})
    EXPECT_TRUE(h.journal.stored.contains(key)) << std::get<0>(key) << " " << std::get<2>(key);
}

TEST(Run, GoesOnAfterBeingKilledAtAnyMomentAndLosesNothing) {
  Harness undisturbed;
  undisturbed.manifest.query.page_rows = 10;
  undisturbed.options.limits.records_max = 4;
  fill(undisturbed.source, 37);
  ASSERT_TRUE(undisturbed.run());
  const auto expected = testing::read(undisturbed.log.messages);
  const std::set<std::string> expected_ids(undisturbed.log.ids.begin(), undisturbed.log.ids.end());
  for (int moment = 1;; ++moment) {
    Harness h;
    h.manifest.query.page_rows = 10;
    h.options.limits.records_max = 4;
    fill(h.source, 37);
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
    const auto reading = testing::read(h.log.messages);
    EXPECT_EQ(reading.bodies, expected.bodies) << "moment " << moment;
    EXPECT_TRUE(reading.ended && reading.gapless && h.journal.finished) << "moment " << moment;
    EXPECT_EQ(std::set<std::string>(h.log.ids.begin(), h.log.ids.end()), expected_ids)
        << "what was sent twice has the same id; moment " << moment;
    if (!killed) break;
    ASSERT_LT(moment, 2000);
  }
}

TEST(Run, ARecordAddedWhileReadingIsReadAgain) {
  Harness h;
  h.manifest.query.page_rows = 5;
  fill(h.source, 12);
  bool added = false;
  // Sorts before everything: the pages behind it shift by one, the new one is missed by the first pass.
  h.source.before_query = [&](const std::string& statement) {
    if (added || statement.find("FROM Invoice ORDERBY Id STARTPOSITION 5") == std::string::npos) return;
    added = true;
    h.source.rows["Invoice"].insert(h.source.rows["Invoice"].begin(), R"({"Id":"0"})");
  };
  ASSERT_TRUE(h.run());
  const auto reading = testing::read(h.log.messages);
  EXPECT_THAT(reading.bodies.at("Invoice"), SizeIs(13));
  EXPECT_EQ(reading.ends.at("Invoice").records(), 13u);
  EXPECT_EQ(reading.ends.at("Invoice").counted_after(), 13u);
  EXPECT_THAT(reading.ends.at("Invoice").explanation(), HasSubstr("counted 12 before and 13 after"));
}

TEST(Run, ARecordDeletedWhileReadingIsExplained) {
  Harness h;
  h.manifest.query.page_rows = 5;
  fill(h.source, 12);
  bool gone = false;
  h.source.before_query = [&](const std::string& statement) {
    if (gone || statement.find("FROM Invoice ORDERBY Id STARTPOSITION 9") == std::string::npos) return;
    gone = true;
    h.source.rows["Invoice"].erase(h.source.rows["Invoice"].begin());
  };
  h.options.pages_ahead = 1;
  ASSERT_TRUE(h.run());
  const auto end = testing::read(h.log.messages).ends.at("Invoice");
  EXPECT_EQ(end.records(), 12u);
  EXPECT_EQ(end.counted_after(), 11u);
  EXPECT_THAT(end.explanation(), HasSubstr("1 record was deleted in the source"));
}

/// One of the rows already read goes, one comes at the end: the count is the same, and the row that slipped over the border is not read.
void swap_one(testing::FakeSource& source) {
  source.rows["Invoice"].erase(source.rows["Invoice"].begin());
  source.add("Invoice", "13");
}

TEST(Run, ARowThatSlippedOverThePageBorderIsReadThoughTheCountAgrees) {
  Harness h;
  h.manifest.query.page_rows = 5;
  h.options.pages_ahead = 1;
  fill(h.source, 12);
  int pages = 0;
  h.source.before_query = [&](const std::string& statement) {
    if (statement.find("FROM Invoice ORDERBY Id STARTPOSITION") != std::string::npos && ++pages == 2) swap_one(h.source);
  };
  ASSERT_TRUE(h.run());
  const auto reading = testing::read(h.log.messages);
  EXPECT_THAT(reading.bodies.at("Invoice"), SizeIs(13));
  EXPECT_EQ(reading.ends.at("Invoice").counted_after(), 12u);
  EXPECT_THAT(reading.ends.at("Invoice").explanation(), HasSubstr("1 record was deleted in the source"));
}

TEST(Run, WhatMovedWhileNobodyReadIsNoticedOnReturn) {
  for (int moment = 1;; ++moment) {
    Harness h;
    h.manifest.query.page_rows = 5;
    fill(h.source, 12);
    h.kill.arm(moment);
    try {
      if (h.run() && !h.kill.went_off()) break;
    } catch (const Killed&) {
      h.kill.arm(0);
    }
    const auto invoices = h.journal.saved.entities["Invoice"];
    if (invoices.done || invoices.position == 1) continue;
    swap_one(h.source);
    ASSERT_TRUE(h.run());
    const auto reading = testing::read(h.log.messages);
    EXPECT_TRUE(reading.bodies.at("Invoice").contains(std::to_string(invoices.position))) << "moment " << moment;
  }
}

TEST(Run, ACompanyThatNeverRestsIsExplained) {
  Harness h;
  h.manifest.query.page_rows = 5;
  h.options.pages_ahead = 1;
  fill(h.source, 12);
  int next = 100;
  h.source.before_query = [&](const std::string& statement) {
    if (statement.find("FROM Invoice ORDERBY Id STARTPOSITION 5") == std::string::npos) return;
    h.source.rows["Invoice"].erase(h.source.rows["Invoice"].begin());
    h.source.add("Invoice", std::to_string(++next));
  };
  ASSERT_TRUE(h.run());
  EXPECT_THAT(testing::read(h.log.messages).ends.at("Invoice").explanation(), HasSubstr("it was asked 3 times"));
}

TEST(Run, APageOfAThousandIsOneCall) {
  Harness h;
  fill(h.source, 4000);
  ASSERT_TRUE(h.run());
  EXPECT_THAT(testing::read(h.log.messages).bodies.at("Invoice"), SizeIs(4000));
  EXPECT_LE(h.source.requests_with("FROM Invoice ORDERBY Id STARTPOSITION"), 5) << "at most 1.3 for 1,000 records";
}

TEST(Run, APageOfOneRowTooManyAdvancesByTheRowsThatCame) {
  Harness h;
  h.manifest.query.page_rows = 5;
  fill(h.source, 17);
  h.source.disturb = [&](const std::string& url) -> std::optional<Result<http::Response>> {
    const auto at = url.find("FROM Invoice ORDERBY Id STARTPOSITION 1 MAXRESULTS 5");
    if (at == std::string::npos) return std::nullopt;
    std::string rows;
    for (int i = 0; i < 6; ++i) rows += (i ? "," : "") + h.source.rows["Invoice"][static_cast<std::size_t>(i)];
    return json_answer(200, R"({"QueryResponse":{"Invoice":[)" + rows + "]}}");
  };
  ASSERT_TRUE(h.run());
  const auto reading = testing::read(h.log.messages);
  EXPECT_THAT(reading.bodies.at("Invoice"), SizeIs(17));
  EXPECT_EQ(reading.ends.at("Invoice").explanation(), "");
}

TEST(Run, ABadRecordInAPageIsSteppedOverAndNamed) {
  for (const int bad : {8, 13}) {  // the last row of a page, which is asked for twice, and one within
    Harness h;
    h.manifest.query.page_rows = 8;
    fill(h.source, 20);
    h.source.disturb = [bad](const std::string& url) -> std::optional<Result<http::Response>> {
      const auto at = url.find("FROM Invoice ORDERBY Id STARTPOSITION ");
      if (at == std::string::npos) return std::nullopt;
      int start = 0, rows = 0;
      if (std::sscanf(url.c_str() + at, "FROM Invoice ORDERBY Id STARTPOSITION %d MAXRESULTS %d", &start, &rows) != 2) return std::nullopt;
      if (start <= bad && bad < start + rows) return json_answer(400, fault("4002", "QueryProcessingError"));
      return std::nullopt;
    };
    ASSERT_TRUE(h.run());
    const auto reading = testing::read(h.log.messages);
    EXPECT_THAT(reading.bodies.at("Invoice"), SizeIs(19));
    EXPECT_FALSE(reading.bodies.at("Invoice").contains(std::to_string(bad)));
    const auto explanation = reading.ends.at("Invoice").explanation();
    EXPECT_THAT(explanation, HasSubstr(fmt::format("position {} cannot be read", bad)));
    EXPECT_EQ(explanation.find("The record", 1), std::string::npos) << "it is named once";
    EXPECT_THAT(reading.bodies.at("Payment"), SizeIs(1)) << "the rest of the run is unharmed";
  }
}

TEST(Run, AFeatureOutsideOfThePlanIsEmptyAndExplained) {
  Harness h;
  fill(h.source, 1);
  h.source.disturb = [](const std::string& url) -> std::optional<Result<http::Response>> {
    if (url.find("FROM PurchaseOrder") == std::string::npos) return std::nullopt;
    return json_answer(400, fault("5030", "Feature Not Supported Error"));
  };
  ASSERT_TRUE(h.run());
  const auto end = testing::read(h.log.messages).ends.at("PurchaseOrder");
  EXPECT_EQ(end.records(), 0u);
  EXPECT_EQ(end.absence(), v1::ABSENCE_FEATURE_OFF);
  EXPECT_THAT(end.explanation(), AllOf(HasSubstr("The feature is off in the source"), HasSubstr("Feature Not Supported")));
}

TEST(Run, AnEntityThatTheSourceRefusesIsToldFromAFeatureThatIsOff) {
  Harness h;
  fill(h.source, 1);
  h.source.disturb = [](const std::string& url) -> std::optional<Result<http::Response>> {
    if (url.find("FROM InventoryAdjustment") == std::string::npos) return std::nullopt;
    return json_answer(400, fault("4001", "Invalid query"));
  };
  ASSERT_TRUE(h.run());
  const auto ends = testing::read(h.log.messages).ends;
  EXPECT_EQ(ends.at("InventoryAdjustment").absence(), v1::ABSENCE_REFUSED);
  EXPECT_THAT(ends.at("InventoryAdjustment").explanation(), AllOf(HasSubstr("The source refused to list it"), HasSubstr("code 4001")));
  EXPECT_EQ(ends.at("Invoice").absence(), v1::ABSENCE_UNSPECIFIED);
}

TEST(Run, AnUnknownQueryOnAnEntityThatEveryCompanyHasFailsTheRun) {
  Harness h;
  fill(h.source, 1);
  h.source.disturb = [](const std::string& url) -> std::optional<Result<http::Response>> {
    if (url.find("FROM Invoice") == std::string::npos) return std::nullopt;
    return json_answer(400, fault("4001", "Invalid query"));
  };
  const auto step = h.run();
  ASSERT_FALSE(step);
  EXPECT_EQ(step.error().kind, Halt::Kind::failed);
  EXPECT_THAT(step.error().error.message, HasSubstr("Invoice: the source answered HTTP 400, code 4001"));
}

TEST(Run, ALedgerTooBigForOneAnswerIsCutSmallerAndItsDatesComeFromTheDocuments) {
  Harness h;
  fill(h.source, 3);
  for (int day = 1; day <= 28; ++day) h.source.add_posting(fmt::format("2026-02-{:02}", day));
  h.source.add_posting("2025-11-30");  // only the ledger knows it
  h.source.report_rows_max = 10;
  ASSERT_TRUE(h.run());
  const auto reading = testing::read(h.log.messages);
  const auto& slices = reading.bodies.at("GeneralLedger");
  EXPECT_TRUE(slices.contains("GeneralLedger/2025-11"));
  EXPECT_TRUE(slices.contains("GeneralLedger/2026-03"));
  EXPECT_FALSE(slices.contains("GeneralLedger/2026-02"));
  EXPECT_GE(slices.size(), 7u);
  for (const auto& [id, body] : slices) EXPECT_EQ(body.find("Unable to display"), std::string::npos) << id;
  EXPECT_EQ(h.source.requests_with("ORDERBY TxnDate"), 6) << "deposits; then invoices and receipts: their dates are enough";
}

TEST(Run, MoreDocumentsAreAskedForTheirDatesWhereTheLedgerHasMuchOutsideOfThoseOfTheFirst) {
  Harness h;
  fill(h.source, 3);
  h.source.add("BillPayment", "80001", R"(,"TxnDate":"2024-01-05")");  // among the last that are asked
  for (int day = 1; day <= 20; ++day) h.source.add_posting(fmt::format("2024-01-{:02}", day));
  h.source.report_rows_max = 10;
  ASSERT_TRUE(h.run());
  const auto slices = testing::read(h.log.messages).bodies.at("GeneralLedger");
  EXPECT_TRUE(slices.begin()->first.starts_with("GeneralLedger/2024-01")) << slices.begin()->first;
  EXPECT_TRUE(slices.contains("GeneralLedger/2026-03"));
}

TEST(Run, ALedgerThatNoDocumentTellsTheDatesOfIsNotTakenForAnEmptyOne) {
  Harness h;
  for (int day = 1; day <= 20; ++day) h.source.add_posting(fmt::format("2024-01-{:02}", day));
  h.source.report_rows_max = 10;
  const auto step = h.run();
  ASSERT_FALSE(step);
  EXPECT_EQ(step.error().kind, Halt::Kind::failed);
  EXPECT_EQ(step.error().error.reason, "TRUNCATED");
}

TEST(Run, AnAnswerOfDatesThatIsTooLargeForMemoryIsAskedForInParts) {
  Harness h;
  fill(h.source, 3);
  for (int n = 0; n < 60000; ++n) h.source.add_posting("2026-02-03");
  ASSERT_TRUE(h.run());
  EXPECT_TRUE(testing::read(h.log.messages).bodies.at("GeneralLedger").contains("GeneralLedger/2026-02"));
  EXPECT_GT(h.source.requests_with("ORDERBY TxnDate"), 0);
}

TEST(Run, AnEmptyCompanyHasAnEmptyLedgerOfThisMonth) {
  Harness h;
  ASSERT_TRUE(h.run());
  EXPECT_THAT(testing::read(h.log.messages).bodies.at("GeneralLedger"), SizeIs(1));
}

TEST(Run, PauseLeavesAtABatchBorderAndResumesThere) {
  Harness h;
  fill(h.source, 30);
  h.journal.pause_after_looks = 12;
  const auto paused = h.run();
  ASSERT_FALSE(paused);
  EXPECT_EQ(paused.error().kind, Halt::Kind::paused);
  const auto sent = h.log.messages.size();
  h.journal.pause_after_looks = -1;
  ASSERT_TRUE(h.run());
  EXPECT_EQ(h.log.messages[sent].sequence(), sent + 1) << "nothing is sent twice after a pause";
  EXPECT_TRUE(testing::read(h.log.messages).ended);
}

TEST(Run, StopAndALostLeaseEndIt) {
  Harness h;
  fill(h.source, 3);
  h.journal.now = billing::v1::DIRECTIVE_STOP;
  EXPECT_EQ(h.run().error().kind, Halt::Kind::stopped);
  h.journal.now = billing::v1::DIRECTIVE_GO;
  h.journal.fenced = true;
  EXPECT_EQ(h.run().error().kind, Halt::Kind::lost);
}

TEST(Run, ABrokerThatIsAwayMeansLater) {
  Harness h;
  h.log.refuse = Error{Code::unavailable, "no broker", Retry::after_backoff, Effect::unknown, "", "", {}};
  EXPECT_EQ(h.run().error().kind, Halt::Kind::later);
  EXPECT_TRUE(h.run());
}

std::size_t batches_in(const std::vector<v1::RawMessage>& messages) {
  return static_cast<std::size_t>(std::ranges::count_if(messages, [](const auto& message) { return message.has_batch(); }));
}

/// The loader is away: whoever waits for it waits until the process is told to stop.
Step run_until_it_waits(Harness& h) {
  std::stop_source stop;
  h.journal.on_released = [&, left = 500]() mutable {
    if (--left == 0) stop.request_stop();
  };
  return h.run(stop.get_token());
}

TEST(Run, StopsAtTheWindowWhenNobodyStoresHoweverOftenItIsStartedAgain) {
  Harness h;
  h.manifest.query.page_rows = 5;
  fill(h.source, 60);
  h.options.window_batches = 8;
  for (int start = 0; start < 3; ++start) {
    const auto step = run_until_it_waits(h);
    ASSERT_FALSE(step);
    EXPECT_EQ(step.error().kind, Halt::Kind::shutdown);
    EXPECT_LE(batches_in(h.log.messages), 8u);
    EXPECT_GT(batches_in(h.log.messages), 4u);
  }
  EXPECT_GT(h.log.messages.size(), batches_in(h.log.messages)) << "ends of entities are no part of the window";
  h.journal.on_released = [&] { h.journal.released_sequence = h.log.messages.back().sequence(); };  // it is there again
  ASSERT_TRUE(h.run());
  EXPECT_GT(batches_in(h.log.messages), 8u);
}

TEST(Run, EndsOfEntitiesDoNotFillTheWindowOfARestartedRun) {
  Harness h;
  fill(h.source, 1);
  ASSERT_TRUE(h.run());
  const std::size_t batches = batches_in(h.log.messages);
  ASSERT_GT(h.log.messages.size(), batches);
  for (int moment = 1;; ++moment) {
    Harness again;
    fill(again.source, 1);
    again.options.window_batches = batches + 1;
    again.kill.arm(moment);
    try {
      if (again.run() && !again.kill.went_off()) break;
    } catch (const testing::Killed&) {
      again.kill.arm(0);
    }
    ASSERT_TRUE(run_until_it_waits(again)) << "killed at moment " << moment;
  }
}

TEST(Run, OnlyWantedDocumentsButAllReferenceDataArePublished) {
  Harness h;
  fill(h.source, 2);
  h.job.entities = {"Invoice"};
  ASSERT_TRUE(h.run());
  const auto reading = testing::read(h.log.messages);
  EXPECT_TRUE(reading.ends.contains("Account") && reading.ends.contains("GeneralLedger") && reading.ends.contains("Invoice"));
  EXPECT_FALSE(reading.ends.contains("Payment"));
}

TEST(Run, ARevokedConnectionFailsTheRunWithWordsThatHelp) {
  Harness h;
  fill(h.source, 2);
  h.source.revoked = true;
  const auto step = h.run();
  ASSERT_FALSE(step);
  EXPECT_EQ(step.error().kind, Halt::Kind::failed);
  EXPECT_EQ(step.error().error.reason, "CONNECTION_BROKEN");
  EXPECT_EQ(h.connections.stored.connection.state, "broken");
}

}  // namespace
}  // namespace q2o::connector
