#include "services/mapper/domain/diff.h"

#include <gtest/gtest.h>

#include "services/mapper/adapters/run_comparison.h"

namespace q2o::mapper {
namespace {

using Changes = std::vector<FieldChange>;

Changes changes(const std::string& before, const std::string& after) {
  const auto one = json::Document::parse(before).value(), other = json::Document::parse(after).value();
  return changed_fields(one.root(), other.root());
}

TEST(Diff, NamesEveryFieldWithOldAndNew) {
  EXPECT_EQ(changes(R"({"values":{"name":"A","code":"1","note":null}})", R"({"values":{"code":"1","name":"B","note":"x"}})"),
            (Changes{{"values.name", R"("A")", R"("B")"}, {"values.note", "null", R"("x")"}}));
}

TEST(Diff, SaysWhatCameAndWhatWent) {
  EXPECT_EQ(changes(R"({"a":1,"b":2})", R"({"b":2,"c":[3]})"), (Changes{{"a", "1", ""}, {"c", "", "[3]"}}));
  EXPECT_EQ(changes(R"({"lines":[{"n":1},{"n":2}]})", R"({"lines":[{"n":1},{"n":3},{"n":4}]})"),
            (Changes{{"lines.1.n", "2", "3"}, {"lines.2", "", R"({"n":4})"}}));
}

TEST(Diff, OtherDigitsOfTheSameNumberAreNoDifference) {
  EXPECT_EQ(changes(R"({"a":80.0})", R"({"a":80})"), Changes{});
  EXPECT_EQ(changes(R"({"a":"80.0"})", R"({"a":"80"})"), (Changes{{"a", R"("80.0")", R"("80")"}})) << "texts are texts";
}

std::string posted(std::string_view model, const std::string& body, std::string_view operation = "create") {
  const auto document = json::Document::parse(body).value();
  std::string text;
  for (const auto& one : postings_of(model, operation, document.root()))
    text += one.month + " " + one.account + " " + one.amount.to_string(2) + ";";
  return text;
}

TEST(Diff, KnowsWhatAnEntryPosts) {
  const std::string lines =
      R"("line_ids":{"lines":[{"account_id":{"ref":"a30"},"balance":-80.0},{"account_id":{"company":"transfer_account_id"},"balance":80},{"display_type":"line_note"}]})";
  EXPECT_EQ(posted("account.move", R"({"values":{"date":"2026-02-12",)" + lines + "}}"),
            "2026-02 a30 -80.00;2026-02 company.transfer_account_id 80.00;");
  EXPECT_EQ(posted("account.move", R"({"values":{"state":"cancel","date":"2026-02-12",)" + lines + "}}"), "");
  EXPECT_EQ(posted("account.move", R"({"values":{"date":"2026-02-12",)" + lines + "}}", "write"), "");
  EXPECT_EQ(posted("res.partner", R"({"values":{"name":"A"}})"), "");
}

TEST(Diff, KnowsWhatAPaymentWithoutItemsPosts) {
  const std::string values = R"("amount":84.00,"date":"2026-02-12","journal_id":{"ref":"bank"},"destination_account_id":{"ref":"a20"}}})";
  EXPECT_EQ(posted("account.payment", R"({"values":{"payment_type":"inbound",)" + values),
            "2026-02 payments of bank 84.00;2026-02 a20 -84.00;");
  EXPECT_EQ(posted("account.payment", R"({"values":{"payment_type":"outbound",)" + values),
            "2026-02 payments of bank -84.00;2026-02 a20 84.00;");
}

v1::MappedMessage invoice(const std::string& id, const std::string& amount, const std::string& excluded = {}) {
  v1::MappedMessage message;
  message.mutable_batch()->set_entity("Invoice");
  auto& record = *message.mutable_batch()->add_records();
  record.set_source_id(id);
  if (!excluded.empty()) {
    record.set_excluded(excluded);
    return message;
  }
  auto& target = *record.mutable_targets()->add_records();
  target.set_external_id("invoice_" + id);
  target.set_model("account.move");
  target.set_operation("create");
  target.set_values_json(R"({"values":{"date":"2026-02-12","line_ids":{"lines":[{"account_id":{"ref":"sales"},"balance":-)" + amount +
                         "}]}}}");
  target.set_content_hash(amount);
  return message;
}

TEST(Comparison, SumsPerAccountAndMonthAndTellsWhatCameAndWent) {
  RunComparison both({1, "a", {}, {}}, {2, "b", {}, {}}, true);
  for (const auto& message :
       {invoice("1", "10.00"), invoice("1", "10.00"), invoice("2", "5.00"), invoice("3", "1.00"), invoice("5", "", "no place")})
    both.take_before(message, 7);
  for (const auto& message : {invoice("1", "10.00"), invoice("2", "6.50"), invoice("4", "2.00"), invoice("5", "3.00")})
    both.take_after(message, 9);
  const auto sum = both.summary();
  EXPECT_EQ(sum.equal(), 1u);
  EXPECT_EQ(sum.changed(), 1u);
  EXPECT_EQ(sum.added(), 2u);
  EXPECT_EQ(sum.vanished(), 1u);
  ASSERT_EQ(both.accounts().size(), 1u);
  const auto account = both.accounts()[0];
  EXPECT_EQ(account.month() + " " + account.before() + " " + account.after() + " " + account.difference(), "2026-02 -16.00 -21.50 -5.50")
      << "a message that came twice counts once";
  ASSERT_EQ(both.outcomes().size(), 1u);
  EXPECT_EQ(both.outcomes()[0].fields(0).before_json(), R"("excluded: no place")");
  EXPECT_EQ(both.outcomes()[0].fields(0).after_json(), R"("taken over")");
  EXPECT_EQ(both.different().size(), 4u);
}

TEST(Comparison, WithoutMonthsAnAccountIsOneSum) {
  RunComparison both({1, "a", {}, {}}, {2, "b", {}, {}}, false);
  both.take_before(invoice("1", "10.00"), 7);
  both.take_after(invoice("1", "12.00"), 9);
  EXPECT_EQ(both.accounts()[0].month(), "");
}

}  // namespace
}  // namespace q2o::mapper
