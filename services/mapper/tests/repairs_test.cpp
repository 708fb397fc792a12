#include "services/mapper/domain/repairs.h"

#include <gmock/gmock.h>

#include "services/mapper/tests/book.h"

/// What people decide about records, applied before they are mapped.
namespace q2o::mapper {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Kind = Repair::Kind;

constexpr const char* kInvoice =
    R"({"Id":"7","TxnDate":"2026-13-45","Note": "a  b","CustomerRef":{"value":"57"},"Open":true,)"
    R"("Line":[{"Amount":0.10,"TaxCodeRef":{"value":"EX"}},{"Amount":2,"TaxCodeRef":{"value":"EX"}},{"Amount":3,"TaxCodeRef":{"value":"TAX"}}]})";

Repair decided(Kind kind, const std::string& id, const std::string& path = {}, const std::string& before = {},
               const std::string& value = {}) {
  static std::int64_t number = 0;
  Repair repair;
  repair.number = ++number;
  repair.kind = kind;
  repair.entity = "Invoice";
  repair.source_id = id;
  repair.label = "1043, Cool Cars";
  repair.path = path;
  repair.before = before;
  repair.value = value;
  repair.why = "as agreed";
  repair.actor = "cli:ann";
  repair.at = "2026-11-29T10:00:00Z";
  return repair;
}

Repair of(const ValueChange& change) {
  const auto document = json::Document::parse(kInvoice);
  auto repair = read_change(document->root(), change);
  EXPECT_TRUE(repair) << repair.error().message;
  return repair.value_or(Repair{});
}

std::string trouble_of(const ValueChange& change) {
  const auto document = json::Document::parse(kInvoice);
  const auto repair = read_change(document->root(), change);
  return repair ? "taken: " + repair->value : repair.error().reason + ": " + repair.error().message + " " + repair.error().hint;
}

TEST(ReadChange, GivesTextTheKindOfWhatStandsThere) {
  EXPECT_EQ(of({"Line.0.Amount", "12.50", "", false}).value, "12.50");
  EXPECT_EQ(of({"Line.0.Amount", "12.50", "", false}).before, "0.10");
  EXPECT_EQ(of({"Line.0.Amount", "007.50", "", false}).value, "7.50") << "what is written is JSON, however a person writes a number";
  EXPECT_EQ(of({"CustomerRef.value", "58", "", false}).value, R"("58")");
  EXPECT_EQ(of({"Open", "false", "", false}).value, "false");
  EXPECT_EQ(of({"DocNumber", "1\"x", "", false}).value, R"("1\"x")");
  EXPECT_EQ(of({"DocNumber", "1", "", false}).before, "null");
  EXPECT_EQ(of({"CustomerRef", std::nullopt, R"({ "value" : "9" })", false}).value, R"({"value":"9"})");
}

TEST(ReadChange, AUseTakesEveryPositionOfAList) {
  const auto use = of({"Line.0.TaxCodeRef.value", "NON", "", true});
  EXPECT_EQ(use.kind, Kind::use);
  EXPECT_EQ(use.path, "Line.*.TaxCodeRef.value");
  EXPECT_EQ(use.before, R"("EX")");
}

TEST(ReadChange, SaysWhatStandsThereWhereThePathOrTheValueIsWrong) {
  EXPECT_THAT(trouble_of({"Line.5.Amount", "1", "", false}),
              HasSubstr("REPAIR_PATH: the record has no place Line.5.Amount Line has: positions 0 to 2."));
  EXPECT_THAT(trouble_of({"CustomerRef.value.x", "1", "", false}), HasSubstr("CustomerRef.value has: a value."));
  EXPECT_THAT(trouble_of({"Custmer.value", "1", "", false}), HasSubstr("It has: Id, TxnDate, Note, CustomerRef, Open, Line."));
  EXPECT_THAT(trouble_of({"", "1", "", false}), HasSubstr("REPAIR_PATH"));
  EXPECT_THAT(trouble_of({"DocNumber", "N\xff", "", false}), HasSubstr("no text in UTF-8"));
  EXPECT_THAT(trouble_of({"Line.0.Amount", "12,50", "", false}), HasSubstr("Line.0.Amount is a number, \"12,50\" is none"));
  EXPECT_THAT(trouble_of({"Open", "yes", "", false}), HasSubstr("is a flag"));
  EXPECT_THAT(trouble_of({"CustomerRef", "58", "", false}), HasSubstr("is no single value"));
  EXPECT_THAT(trouble_of({"DocNumber", std::nullopt, "{", false}), HasSubstr("is no JSON"));
  EXPECT_THAT(trouble_of({"DocNumber", "1", "", true}), HasSubstr("no other record can have the same"));
  EXPECT_THAT(trouble_of({"CustomerRef.value", "57", "", false}), HasSubstr("is 57 already"));
}

TEST(RepairsTest, ChangesTheOneValueAndKeepsTheOtherBytes) {
  const Repairs repairs({decided(Kind::set, "7", "TxnDate", R"("2026-13-45")", R"("2026-03-05")")});
  const auto repaired = repairs.apply("Invoice", "7", kInvoice);
  ASSERT_TRUE(repaired);
  EXPECT_THAT(*repaired->body, HasSubstr(R"("TxnDate":"2026-03-05","Note":"a  b")"));
  EXPECT_THAT(*repaired->body, HasSubstr(R"("Amount":0.10)"));
  EXPECT_THAT(repaired->notes, ElementsAre("TxnDate: 2026-03-05 instead of 2026-13-45. as agreed (cli:ann, 2026-11-29)"));
  EXPECT_EQ(repaired->label, "1043, Cool Cars");
  EXPECT_FALSE(repairs.apply("Invoice", "8", kInvoice)) << "of this record only";
  EXPECT_FALSE(repairs.apply("Bill", "7", kInvoice));
}

TEST(RepairsTest, AddsAndTakesAwayMembers) {
  const Repairs repairs(
      {decided(Kind::set, "7", "DocNumber", "null", R"("12")"), decided(Kind::set, "7", "CustomerRef", R"({"value":"57"})", "null")});
  const auto body = json::Document::parse(*repairs.apply("Invoice", "7", kInvoice)->body);
  EXPECT_EQ(body->root()["DocNumber"].text(), "12");
  EXPECT_FALSE(body->root().has("CustomerRef"));
}

TEST(RepairsTest, AUseReachesEveryRecordThatHasTheValueButNotOneWithItsOwn) {
  const Repairs repairs({decided(Kind::use, "7", "Line.*.TaxCodeRef.value", R"("EX")", R"("NON")"),
                         decided(Kind::set, "8", "Line.1.TaxCodeRef.value", R"("EX")", R"("TAX")")});
  const auto codes = [&](const char* id) {
    const auto repaired = repairs.apply("Invoice", id, kInvoice);
    const auto body = json::Document::parse(*repaired->body);
    std::vector<std::string> out;
    for (const auto& line : body->root()["Line"].items()) out.emplace_back(line["TaxCodeRef"]["value"].text());
    return out;
  };
  EXPECT_THAT(codes("7"), ElementsAre("NON", "NON", "TAX"));
  EXPECT_THAT(codes("99"), ElementsAre("NON", "NON", "TAX"));
  EXPECT_THAT(codes("8"), ElementsAre("NON", "TAX", "TAX"));
  EXPECT_FALSE(repairs.apply("Invoice", "5", R"({"Line":[{"TaxCodeRef":{"value":"TAX"}}]})"));
}

TEST(RepairsTest, TheSourceCountsWhereItHasBeenCorrectedSince) {
  const Repairs repairs({decided(Kind::set, "7", "TxnDate", R"("2026-99-99")", R"("2026-03-05")")});
  const auto repaired = repairs.apply("Invoice", "7", kInvoice);
  EXPECT_FALSE(repaired->body);
  ASSERT_EQ(repaired->notes.size(), 1u);
  EXPECT_THAT(repaired->notes[0], HasSubstr("the source says 2026-13-45 by now, not 2026-99-99"));
}

TEST(RepairsTest, ARepairThatHasNoPlaceAnyMoreRejectsTheRecord) {
  const Repairs repairs({decided(Kind::set, "7", "Line.7.Amount", "1", "2")});
  const auto repaired = repairs.apply("Invoice", "7", kInvoice);
  ASSERT_TRUE(repaired->reject);
  EXPECT_EQ(repaired->reject->reason, "REPAIR_MISFIT");
  EXPECT_THAT(repaired->reject->message, HasSubstr("cli:ann"));
}

TEST(RepairsTest, TheLastWordCounts) {
  std::vector<Repair> all{decided(Kind::set, "7", "TxnDate", R"("a")", R"("b")"),
                          decided(Kind::set, "7", "TxnDate", R"("a")", R"("c")"),
                          decided(Kind::set, "7", "Note", R"("x")", R"("y")"),
                          decided(Kind::set, "8", "TxnDate", R"("a")", R"("d")"),
                          decided(Kind::withdraw, "8"),
                          decided(Kind::exclude, "9")};
  settle_repairs(all);
  std::vector<bool> count;
  for (const auto& repair : all) count.push_back(repair.counts);
  EXPECT_THAT(count, ElementsAre(false, true, true, false, false, true));
}

TEST(RepairsTest, LeavesARecordOutWithItsReason) {
  const Repairs repairs({decided(Kind::set, "7", "TxnDate", R"("a")", R"("b")"), decided(Kind::exclude, "7")});
  const auto repaired = repairs.apply("Invoice", "7", "{broken");
  ASSERT_TRUE(repaired->left_out);
  EXPECT_EQ(*repaired->left_out, "Left out: as agreed (cli:ann, 2026-11-29)");
  EXPECT_FALSE(repaired->body);
}

TEST(RepairsTest, WhatIsLeftOutDoesNotComeBackAsAnEntryOfTheLedger) {
  const auto check = Mapping::compile(testing::shipped_mapping());
  ASSERT_TRUE(check.mapping);
  testing::Book book(*check.mapping);
  const auto invoice = book.stream().left_out("Invoice", "7", "1043", "Left out: as agreed");
  EXPECT_EQ(invoice.outcome.excluded, "Left out: as agreed");
  EXPECT_TRUE(invoice.outcome.posting);
  EXPECT_THAT(invoice.outcome.claimed, ElementsAre("7"));
  const auto customer = book.stream().left_out("Customer", "7", "", "Left out: as agreed");
  EXPECT_FALSE(customer.outcome.posting);
  EXPECT_THAT(customer.outcome.claimed, IsEmpty());
}

}  // namespace
}  // namespace q2o::mapper
