#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>

#include "common/json/json.h"
#include "common/testing/testing.h"
#include "sandbox/odoo/schema/schema.h"

namespace q2o::sandbox::odoo {

namespace {

json::Document recorded(const std::string& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  auto document = json::Document::parse(text.str());
  if (!document) throw std::runtime_error(path + ": " + document.error().message);
  return std::move(*document);
}

void expect_same(const Field& field, const json::Value& real, const std::string& where) {
  EXPECT_EQ(field.type_name, real["type"].text()) << where;
  EXPECT_EQ(field.relation, real["relation"].text()) << where;
  EXPECT_EQ(field.required, real["required"].truthy()) << where;
  if (field.name != "display_name") {  // one model lets it be written
    EXPECT_EQ(field.readonly, real["readonly"].truthy()) << where;
  }
  std::set<std::string> values;
  for (const auto& value : real["selection"].items()) values.insert(std::string(value.at("0").text()));
  for (const auto& value : field.selection) EXPECT_TRUE(values.contains(value)) << where << ": " << value << " is no value";
  if (!field.selection.empty()) {
    EXPECT_EQ(field.selection.size(), values.size()) << where;
  }
}

}  // namespace

TEST(Schema, AgreesWithTheRecordedFieldsOfARealOdoo) {
  const std::string shared = q2o::testing::shared_folder();
  if (shared.empty()) GTEST_SKIP() << "recorded fields are not here (../shared)";
  const Schema schema;
  int checked = 0;
  for (const auto& [name, model] : schema.models()) {
    const std::string path = shared + "/odoo18/fields/" + name + ".json";
    if (!std::filesystem::exists(path)) continue;
    const json::Document document = recorded(path);
    for (const auto& field : model->fields) {
      const json::Value& real = document.root()[field->name];
      const std::string where = name + "." + field->name;
      if (real.is_null()) {
        EXPECT_TRUE(field->name == "create_date" || field->name == "write_date") << where << " does not exist";
        continue;
      }
      expect_same(*field, real, where);
      ++checked;
    }
  }
  EXPECT_GT(checked, 700);
}

TEST(Schema, KnowsItsFieldsByName) {
  const Schema schema;
  const Model* model = schema.find("account.move");
  ASSERT_NE(model, nullptr);
  EXPECT_EQ(model->find("line_ids")->inverse, "move_id");
  EXPECT_EQ(model->find("company_id")->path.back(), "company_id");
  EXPECT_EQ(model->find("nope"), nullptr);
  EXPECT_EQ(schema.find("res.nope"), nullptr);
}

}  // namespace q2o::sandbox::odoo
