#include "cli/trace_view.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

namespace q2o::cli {
namespace {

using ::testing::HasSubstr;

Traced invoice() {
  Traced traced{"Invoice", "130", {}, {}};
  auto& reading = *traced.read.add_readings();
  reading.set_run(1);
  reading.set_mapping_version("95abba11dc9f5174");
  reading.set_topic("q2o.connector.raw.v1");
  reading.set_partition(3);
  reading.set_offset(57);
  auto& note = *reading.add_notes();
  note.set_kind("ledger_lines");
  note.set_reason("the ledger has 10.00 more on Sales");
  auto& record = traced.written.emplace_back();
  record.set_label("1043, Cool Cars, 2026-03-01");
  record.set_external_id("qbo1_invoice_130");
  record.set_model("account.move");
  record.set_operation("create");
  for (const auto& [run, outcome] : {std::pair{1, "created"}, {2, "unchanged"}}) {
    auto& attempt = *record.add_attempts();
    attempt.set_run(static_cast<std::uint32_t>(run));
    attempt.set_outcome(outcome);
    attempt.set_odoo_id(512);
  }
  return traced;
}

TEST(TraceView, ShowsTheWayFromTheLogToOdoo) {
  const auto text = trace_text({invoice()});
  EXPECT_THAT(text, HasSubstr("1043, Cool Cars, 2026-03-01"));
  EXPECT_THAT(text, HasSubstr("run 1: q2o.connector.raw.v1 partition 3 offset 57, mapping 95abba11dc9f\n"));
  EXPECT_THAT(text, HasSubstr("ledger_lines: the ledger has 10.00 more on Sales"));
  EXPECT_THAT(text, HasSubstr("account.move 512  qbo1_invoice_130\n           run 1: created\n           run 2: unchanged\n"));
}

TEST(TraceView, SaysWhyNothingWasWritten) {
  Traced traced{"Customer", "2", {}, {}};
  auto& reject = *traced.read.add_readings()->add_rejects();
  reject.set_reason("REQUIRED");
  reject.set_message("The name is missing");
  reject.set_field("DisplayName");
  reject.set_hint("Give the customer a name in QuickBooks.");
  traced.read.set_body_missing("retention has passed");
  const auto text = trace_text({traced});
  EXPECT_THAT(text, HasSubstr("rejected, REQUIRED: The name is missing (field DisplayName = )"));
  EXPECT_THAT(text, HasSubstr("→ Give the customer a name in QuickBooks."));
  EXPECT_THAT(text, HasSubstr("nothing was written"));
  EXPECT_THAT(text, HasSubstr("not at hand: retention has passed"));
}

TEST(TraceView, IsValidJsonWhateverTheSourceSent) {
  auto traced = invoice();
  traced.read.set_body(R"({"Id":"130","TotalAmt":10.10})");
  auto parsed = nlohmann::json::parse(trace_json({traced}));
  EXPECT_EQ(parsed[0]["body"]["Id"], "130");
  EXPECT_EQ(parsed[0]["written"][0]["attempts"][1]["outcome"], "unchanged");
  EXPECT_EQ(parsed[0]["readings"][0]["offset"], 57);
  traced.read.set_body("{broken \xff");
  parsed = nlohmann::json::parse(trace_json({traced}));
  EXPECT_FALSE(parsed[0].contains("body"));
}

}  // namespace
}  // namespace q2o::cli
