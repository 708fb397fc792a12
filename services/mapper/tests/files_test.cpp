#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/mapper/app/output.h"
#include "services/mapper/tests/book.h"

/// Files and notes on records: what the mapping says of them, and when a file counts as changed.
namespace q2o::mapper {
namespace {

using ::testing::ElementsAre;

constexpr const char* kMapping = R"({"format": 1, "platform": "p", "target": "odoo_18", "missing_entity": "reject_record", "settings": {},
  "waves": {"files": {}}, "entities": {"Paper": {"merged": "no file",
    "losses": [{"each": "On", "when": {"path": "Kind", "equals": "Moon"}, "field": "Of", "reason": {"concat": ["Not on ", {"path": "Kind"}]}}],
    "targets": [{"model": "ir.attachment", "wave": "files", "each": "On",
      "when": {"all": [{"path": "/Name", "present": true}, {"not": {"path": "Kind", "equals": "Moon"}}]},
      "id": {"part": {"path": "Kind"}}, "file": {"id": {"path": "/Id"}, "bytes": {"path": "/Size"}, "changed": {"path": "/Changed"}},
      "fields": {"name": {"path": "/Name"},
        "res_id": {"ref": {"entity_path": "Kind", "path": "Of", "parts": ["", "line"], "as": "holder"}}}}]}}})";

class Files : public ::testing::Test {
 protected:
  Files() : check(Mapping::compile(kMapping)) {}
  void SetUp() override { ASSERT_TRUE(check.mapping) << check.complaints.front().place << check.complaints.front().message; }
  Outcome map(const std::string& body) {
    testing::Book book(*check.mapping);
    book.entity("Paper", {{"7", body}});
    return book.all().front().outcome;
  }
  std::string hash(const std::string& body) {
    std::string out;
    RunState run;
    Output output(
        run, *check.mapping,
        [&](const v1::MappedMessage& message) { out = message.batch().records(0).targets().records(0).content_hash(); },
        [](const v1::StatusFact&) {});
    const std::vector<Mapped> mapped{{"Paper", "7", map(body)}};
    output.batch("Paper", mapped);
    return out;
  }
  Mapping::Check check;
};

TEST_F(Files, BecomeOneRecordPerElementAndReachTheWholeRecordFromThere) {
  const auto outcome = map(
      R"({"Id": "7", "Name": "a.pdf", "Size": 12, "Changed": "noon", "On": [{"Kind": "Bill", "Of": "3"}, {"Kind": "Moon", "Of": "1"}, {"Kind": "Deposit", "Of": "4"}]})");
  ASSERT_EQ(outcome.targets.size(), 2u);
  EXPECT_EQ(outcome.targets[0].external_id, "qbo1_paper_7_Bill");
  EXPECT_EQ(outcome.targets[1].values_json, R"({"values":{"name":"a.pdf","res_id":{"holder":["qbo1_deposit_4","qbo1_deposit_4_line"]}}})");
  EXPECT_THAT(outcome.targets[1].references, ElementsAre("qbo1_deposit_4|qbo1_deposit_4_line"));
  ASSERT_TRUE(outcome.targets[0].file);
  EXPECT_EQ(outcome.targets[0].file->id + outcome.targets[0].file->bytes + outcome.targets[0].file->changed, "712noon");
  ASSERT_EQ(outcome.losses.size(), 1u);
  EXPECT_EQ(outcome.losses[0].reason + " " + outcome.losses[0].value, "Not on Moon 1");
}

TEST_F(Files, WithoutAnElementThatCountsMakeNoRecord) {
  EXPECT_EQ(map(R"({"Id": "7", "Name": "a.pdf", "On": []})").merged, "no file");
  EXPECT_EQ(map(R"({"Id": "7", "On": [{"Kind": "Bill", "Of": "3"}]})").merged, "no file");
}

TEST_F(Files, AreNewContentWhenTheSourceChangedThemAndOnlyThen) {
  const auto body = [](const std::string& size, const std::string& changed, const std::string& more = "") {
    return R"({"Id": "7", "Name": "a.pdf", "Size": )" + size + R"(, "Changed": ")" + changed + R"(", "On": [{"Kind": "Bill", "Of": "3"}])" +
           more + "}";
  };
  const auto first = hash(body("12", "noon"));
  EXPECT_EQ(first, hash(body("12", "noon", R"(, "TempDownloadUri": "https://x/?signature=2")")));
  EXPECT_NE(first, hash(body("13", "noon")));
  EXPECT_NE(first, hash(body("12", "evening")));
}

TEST_F(Files, InAMappingAreCheckedWithTheirPlace) {
  std::string wrong = kMapping;
  const auto replace = [&](const std::string& what, const std::string& with) { wrong.replace(wrong.find(what), what.size(), with); };
  replace(R"({"part": {"path": "Kind"}})", R"({"part": "same"})");
  replace(R"("bytes": {"path": "/Size"}, )", "");
  replace(R"("as": "holder")", R"("as": "owner")");
  std::vector<std::string> places;
  for (const auto& complaint : Mapping::compile(wrong).complaints) places.push_back(complaint.place);
  EXPECT_THAT(places, ElementsAre("/entities/Paper/targets/0/each", "/entities/Paper/targets/0/fields/res_id/ref/as",
                                  "/entities/Paper/targets/0/file/bytes"));
}

TEST_F(Files, OfTheShippedMappingNeverCarryTheAddressOfTheirDownload) {
  EXPECT_EQ(testing::shipped_mapping().find("DownloadUri"), std::string::npos);
}

}  // namespace
}  // namespace q2o::mapper
