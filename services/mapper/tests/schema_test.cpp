#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>

#include "services/mapper/tests/book.h"

/// mapping.schema.json is what editors check a mapping with; it must not promise anything else than the program does.
namespace q2o::mapper {
namespace {

using Json = nlohmann::json;
using Adapter = valijson::adapters::NlohmannJsonAdapter;

class MappingSchema : public ::testing::Test {
 protected:
  MappingSchema() : text_(Json::parse(testing::file_text(std::string(Q2O_SOURCE_DIR) + "/config/mappings/mapping.schema.json"))) {
    valijson::SchemaParser(valijson::SchemaParser::kDraft7).populateSchema(Adapter(text_), schema_);
  }

  /// Empty when the mapping is good, else the first mistake with its place.
  std::string mistake(const Json& mapping) {
    valijson::Validator validator;
    valijson::ValidationResults results;
    if (validator.validate(schema_, Adapter(mapping), &results)) return {};
    valijson::ValidationResults::Error error;
    std::string text, place;
    while (results.popError(error)) {
      place.clear();
      for (const auto& part : error.context) place += part;
      text += place + ": " + error.description + "\n";
    }
    return text.empty() ? "refused without a reason" : text;
  }

  Json text_;
  valijson::Schema schema_;
};

TEST_F(MappingSchema, AcceptsTheShippedMapping) {
  EXPECT_EQ("", mistake(Json::parse(testing::shipped_mapping())));
}

TEST_F(MappingSchema, RefusesAMappingWithAnUnknownMember) {
  Json mapping = Json::parse(testing::shipped_mapping());
  mapping["entities"]["Customer"]["colour"] = "red";
  EXPECT_THAT(mistake(mapping), ::testing::HasSubstr("colour"));
  EXPECT_FALSE(Mapping::compile(mapping.dump()).mapping) << "editor and program must agree";
}

TEST_F(MappingSchema, RefusesAMappingWithoutEntities) {
  Json mapping = Json::parse(testing::shipped_mapping());
  mapping.erase("entities");
  EXPECT_THAT(mistake(mapping), ::testing::HasSubstr("entities"));
}

}  // namespace
}  // namespace q2o::mapper
