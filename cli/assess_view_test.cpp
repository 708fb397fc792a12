#include "cli/assess_view.h"

#include <gmock/gmock.h>

#include "common/json/json.h"

namespace q2o::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

/// 1,200 invoices of which 100 were looked at, 29 customers all looked at, 12 charges that stay behind.
AssessmentView view() {
  AssessmentView view;
  auto& counted = view.counted;
  counted.set_company_name("Fern & Sons");
  counted.set_platform("quickbooks_online");
  counted.set_state("done");
  counted.set_records(1241);
  counted.set_transactions(1200);
  counted.mutable_extraction()->set_requests(220);
  counted.mutable_extraction()->set_seconds_low(22);
  counted.mutable_extraction()->set_seconds_high(66);
  const auto add = [&](const char* name, std::uint64_t records, std::uint64_t sampled, const char* path, std::uint64_t seen) {
    auto& entity = *counted.add_entities();
    entity.set_entity(name);
    entity.set_records(records);
    entity.set_sampled(sampled);
    auto& field = *entity.add_fields();
    field.set_path(path);
    field.set_records(seen);
    auto& covered = *view.coverage.add_entities();
    covered.set_entity(name);
    covered.set_fate("targets");
    auto& fate = *covered.add_fields();
    fate.set_path(path);
    fate.set_fate("left");
    return &covered;
  };
  add("Invoice", 1200, 100, "CustomField.*.StringValue", 4);
  add("Customer", 29, 29, "Fax.FreeFormNumber", 3);
  auto* charge = add("ReimburseCharge", 12, 12, "Amount", 12);
  charge->set_fate("excluded");
  charge->set_reason("It has been billed by its invoice.");
  for (const std::uint32_t number : {2024u, 2025u}) {
    auto& year = *counted.add_years();
    year.set_year(number);
    year.set_records(600);
    auto& of_invoice = *counted.mutable_entities(0)->add_years();
    of_invoice.set_year(number);
    of_invoice.set_records(600);
  }
  return view;
}

TEST(AssessView, SaysWhatStaysBehindAndWhetherItWasCountedOrSampled) {
  const auto text = assess_text(view());
  EXPECT_THAT(text, HasSubstr("Invoice.CustomField.*.StringValue: about 48 of 1,200 (4 of 100 looked at)"));
  EXPECT_THAT(text, HasSubstr("Customer.Fax.FreeFormNumber: 3 of 29\n"));
  EXPECT_THAT(text, HasSubstr("12 ReimburseCharge: It has been billed by its invoice."));
  EXPECT_THAT(text, Not(HasSubstr("ReimburseCharge.Amount"))) << "the whole entity stays behind";
}

TEST(AssessView, ShowsCountsByYear) {
  const auto text = assess_text(view());
  EXPECT_THAT(text, HasSubstr("     2024      2025       all"));
  EXPECT_THAT(text, HasSubstr("Invoice                      600       600     1,200"));
}

TEST(AssessView, TakesAsLongAsRunsHaveTakenHereAndNotLessThanReading) {
  auto one = view();
  EXPECT_FALSE(whole_migration(one));
  EXPECT_THAT(assess_text(one), HasSubstr("not measured here yet"));
  one.rates = {10, 1000, 3};
  const auto all = whole_migration(one);
  ASSERT_TRUE(all);
  EXPECT_EQ(all->low, 22u) << "reading is the brake";
  EXPECT_EQ(all->high, 125u);
  EXPECT_THAT(assess_text(one), HasSubstr("22 s to 2 min 5 s (10 to 1000 records/s, measured in 3 first runs here)"));
}

TEST(AssessView, SpeaksJson) {
  auto one = view();
  one.target.emplace().mutable_target()->set_state("blocked");
  auto& finding = *one.target->add_findings();
  finding.set_severity("blocker");
  finding.set_reason("NO_COMPANY");
  const auto document = json::Document::parse(assess_json(one));
  ASSERT_TRUE(document) << document.error().message;
  const auto& root = document->root();
  EXPECT_EQ(root.at("years.1.records").text(), "600");
  EXPECT_EQ(root.at("left_fields.0.from").text(), "sample");
  EXPECT_EQ(root.at("left_fields.1.from").text(), "counts");
  EXPECT_EQ(root.at("left_entities.0.records").text(), "12");
  EXPECT_EQ(root.at("target.findings.0.reason").text(), "NO_COMPANY");
  EXPECT_TRUE(root["migration"].is_null());
}

}  // namespace
}  // namespace q2o::cli
