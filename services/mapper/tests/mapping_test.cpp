#include "services/mapper/domain/mapping.h"

#include <gtest/gtest.h>

#include "services/mapper/tests/book.h"

namespace q2o::mapper {
namespace {

std::string text_of(const std::vector<Complaint>& complaints) {
  std::string text;
  for (const auto& complaint : complaints) text += complaint.place + ": " + complaint.message + "\n";
  return text;
}

/// A mapping with these entities and nothing that is wrong otherwise.
std::string mapping_with(const std::string& entities, const std::string& waves = R"({"partners": {}})") {
  return R"({"format": 1, "platform": "p", "target": "odoo_18", "missing_entity": "reject_record", "settings": {}, "waves": )" + waves +
         R"(, "entities": )" + entities + "}";
}

std::vector<std::string> places(const std::string& text) {
  std::vector<std::string> result;
  for (const auto& complaint : Mapping::compile(text).complaints) result.push_back(complaint.place);
  return result;
}

constexpr const char* kCustomer =
    R"({"Customer": {"targets": [{"model": "res.partner", "wave": "partners", "fields": {"name": {"path": "DisplayName", "required": true}}}]}})";

TEST(Mapping, TheShippedOneIsWithoutComplaints) {
  const auto check = Mapping::compile(testing::shipped_mapping());
  EXPECT_EQ("", text_of(check.complaints));
  ASSERT_TRUE(check.mapping);
  EXPECT_EQ("archive", check.mapping->waves().back().name);
  EXPECT_LT(check.mapping->wave_number("accounts"), check.mapping->wave_number("journals"));
  EXPECT_LT(check.mapping->wave_number("documents"), check.mapping->wave_number("matches"));
}

TEST(Mapping, NamesTheModulesOfTheTargetAndWhatNeedsThem) {
  const auto check = Mapping::compile(testing::shipped_mapping());
  ASSERT_TRUE(check.mapping);
  std::map<std::string, std::vector<std::string>> needed_by;
  for (const auto& module : check.mapping->modules()) needed_by[module.name] = module.needed_by;
  EXPECT_TRUE(needed_by.at("account").empty()) << "every run";
  EXPECT_EQ(needed_by.at("hr"), std::vector<std::string>{"hr.employee"});
  EXPECT_FALSE(needed_by.at("hr_timesheet").empty()) << "only hours of employees";
}

TEST(Mapping, ComplainsAboutModulesWithTheirPlace) {
  const auto with = [](const std::string& modules) {
    std::string text = mapping_with(kCustomer);
    return text.insert(text.size() - 1, ", \"modules\": " + modules);
  };
  EXPECT_EQ(places(with(R"([{"name": "hr", "title": "Employees", "needed_by": ["hr.employee"], "purpose": "employees"}])")),
            std::vector<std::string>{});
  EXPECT_EQ(places(with(R"({"hr": {}})")), std::vector<std::string>{"/modules"});
  EXPECT_EQ(places(with(R"([{"title": "Employees"}])")), std::vector<std::string>{"/modules/0/name"});
  EXPECT_EQ(places(with(R"([{"name": "hr", "title": "E", "needed_by": ["hr.employee:"], "purpose": "p"}])")),
            std::vector<std::string>{"/modules/0/needed_by"});
  EXPECT_EQ(places(with(R"([{"name": "hr", "title": "E", "needed_by": ["hr.employee"]}])")),
            std::vector<std::string>{"/modules/0/purpose"});
  EXPECT_EQ(places(with(R"([{"name": "hr", "title": "E", "colour": "red"}])")).size(), 1u);
}

TEST(Mapping, KeepsItsVersionWhenOnlyBlanksAndOrderChange) {
  const auto one = Mapping::compile(mapping_with(kCustomer));
  std::string other = mapping_with(kCustomer);
  other.replace(other.find("\"format\": 1, "), 13, "");
  other.insert(other.size() - 1, ",\n  \"format\":1");
  ASSERT_TRUE(one.mapping) << text_of(one.complaints);
  EXPECT_EQ(one.mapping->version(), Mapping::compile(other).mapping->version());
  EXPECT_NE(one.mapping->version(),
            Mapping::compile(mapping_with(R"({"Customer": {"merged": "no"}, "X": {"excluded": "x"}})", "{}")).mapping->version());
}

TEST(Mapping, SaysHowMoneyIsBookedInOnePlace) {
  const std::string text = testing::shipped_mapping();
  const auto with = [&](const std::string& mode) {
    std::string changed = text;
    const std::string said = R"("money_mode": "native")";
    return Mapping::compile(changed.replace(changed.find(said), said.size(), "\"money_mode\": " + mode));
  };
  EXPECT_EQ(MoneyMode::native, with(R"("native")").mapping->money_mode());
  EXPECT_EQ(MoneyMode::statement, with(R"("statement")").mapping->money_mode());
  EXPECT_EQ(MoneyMode::payment, with(R"("payment")").mapping->money_mode());
  for (const char* wrong : {R"("payments")", "5", "null"}) {
    const auto check = with(wrong);
    ASSERT_EQ(1U, check.complaints.size()) << wrong;
    EXPECT_EQ("/money_mode", check.complaints.front().place);
  }
}

TEST(Mapping, NamesEveryMistakeWithItsPlaceAtOnce) {
  const auto found = places(mapping_with(R"({
    "Customer": {"label": {"path": 5}, "colour": "red", "targets": [
      {"model": "res.partner", "wave": "nowhere", "fields": {
        "a": {"path": "A", "transforms": [{"name": "trimm"}]},
        "b": {"path": "B", "transforms": [{"name": "round"}, {"name": "round", "scale": "two"}, {"name": "trim", "loud": true}]},
        "c": {"path": "C", "otherwise": 1},
        "d": {"ref": {"entity": "Unicorn", "path": "D"}},
        "e": {"use": "nothing"},
        "f": {"path": "F", "required": true, "default": 1},
        "g": {"path": "G", "transforms": [{"name": "map", "table": "none"}]}}}]},
    "Vendor": {},
    "Bill": {"builder": {"name": "magic", "waves": ["partners"]}}})"));
  for (const char* place :
       {"/entities/Customer/label/path", "/entities/Customer/colour", "/entities/Customer/targets/0/wave",
        "/entities/Customer/targets/0/fields/a/transforms/0/name", "/entities/Customer/targets/0/fields/b/transforms/0/scale",
        "/entities/Customer/targets/0/fields/b/transforms/1/scale", "/entities/Customer/targets/0/fields/b/transforms/2/loud",
        "/entities/Customer/targets/0/fields/c/otherwise", "/entities/Customer/targets/0/fields/d/ref",
        "/entities/Customer/targets/0/fields/e/use", "/entities/Customer/targets/0/fields/f",
        "/entities/Customer/targets/0/fields/g/transforms/0/table", "/entities/Vendor", "/entities/Bill/builder/name"}) {
    EXPECT_THAT(found, ::testing::Contains(place));
  }
}

TEST(Mapping, RefusesTextThatIsNoJson) {
  EXPECT_EQ(std::vector<std::string>{""}, places("{\"format\": 1,"));
}

TEST(Mapping, RefusesTemplatesThatUseThemselves) {
  std::string text = mapping_with(R"({"A": {"label": {"use": "t"}, "merged": "x"}})", "{}");
  text.insert(text.size() - 1, R"(, "templates": {"t": {"use": "t"}})");
  EXPECT_FALSE(places(text).empty());
}

TEST(Mapping, ComplainsWhenWavesWaitForEachOther) {
  const auto check = Mapping::compile(mapping_with(
      R"({"A": {"remember": [{}], "targets": [{"model": "a", "wave": "one", "fields": {"b": {"ref": {"entity": "B", "path": "B"}}}}]},
          "B": {"remember": [{}], "targets": [{"model": "b", "wave": "two", "fields": {"a": {"ref": {"entity": "A", "path": "A"}}}}]}})",
      R"({"one": {}, "two": {}})"));
  EXPECT_EQ("/waves: these waves wait for each other: one, two\n", text_of(check.complaints));
}

TEST(Mapping, OrdersWavesByWhatTheirRecordsReferTo) {
  const auto check = Mapping::compile(mapping_with(
      R"({"A": {"remember": [{}], "targets": [{"model": "a", "wave": "alpha", "fields": {"b": {"ref": {"entity": "B", "path": "B"}}}}]},
          "B": {"remember": [{}], "targets": [{"model": "b", "wave": "beta", "fields": {"x": 1}}]}})",
      R"({"alpha": {}, "beta": {}})"));
  ASSERT_TRUE(check.mapping) << text_of(check.complaints);
  EXPECT_EQ(0U, check.mapping->wave_number("beta"));
  EXPECT_EQ(1U, check.mapping->wave_number("alpha"));
}

TEST(Waves, PutTheLastBehindEverything) {
  const auto order = order_waves({{"archive", {}}, {"b", {"c"}}, {"c", {}}}, {"archive"});
  EXPECT_EQ((std::vector<std::string>{"c", "b", "archive"}), order.names);
}

std::vector<std::string> complaints_about(const std::string& what, const std::string& with) {
  std::string text = testing::shipped_mapping();
  const auto at = text.find(what);
  if (at == std::string::npos) return {"the shipped mapping has no " + what};
  std::vector<std::string> found;
  for (const auto& complaint : Mapping::compile(text.replace(at, what.size(), with)).complaints)
    found.push_back(complaint.place + ": " + complaint.message);
  return found;
}

TEST(MissingReferences, AreDecidedAboutOnlyWhereSomethingLooksThemUp) {
  const std::string first = R"("missing_references": {)";
  EXPECT_EQ(complaints_about(first, first + R"("ParentReff": "typo",)"),
            std::vector<std::string>{"/missing_references/ParentReff: nothing looks \"ParentReff\" up"});
  EXPECT_EQ(complaints_about(first, first + R"("Customers.ParentRef": "typo",)"),
            std::vector<std::string>{"/missing_references/Customers.ParentRef: there is no entity \"Customers\""});
  EXPECT_EQ(complaints_about(first, first + R"("Item.ClassRef": "",)"),
            std::vector<std::string>{"/missing_references/Item.ClassRef: must say in a sentence what is lost"});
}

TEST(NotNeeded, SaysWhyNothingIsMissed) {
  const std::string first = R"("not_needed": {)";
  EXPECT_EQ(complaints_about(first, first + R"("Nothing": "",)"),
            std::vector<std::string>{"/not_needed/Nothing: must say in a sentence why nothing is missed"});
}

TEST(MissingReferences, RejectTheRecordWhereTheMappingDoesNotTakeTheLoss) {
  std::string text = testing::shipped_mapping();
  const std::string decision = R"("Customer.ParentRef": "The customer was taken over by itself, not below its parent.",)";
  ASSERT_NE(text.find(decision), std::string::npos);
  const auto check = Mapping::compile(text.replace(text.find(decision), decision.size(), ""));
  ASSERT_TRUE(check.mapping);
  testing::Book book(*check.mapping);
  book.entity("Customer", {{"1", R"({"Id":"1","DisplayName":"Child","ParentRef":{"value":"9"}})"}});
  ASSERT_EQ(book.all().size(), 1u);
  const auto& reject = book.all()[0].outcome.reject;
  ASSERT_TRUE(reject);
  EXPECT_EQ(reject->reason, "REFERENCE_MISSING");
  EXPECT_EQ(reject->field, "ParentRef.value");
  EXPECT_EQ(reject->value, "9");
  EXPECT_NE(reject->hint.find("Customer 9"), std::string::npos);
}

TEST(Losses, NeedAFieldAndASentence) {
  EXPECT_EQ(complaints_about(R"("CustomerType": {)", R"("CustomerType": {"losses": [{"when": {"path": "A", "present": true}}],)"),
            (std::vector<std::string>{"/entities/CustomerType/losses/0/field: is missing",
                                      "/entities/CustomerType/losses/0/reason: must say in a sentence what is lost"}));
  EXPECT_EQ(complaints_about(R"("Term": {)", R"("Term": {"note": "x",)"),
            std::vector<std::string>{"/entities/Term/note: belongs to a builder; other entities make a target of it"});
}

TEST(Losses, AreListedOfRecordsThatAreTakenOver) {
  const auto shipped = Mapping::compile(testing::shipped_mapping());
  testing::Book book(*shipped.mapping);
  book.entity("Item", {{"1", R"({"Id":"1","Name":"Odd","Type":"Subtotal"})"}, {"2", R"({"Id":"2","Type":"Subtotal"})"}});
  ASSERT_EQ(book.all().size(), 2u);
  ASSERT_EQ(book.all()[0].outcome.losses.size(), 1u);
  EXPECT_EQ(book.all()[0].outcome.losses[0].field, "Type");
  EXPECT_EQ(book.all()[0].outcome.losses[0].value, "Subtotal");
  EXPECT_TRUE(book.all()[1].outcome.reject) << "without a name";
  EXPECT_TRUE(book.all()[1].outcome.losses.empty()) << "a rejected record loses nothing more";
}

TEST(LongTexts, AreCutBetweenCharactersAndTheLossIsListed) {
  const auto check = Mapping::compile(testing::shipped_mapping());
  ASSERT_TRUE(check.mapping);
  const std::size_t most = check.mapping->text_bytes_max();
  std::string notes = "x";
  while (notes.size() < 1'000'000) notes += "\xC3\xA9";
  testing::Book book(*check.mapping);
  book.entity("Customer", {{"1", R"({"Id":"1","DisplayName":"A","Notes":")" + notes + "\"}"}, {"2", R"({"Id":"2","DisplayName":"B"})"}});
  const auto& outcome = book.all().at(0).outcome;
  ASSERT_EQ(outcome.losses.size(), 1u);
  EXPECT_EQ(outcome.losses[0].field, "Notes");
  EXPECT_NE(outcome.losses[0].reason.find("Notes has 1000001 bytes"), std::string::npos) << outcome.losses[0].reason;
  const auto values = json::Document::parse(outcome.targets.at(0).values_json).value();
  const auto comment = values.root().at("values.comment").text();
  EXPECT_LE(comment.size(), most + 3);
  EXPECT_GT(comment.size(), most - 4);
  EXPECT_TRUE(comment.ends_with("\xC3\xA9…"));
  EXPECT_TRUE(book.all().at(1).outcome.losses.empty());
}

TEST(LongTexts, HaveABoundThatTheMappingSets) {
  EXPECT_EQ(complaints_about(R"("text_bytes_max": 65536)", R"("text_bytes_max": 10)"),
            std::vector<std::string>{"/text_bytes_max: must be a whole number from 1000 to 1000000"});
}

}  // namespace
}  // namespace q2o::mapper
