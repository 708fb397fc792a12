#include "services/validator/adapters/render.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/validator/adapters/report_proto.h"
#include "services/validator/tests/books.h"

namespace q2o::validator {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

v1::Report report_of(TargetBooks target, const RunNotes& notes) {
  const auto source = fakes::small_company();
  fakes::sum_up(target, days_needed(source));
  return to_proto(prove(source, target, notes), {"tenant", "migration", "qbo1", "target", 1}, "2026-02-01T10:00:00Z");
}

class Rendered : public ::testing::Test {
 protected:
  SourceBooks source_ = fakes::small_company();
  TargetBooks target_ = fakes::migrated(source_);
  RunNotes notes_ = fakes::clean_notes(source_);
};

TEST_F(Rendered, ThePageBeginsWithTheVerdictSentenceAndNeedsNothingFromOutside) {
  const auto page = render_html(report_of(target_, notes_));
  EXPECT_THAT(page, HasSubstr("<h1>The books match: 3 transactions"));
  for (const auto* outside : {"<script", "<link", "http://", "https://", "@import", "url("}) EXPECT_THAT(page, Not(HasSubstr(outside)));
  EXPECT_LT(page.find("<h1>"), page.find("What was checked"));
  EXPECT_LT(page.find("What was checked"), page.find("<h2>Differences"));
}

TEST_F(Rendered, ChangesInClosedBooksStandWithBeforeAndAfter) {
  EXPECT_THAT(render_html(report_of(target_, notes_)), Not(HasSubstr("Changes in closed books"))) << "nobody asked what has changed";
  notes_.base_run = 2;
  EXPECT_THAT(render_html(report_of(target_, notes_)), HasSubstr("None since run 2."));
  notes_.closed_changes.push_back({"Invoice", "130", "voided", "1043", "Amy & Sons", "2025-12-31", "1120.00", "2025-12-30", "0"});
  const auto report = report_of(target_, notes_);
  const auto page = render_html(report);
  for (const auto* text : {"Invoice 130 (1043)", "Amy &amp; Sons", "voided", "2025-12-31", "1,120.00", "2025-12-30"})
    EXPECT_THAT(page, HasSubstr(text));
  std::string csv;
  for (const auto& file : render_csv(report))
    if (file.name == "closed_changes.csv") csv = file.content;
  EXPECT_THAT(csv, HasSubstr("Invoice,130,1043,Amy & Sons,voided,2025-12-31,1120.00,2025-12-30,0"));
}

TEST_F(Rendered, TextFromTheBooksCannotBecomeMarkup) {
  notes_.rejects.push_back({"Invoice", "12", "", "", "BAD", "<b>&\"", "<script>alert(1)</script>", ""});
  const auto page = render_html(report_of(target_, notes_));
  EXPECT_THAT(page, HasSubstr("Small &amp; Sons"));
  EXPECT_THAT(page, Not(HasSubstr("<script>alert")));
}

TEST_F(Rendered, RejectsStandTogetherByCause) {
  for (int i = 0; i < 38; ++i)
    notes_.rejects.push_back({"Invoice", std::to_string(i), "", "", "TAX", "tax code 'EX' has no Odoo tax", "map it", ""});
  const auto page = render_html(report_of(target_, notes_));
  EXPECT_THAT(page, HasSubstr("<td class=\"n\">38</td><td>Invoice: tax code 'EX' has no Odoo tax<small>map it</small></td>"));
  EXPECT_THAT(page, HasSubstr("and 13 more"));
}

TEST_F(Rendered, LossesOfRecordsThatWereTakenHaveAListOfTheirOwn) {
  notes_.notes.push_back({"Invoice", "7", "loss", "Term 9 is referred to, but lost.", "", true});
  const auto report = report_of(target_, notes_);
  ASSERT_EQ(report.losses_size(), 1);
  EXPECT_EQ(report.verdict(), "MATCHED");
  const auto page = render_html(report);
  EXPECT_THAT(page, HasSubstr("<h2>Taken over with a loss</h2>"));
  EXPECT_THAT(page, HasSubstr("Term 9 is referred to, but lost."));
}

TEST_F(Rendered, UnclearedItemsAreToldPerAccountAndAreNoException) {
  EXPECT_THAT(render_html(to_proto(prove(source_, target_, notes_), {}, "")), HasSubstr("its report does not tell"));
  source_.ledger[0].postings[0].cleared = "R";
  source_.ledger[2].postings[0].cleared = "U";
  source_.ledger[2].postings[0].memo = "<cheque>";
  fakes::sum_up(target_, days_needed(source_));
  const auto report = to_proto(prove(source_, target_, notes_), {}, "");
  EXPECT_EQ(report.verdict(), "MATCHED");
  ASSERT_EQ(report.uncleared_size(), 1);
  EXPECT_EQ(report.uncleared(0).amount(), "60.00");
  const auto page = render_html(report);
  EXPECT_THAT(page, HasSubstr("<h3>Checking: 1 item, 60.00 USD</h3>"));
  EXPECT_THAT(page, HasSubstr("&lt;cheque&gt;"));
  for (const auto& file : render_csv(report)) {
    if (file.name == "uncleared.csv") {
      EXPECT_THAT(file.content, HasSubstr("Checking,USD,2026-01-20,Payment,,,<cheque>,60.00,13\r\n"));
    }
  }
}

TEST_F(Rendered, RepairsAreNamedAndOneThatLeavesAPostingRecordOutIsAnException) {
  notes_.notes.push_back(
      {"Customer", "7", "repair", "DisplayName: Bea instead of nothing. told by phone (cli:ann, 2026-11-29)", "", false});
  const auto report = report_of(target_, notes_);
  ASSERT_EQ(report.repairs_size(), 1);
  EXPECT_EQ(report.verdict(), "MATCHED") << "the ledger's amounts are booked all the same";
  EXPECT_THAT(render_html(report), HasSubstr("<td>Customer: as a person decided<small>DisplayName: Bea instead of nothing. told by phone"));

  notes_.notes.push_back({"Invoice", "12", "excluded", "Left out: a duplicate (cli:ann, 2026-11-29)", "1001", true});
  EXPECT_EQ(report_of(target_, notes_).verdict(), "MATCHED WITH EXCEPTIONS");
}

TEST_F(Rendered, AFeatureThatIsOffIsToldFromAnEntityThatWasRefused) {
  using Absence = RunNotes::Absence;
  notes_.counts.push_back({"Budget", "The feature is off in the source: code 5030.", 0, 0, Absence::feature_off, {}});
  notes_.counts.push_back({"Estimate", "The source refused to list it: code 4001.", 0, 0, Absence::refused, {}});
  const auto page = render_html(report_of(target_, notes_));
  EXPECT_THAT(
      page,
      HasSubstr("<td class=\"n\">all</td><td>Budget: the feature is off in the source<small>The feature is off in the source: code 5030."));
  EXPECT_THAT(page, HasSubstr("<td>Estimate: the source refused to list it<small>"));
  EXPECT_THAT(page, HasSubstr("<h1>The books match: "));
}

TEST_F(Rendered, AnUnreadableRecordStandsWithItsTransactionAndReason) {
  notes_.counts.push_back({"CreditMemo", "The record at position 3 cannot be read.", 1, 0, RunNotes::Absence::none, {"Credit Memo"}});
  const auto report = report_of(target_, notes_);
  EXPECT_EQ(report.verdict(), "MATCHED WITH EXCEPTIONS");
  const auto page = render_html(report);
  EXPECT_THAT(
      page, HasSubstr("CreditMemo: could not be read, the ledger has no transaction of it<small>The record at position 3 cannot be read."));
}

TEST_F(Rendered, EveryAccountIsListedWithItsCode) {
  const auto page = render_html(report_of(target_, notes_));
  EXPECT_THAT(page, HasSubstr("<h2>Accounts and their codes in Odoo</h2>"));
  EXPECT_THAT(
      page,
      HasSubstr("<tr><td>Checking</td><td>Bank</td><td class=\"d\"></td><td class=\"d\">C1</td><td>the same</td><td>asset_cash</td></tr>"));
}

TEST_F(Rendered, NegativeFiguresHaveAMinusAndThousands) {
  target_.items[0].balance += Decimal::of("1234.50");
  const auto page = render_html(report_of(target_, notes_));
  EXPECT_THAT(page, HasSubstr("−1,234.50"));
}

TEST_F(Rendered, CsvHasOneFilePerSectionAndDefusesFormulas) {
  notes_.rejects.push_back({"Invoice", "12", "", "=cmd|' /C calc'!A0", "BAD", "a, \"b\"", "", ""});
  const auto report = report_of(target_, notes_);
  const auto files = render_csv(report);
  EXPECT_EQ(files.size(), static_cast<std::size_t>(report.checks_size()) + 10);
  for (const auto& file : files) {
    if (file.name != "rejects.csv") continue;
    EXPECT_THAT(file.content, HasSubstr("'=cmd"));
    EXPECT_THAT(file.content, HasSubstr("\"a, \"\"b\"\"\""));
  }
}

TEST_F(Rendered, JsonIsTheContract) {
  const auto text = render_json(report_of(target_, notes_));
  EXPECT_THAT(text, HasSubstr("\"verdict\":\"MATCHED\""));
  EXPECT_THAT(text, HasSubstr("\"difference\":\"0.00\""));
}

}  // namespace
}  // namespace q2o::validator
