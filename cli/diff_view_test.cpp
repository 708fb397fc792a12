#include "cli/diff_view.h"

#include <gmock/gmock.h>

#include "common/json/json.h"

namespace q2o::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

Diff difference() {
  Diff diff;
  diff.summary.set_run_before(1);
  diff.summary.set_run_after(4);
  diff.summary.set_equal(1200);
  diff.summary.set_changed(7);
  auto& account = diff.accounts.emplace_back();
  account.set_account("qbo1_account_30");
  account.set_label("400000 Sales");
  account.set_month("2026-02");
  account.set_before("-16.00");
  account.set_after("-21.50");
  account.set_difference("-5.50");
  for (int i = 1; i <= 7; ++i) {
    auto& record = diff.records.emplace_back();
    record.set_kind("changed");
    record.set_entity("Invoice");
    record.set_source_id(std::to_string(i));
    record.set_label("10" + std::to_string(i));
    auto& field = *record.add_fields();
    field.set_path("values.name");
    field.set_before_json(R"("a ""b")");
    field.set_after_json(i == 7 ? "" : R"("c")");
  }
  diff.records[0].mutable_fields(0)->set_before_json(R"("a")");
  return diff;
}

TEST(DiffView, ShowsSumsAndTheFirstRecords) {
  const auto text = diff_text(difference());
  EXPECT_THAT(text, HasSubstr("1,200 records of Odoo equal, 7 changed"));
  EXPECT_THAT(text, HasSubstr("400000 Sales 2026-02"));
  EXPECT_THAT(text, HasSubstr("-5.50"));
  EXPECT_THAT(text, HasSubstr("values.name: \"a\" → \"c\""));
  EXPECT_THAT(text, HasSubstr("… and 2 more"));
  EXPECT_THAT(text, Not(HasSubstr("Invoice 6")));
}

TEST(DiffView, SaysThatNothingIsDifferent) {
  EXPECT_THAT(diff_text({}), HasSubstr("No account has another sum."));
}

TEST(DiffView, SpeaksJson) {
  auto diff = difference();
  for (auto& record : diff.records) record.mutable_fields(0)->set_before_json(R"("a")");
  const auto document = json::Document::parse(diff_json(diff));
  ASSERT_TRUE(document) << document.error().message;
  EXPECT_EQ(document->root().at("accounts.0.difference").text(), "-5.50");
  EXPECT_EQ(document->root().at("records.0.fields.0.before").text(), "a");
  EXPECT_TRUE(document->root().at("records.6.fields.0.after").is_null());
}

TEST(DiffView, WritesCsvWithQuotesDoubled) {
  const auto text = diff_csv(difference());
  EXPECT_THAT(text, HasSubstr("\"account\",\"\",\"\",\"400000 Sales\",\"qbo1_account_30\""));
  EXPECT_THAT(text, HasSubstr("\"changed\",\"Invoice\",\"2\",\"102\",\"\",\"\",\"values.name\",\"\",\"\"\"a \"\"\"\"b\"\"\""));
}

}  // namespace
}  // namespace q2o::cli
