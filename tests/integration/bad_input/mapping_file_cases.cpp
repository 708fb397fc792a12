#include <stdexcept>

#include "services/mapper/tests/book.h"
#include "tests/integration/bad_input/case.h"

/// Mistakes in the mapping file: each with its JSON pointer, all at once, and the shipped file beside it is as good as before.
namespace q2o::bad_input {
namespace {

using mapper::Mapping;

std::function<Seen()> mapping(std::string text) {
  return [=] {
    const auto check = Mapping::compile(text);
    Seen seen;
    seen.code = check.mapping ? "" : "COMPLAINTS";
    for (const auto& complaint : check.complaints) seen.message += complaint.place + ": " + complaint.message + "\n";
    seen.unharmed = Mapping::compile(mapper::testing::shipped_mapping()).mapping ? "the shipped one" : "nothing";
    return seen;
  };
}

std::string file(const std::string& entities, const std::string& head = R"("format": 1)",
                 const std::string& waves = R"({"partners": {}})") {
  return "{" + head + R"(, "platform": "p", "target": "odoo_18", "missing_entity": "reject_record", "settings": {}, "waves": )" + waves +
         R"(, "entities": )" + entities + "}";
}

/// A mapping whose customer has this as field "a".
std::function<Seen()> field(const std::string& value) {
  return mapping(file(R"({"Customer": {"targets": [{"model": "res.partner", "wave": "partners", "fields": {"a": )" + value + "}}]}}"));
}

}  // namespace

std::vector<Case> mapping_file_cases() {
  const std::string good = "the shipped one", a = "/entities/Customer/targets/0/fields/a";
  const char* const kCode = "COMPLAINTS";
  return {
      {"MappingIsNoJson", kCode, {"JSON", "at byte"}, {}, good, mapping(R"({"format": 1,)")},
      {"MappingIsAList", kCode, {"object"}, {}, good, mapping("[]")},
      {"MappingOfAnotherFormat", kCode, {"/format: "}, {}, good, mapping(file("{}", R"("format": 99)"))},
      {"MappingWithUnknownMember", kCode, {"/colour: "}, {}, good, mapping(file("{}", R"("format": 1, "colour": "red")"))},
      {"MappingWithUnknownTransform",
       kCode,
       {a + "/transforms/0/name: ", "trimm"},
       {},
       good,
       field(R"({"path": "A", "transforms": [{"name": "trimm"}]})")},
      {"MappingWithWrongArgument",
       kCode,
       {a + "/transforms/0/scale: "},
       {},
       good,
       field(R"({"path": "A", "transforms": [{"name": "round", "scale": "two"}]})")},
      {"MappingWithoutArgument",
       kCode,
       {a + "/transforms/0/scale: "},
       {},
       good,
       field(R"({"path": "A", "transforms": [{"name": "round"}]})")},
      {"MappingWithPathOfWrongType", kCode, {a + "/path: "}, {}, good, field(R"({"path": 5})")},
      {"MappingThatRefersToNothing", kCode, {a + "/ref", "Unicorn"}, {}, good, field(R"({"ref": {"entity": "Unicorn", "path": "D"}})")},
      {"MappingWithUnknownTemplate", kCode, {a + "/use: ", "nothing"}, {}, good, field(R"({"use": "nothing"})")},
      {"MappingWithUnknownTable",
       kCode,
       {a + "/transforms/0/table: ", "none"},
       {},
       good,
       field(R"({"path": "G", "transforms": [{"name": "map", "table": "none"}]})")},
      {"MappingRequiredAndDefault", kCode, {a + ": "}, {}, good, field(R"({"path": "F", "required": true, "default": 1})")},
      {"MappingWithUnknownWave",
       kCode,
       {"/entities/A/targets/0/wave: ", "nowhere"},
       {},
       good,
       mapping(file(R"({"A": {"targets": [{"model": "m", "wave": "nowhere", "fields": {"x": 1}}]}})"))},
      {"MappingWithUnknownBuilder",
       kCode,
       {"/entities/Bill/builder/name: ", "magic"},
       {},
       good,
       mapping(file(R"({"Bill": {"builder": {"name": "magic", "waves": ["partners"]}}})"))},
      {"MappingOfAnEntityThatDoesNothing", kCode, {"/entities/Vendor: "}, {}, good, mapping(file(R"({"Vendor": {}})"))},
      {"MappingWithWavesInACircle",
       kCode,
       {"/waves: ", "one, two"},
       {},
       good,
       mapping(file(
           R"({"A": {"remember": [{}], "targets": [{"model": "a", "wave": "one", "fields": {"b": {"ref": {"entity": "B", "path": "B"}}}}]},
                        "B": {"remember": [{}], "targets": [{"model": "b", "wave": "two", "fields": {"a": {"ref": {"entity": "A", "path": "A"}}}}]}})",
           R"("format": 1)", R"({"one": {}, "two": {}})"))},
      {"MappingWithSeveralMistakes",
       kCode,
       {"/entities/A/label/path: ", "/entities/A/colour: ", "/entities/B: "},
       {},
       good,
       mapping(file(R"({"A": {"label": {"path": 5}, "colour": "red", "merged": "x"}, "B": {}})"))},
  };
}

}  // namespace q2o::bad_input
