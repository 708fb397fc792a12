#include "cli/changes_view.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace q2o::cli {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

connector::v1::ListChangesResponse report() {
  connector::v1::ListChangesResponse out;
  out.set_base_run(3);
  auto& invoices = *out.add_entities();
  invoices.set_entity("Invoice");
  invoices.set_reading("as recorded, 4 by the change feed");
  invoices.set_added(1);
  invoices.set_changed(2);
  invoices.set_deleted(1);
  out.add_entities()->set_entity("Bill");
  auto& full = *out.add_entities();
  full.set_entity("Purchase");
  full.set_reading("read in full: the source counts 7, the earlier run with the changes told since has 8");
  auto& change = *out.add_changes();
  change.set_entity("Invoice");
  change.set_source_id("130");
  change.set_number("1043");
  change.set_party("Amy");
  change.set_kind("voided");
  change.set_before_date("2025-12-31");
  change.set_before_amount("120.00");
  change.set_after_date("2025-12-31");
  change.set_after_amount("0");
  return out;
}

TEST(ChangesView, ShowsWhatChangedHowItWasReadAndWhatLiesInClosedBooks) {
  const auto lines = changes_lines(report());
  EXPECT_THAT(lines.front(), HasSubstr("since run 3"));
  EXPECT_THAT(lines, Contains(HasSubstr("as recorded, 4 by the change feed")));
  EXPECT_THAT(lines, Contains(HasSubstr("Purchase")));
  EXPECT_THAT(lines, Contains("  Invoice 1043, Amy: voided, 2025-12-31 120.00 -> 2025-12-31 0"));
  EXPECT_THAT(lines, ::testing::Not(Contains(HasSubstr("Bill"))));
}

TEST(ChangesView, SaysThatNothingHasChanged) {
  connector::v1::ListChangesResponse none;
  none.set_base_run(1);
  EXPECT_THAT(changes_lines(none), Contains("  nothing"));
}

TEST(ChangesView, GivesSumsToScripts) {
  json::Writer out;
  out.begin_object();
  add_changes(out, report());
  const auto text = out.end_object().take();
  EXPECT_THAT(text, HasSubstr(R"("base_run":3,"added":1,"changed":2,"deleted":1)"));
  EXPECT_THAT(text, HasSubstr(R"("closed":[{"entity":"Invoice","source_id":"130","kind":"voided")"));
}

}  // namespace
}  // namespace q2o::cli
