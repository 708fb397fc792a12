#include "services/billing/payments/domain/pricing_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/json/json.h"
#include "services/billing/payments/tests/shipped.h"

namespace q2o::billing::payments {
namespace {

using ::testing::HasSubstr;

std::string complaints(const std::string& text) {
  const auto out = parse_pricing(text);
  return out ? "" : out.error().message;
}

/// The value with the first member called `name` left out, wherever it stands.
void without(const json::Value& value, std::string_view name, bool& done, json::Writer& out) {
  if (value.is_object()) {
    out.begin_object();
    for (const auto& member : value.members()) {
      if (!done && member.key == name) {
        done = true;
        continue;
      }
      out.key(member.key);
      without(member.value, name, done, out);
    }
    out.end_object();
  } else if (value.is_array()) {
    out.begin_array();
    for (const auto& item : value.items()) without(item, name, done, out);
    out.end_array();
  } else {
    out.value(value);
  }
}

void required_names(const json::Value& schema, std::vector<std::string>& names) {
  for (const auto& name : schema["required"].items()) names.emplace_back(name.text());
  for (const auto& member : schema["properties"].members()) {
    required_names(member.value, names);
    required_names(member.value["items"], names);
  }
}

TEST(PricingConfig, EverythingThatTheSchemaRequiresIsAskedFor) {
  const auto schema = json::Document::parse(shipped_text("pricing_config.schema.json"));
  const auto config = json::Document::parse(shipped_text("pricing_config.json"));
  ASSERT_TRUE(schema && config);
  std::vector<std::string> names;
  required_names(schema->root(), names);
  EXPECT_EQ(names.size(), 9u + 2 + 7 + 5 + 4);
  for (const auto& name : names) {
    bool done = false;
    json::Writer out;
    without(config->root(), name, done, out);
    EXPECT_TRUE(done) << name;
    EXPECT_THAT(complaints(out.take()), HasSubstr(name + ": "));
  }
}

TEST(PricingConfig, AllComplaintsComeAtOnceWithTheirPlaces) {
  const auto said = complaints(R"({"currency":"dollars","rounding_unit":0,"quote_days":14.5,"years_max":30,"rate_per_extra_year":"ten",
    "credit":{"amount":-1,"per_records":10000},"colour":"red",
    "tiers":[{"id":"a","name":"","base_price":1,"years_included":1,"records_included":1,"records_max":null,"price_per_1000_extra_records":1}],
    "platforms":[],"plans":[{"id":"x","name":"X","years":2,"migrations_included":0},{"id":"x","name":"X","years":2,"migrations_included":0}]})");
  for (const auto* part : {"currency: three capital letters", "rounding_unit: a number", "quote_days: a whole number",
                           "rate_per_extra_year: a number", "credit.amount: a number", "colour: is not known", "tiers[0].name: a text",
                           "platforms: a list", "plans[1].id: 'x' stands there twice"}) {
    EXPECT_THAT(said, HasSubstr(part));
  }
}

TEST(PricingConfig, TiersThatDoNotFollowEachOtherAreRefused) {
  auto text = shipped_text("pricing_config.json");
  const auto swap = [&](const std::string& from, const std::string& to) {
    auto out = text;
    out.replace(out.find(from), from.size(), to);
    return complaints(out);
  };
  EXPECT_THAT(swap("\"records_max\": 15000", "\"records_max\": 30000"), HasSubstr("tiers[1]: includes no more records"));
  EXPECT_THAT(swap("\"records_max\": 15000", "\"records_max\": null"), HasSubstr("tiers[0]: only the last tier"));
  EXPECT_THAT(swap("\"amount\": 100", "\"amount\": 5000"), HasSubstr("its credits exceed its base price"));
  EXPECT_THAT(swap("\"rounding_unit\": 1", "\"rounding_unit\": 0.005"), HasSubstr("finer than the currency"));
}

TEST(PricingConfig, TheVersionFollowsTheContent) {
  EXPECT_EQ(shipped_pricing().version.size(), 64u);
  EXPECT_NE(parse_pricing(shipped_text("pricing_config.json") + "\n")->version, shipped_pricing().version);
  EXPECT_THAT(complaints("{"), HasSubstr("the file: "));
  EXPECT_THAT(complaints("[]"), HasSubstr("the file: an object is needed"));
}

}  // namespace
}  // namespace q2o::billing::payments
