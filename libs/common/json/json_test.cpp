#include "common/json/json.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <nlohmann/json.hpp>

namespace q2o::json {
namespace {

Document parse(std::string text) {
  auto parsed = Document::parse(std::move(text));
  if (!parsed) throw std::runtime_error(parsed.error().message);
  return std::move(*parsed);
}

TEST(Json, KeepsDigitsAndOrderAsWritten) {
  const auto document = parse(R"( {"b": 12.10, "a": -0.00, "big": 123456789012345678901234567890, "e": 1E+2} )");
  const auto& root = document.root();
  EXPECT_EQ(root["b"].text(), "12.10");
  EXPECT_EQ(root["a"].text(), "-0.00");
  EXPECT_EQ(root["big"].decimal()->to_string(), "123456789012345678901234567890");
  EXPECT_EQ(root["e"].decimal()->to_string(), "100");
  EXPECT_EQ(root.members()[0].key, "b");
  EXPECT_EQ(root.members().size(), 4u);
}

TEST(Json, GivesTheBytesOfEveryNodeAsTheyStood) {
  const std::string text = "{ \"list\" : [ 1 , {\"x\":[]} , \"a\\n\" ] , \"o\":{ } }";
  const auto document = parse(text);
  const auto& root = document.root();
  EXPECT_EQ(root.raw(), text);
  EXPECT_EQ(root["list"].raw(), "[ 1 , {\"x\":[]} , \"a\\n\" ]");
  EXPECT_EQ(root["list"].items()[1].raw(), "{\"x\":[]}");
  EXPECT_EQ(root["list"].items()[2].raw(), "\"a\\n\"");
  EXPECT_EQ(root["o"].raw(), "{ }");
}

TEST(Json, UnescapesStringsAndNames) {
  const auto document = parse(R"({"na\u006de": "tab\t \"q\" \\ \u00fc \ud83d\ude00", "z\"": ""})");
  EXPECT_EQ(document.root()["name"].text(), "tab\t \"q\" \\ ü 😀");
  EXPECT_TRUE(document.root().has("z\""));
  EXPECT_TRUE(document.root()["z\""].is_string());
}

TEST(Json, FollowsPathsOfNamesAndIndexes) {
  const auto document = parse(R"({"a":{"b":[{"c":true},null]}})");
  EXPECT_TRUE(document.root().at("a.b.0.c").truthy());
  for (const std::string_view absent : {"a.b.2", "a.b.x", "a.b.0.c.d", "nothing.at.all", "a..b", "a.b.-1"}) {
    EXPECT_TRUE(document.root().at(absent).is_null()) << absent;
  }
}

TEST(Json, TakesScalarsAsDocuments) {
  EXPECT_EQ(parse("12.50").root().text(), "12.50");
  EXPECT_EQ(parse(" \"x\" ").root().text(), "x");
  EXPECT_TRUE(parse("true").root().truthy());
  EXPECT_TRUE(parse("null\n").root().is_null());
  EXPECT_EQ(parse("[]").root().items().size(), 0u);
}

TEST(Json, ValuesStayValidWhenTheDocumentMoves) {
  auto first = parse(R"(["short", "with \u0041 escape"])");
  const Value last = first.root().items()[1];
  const Document second = std::move(first);
  EXPECT_EQ(last.text(), "with A escape");
  EXPECT_EQ(second.root().items()[0].text(), "short");
}

TEST(Json, RefusesHostileInput) {
  const std::vector<std::string> hostile{"",
                                         " ",
                                         "{",
                                         "[1,2",
                                         "[1,]",
                                         "[,1]",
                                         "{\"a\"}",
                                         "{\"a\":}",
                                         "{\"a\":1,}",
                                         "{\"a\":1 \"b\":2}",
                                         "{a:1}",
                                         "{1:2}",
                                         "[1}",
                                         "{\"a\":[1}",
                                         "[1]]",
                                         "{\"a\":1}}",
                                         "[1] x",
                                         "1 2",
                                         "true false",
                                         "tru",
                                         "truex",
                                         "nul",
                                         "01",
                                         "-",
                                         "1.",
                                         ".5",
                                         "+1",
                                         "1e",
                                         "0x1",
                                         "NaN",
                                         "[1 2]",
                                         "\"open",
                                         "\"\\x\"",
                                         "\"\\ud800\"",
                                         "\"\\u12\"",
                                         "\"a\"b",
                                         "[\"a\"\"b\"]",
                                         std::string("\"a\0b\"", 5),
                                         std::string("[1\0]", 4),
                                         "\"\xff\"",
                                         "\"\xc0\xaf\"",
                                         "\"\xed\xa0\x80\"",
                                         "\"tab\there\"",
                                         "\xef\xbb\xbf{}",
                                         "/* c */ 1",
                                         "'a'"};
  for (const auto& text : hostile) {
    const auto parsed = Document::parse(text);
    EXPECT_EQ(parsed.has_value() ? "" : parsed.error().reason, "JSON_SYNTAX") << text;
  }
}

TEST(Json, BoundsDepthAndSize) {
  const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  EXPECT_TRUE(Document::parse(nested(64)));
  EXPECT_FALSE(Document::parse(nested(65)));
  EXPECT_FALSE(Document::parse(nested(100000)));
  Limits tiny;
  tiny.bytes = 10;
  EXPECT_EQ(Document::parse("[1,2,3,4,5,6]", tiny).error().code, Code::resource_exhausted);
}

TEST(Json, SaysWhereTheTroubleIs) {
  EXPECT_NE(Document::parse(R"({"a":1,"b":nope})").error().message.find("byte"), std::string::npos);
}

TEST(JsonWriter, WritesDecimalsAndTextVerbatim) {
  Writer out;
  out.begin_object().field("amount", Decimal::of("12.10")).field("name", "a\"\\\n\x01ü").field("n", 5).field("yes", true);
  out.key("list").begin_array().null().number(std::int64_t{-1}).raw("{\"x\":1.0}").begin_object().end_object().end_array();
  const auto text = out.end_object().take();
  EXPECT_EQ(text, "{\"amount\":12.10,\"name\":\"a\\\"\\\\\\n\\u0001ü\",\"n\":5,\"yes\":true,\"list\":[null,-1,{\"x\":1.0},{}]}");
  EXPECT_EQ(parse(text).root()["name"].text(), "a\"\\\n\x01ü");
}

TEST(JsonWriter, CopiesParsedValuesWithTheirDigits) {
  const auto document = parse(R"({"a":[1.50,{"b":null}]})");
  EXPECT_EQ(Writer().value(document.root()).take(), R"({"a":[1.50,{"b":null}]})");
  EXPECT_EQ(Writer().value(document.root()["absent"]).take(), "null");
}

/// Texts are looked through eight characters at a time: the place of a special one must not matter.
TEST(JsonWriter, EscapesWhereverInTheTextItIsNeeded) {
  for (const std::string special : {"\"", "\\", "\n", "\x1f", "\x7f", "ü", "€", "😀"}) {
    for (std::size_t length = 0; length < 20; ++length) {
      for (std::size_t place = 0; place <= length; ++place) {
        const std::string text = std::string(place, 'a') + special + std::string(length - place, '!') + special;
        const auto written = Writer().begin_array().string(text).string("next").end_array().take();
        EXPECT_EQ(nlohmann::json::parse(written)[0].get<std::string>(), text);
        EXPECT_EQ(parse(written).root().items()[0].text(), text);
      }
    }
  }
}

TEST(JsonWriterDeathTest, StopsOnMisuse) {
  EXPECT_DEATH(Writer().begin_object().string("value without key"), "misused");
  EXPECT_DEATH(Writer().begin_array().end_object(), "misused");
  EXPECT_DEATH(Writer().null().null(), "misused");
}

/// What our tree says, in the other library's terms.
nlohmann::json rebuilt(const Value& value) {
  switch (value.kind()) {
    case Value::Kind::null:
      return nullptr;
    case Value::Kind::boolean:
      return value.truthy();
    case Value::Kind::number:
      return nlohmann::json::parse(value.text());
    case Value::Kind::string:
      return std::string(value.text());
    case Value::Kind::array: {
      auto out = nlohmann::json::array();
      for (const auto& item : value.items()) out.push_back(rebuilt(item));
      return out;
    }
    case Value::Kind::object: {
      auto out = nlohmann::json::object();
      for (const auto& member : value.members()) out[std::string(member.key)] = rebuilt(member.value);
      return out;
    }
  }
  return nullptr;
}

/// Texts that look like JSON more often than random bytes do.
rc::Gen<std::string> almost_json() {
  const auto piece = rc::gen::elementOf(
      std::vector<std::string>{"{", "}", "[", "]", ",", ":", "\"a\"", "\"\\n\"", "1", "-2.50", "true", "null", " ", "\"", "\\"});
  return rc::gen::map(rc::gen::container<std::vector<std::string>>(piece), [](const std::vector<std::string>& pieces) {
    std::string out;
    for (const auto& one : pieces) out += one;
    return out;
  });
}

RC_GTEST_PROP(JsonProperty, AgreesWithAnotherParserAboutAnyText, ()) {
  const auto text = *rc::gen::oneOf(almost_json(), rc::gen::arbitrary<std::string>());
  const auto parsed = Document::parse(text);
  const auto other = nlohmann::json::parse(text, nullptr, false);
  RC_ASSERT(parsed.has_value() == !other.is_discarded());
  if (!parsed) return;
  RC_ASSERT(rebuilt(parsed->root()) == other);
  RC_ASSERT(nlohmann::json::parse(parsed->root().raw()) == other);
}

}  // namespace
}  // namespace q2o::json
