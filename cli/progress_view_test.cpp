#include "cli/progress_view.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/terminal.h"
#include "cli/watch.h"

namespace q2o::cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;

notifier::v1::Progress half_done() {
  notifier::v1::Progress progress;
  progress.mutable_migration()->set_state(billing::v1::STATE_RUNNING);
  auto* invoices = progress.add_entities();
  invoices->set_entity("Invoice");
  invoices->set_total(40);
  invoices->set_extracted(40);
  invoices->set_mapped(30);
  invoices->set_loaded(18);
  invoices->set_rejected(2);
  return progress;
}

TEST(ProgressView, ShowsBothNumbersOfEachFraction) {
  const auto lines = progress_lines(half_done(), 100);
  ASSERT_GE(lines.size(), 2u);
  EXPECT_THAT(lines[0], HasSubstr("Invoice"));
  EXPECT_THAT(lines[0], HasSubstr("20/40"));
  EXPECT_THAT(lines[0], HasSubstr("2 rejected"));
  EXPECT_THAT(lines[1], HasSubstr("20 of 40 records settled"));
}

TEST(ProgressView, HidesTheEtaUntilThereIsOne) {
  auto progress = half_done();
  progress.set_records_per_second(12);
  EXPECT_THAT(progress_line(progress), Not(HasSubstr("left")));
  progress.set_eta_seconds_low(50);
  progress.set_eta_seconds_high(80);
  EXPECT_THAT(progress_line(progress), HasSubstr("50 s to 1 min 20 s left"));
  progress.set_records_per_second(0);
  EXPECT_THAT(progress_line(progress), AllOf(HasSubstr(", 50 s to 1 min 20 s left"), Not(HasSubstr(", ,"))));
}

TEST(ProgressView, SaysWhatItWaitsForAndUntilWhen) {
  auto progress = half_done();
  progress.set_waiting_for("QuickBooks asked us to slow down");
  progress.set_waiting_until("2026-01-01T00:00:00Z");
  EXPECT_THAT(progress_lines(progress, 80).back(), HasSubstr("until 2026-01-01T00:00:00Z"));
}

TEST(ProgressView, EntitiesWithoutRecordsTakeNoLine) {
  auto progress = half_done();
  progress.add_entities()->set_entity("Budget");
  for (const auto& line : progress_lines(progress, 80)) EXPECT_THAT(line, Not(HasSubstr("Budget")));
}

TEST(NeedsPerson, PausedAndDifferentRunsWaitForSomebody) {
  billing::v1::Migration migration;
  migration.set_state(billing::v1::STATE_RUNNING);
  migration.set_directive(billing::v1::DIRECTIVE_GO);
  EXPECT_EQ(needs_person(migration), "");
  migration.set_directive(billing::v1::DIRECTIVE_PAUSE);
  migration.set_reason("token revoked");
  EXPECT_EQ(needs_person(migration), "token revoked");
  migration.set_directive(billing::v1::DIRECTIVE_GO);
  migration.set_state(billing::v1::STATE_VALIDATING);
  migration.set_verdict("DIFFERENT");
  EXPECT_NE(needs_person(migration), "");
}

TEST(Terminal, GroupsThousands) {
  EXPECT_EQ(grouped(0), "0");
  EXPECT_EQ(grouped(999), "999");
  EXPECT_EQ(grouped(1234567), "1,234,567");
}

}  // namespace
}  // namespace q2o::cli
