#include "sandbox/json/node.h"

namespace q2o::sandbox {
namespace {

TEST(Node, KeepsTheDigitsOfNumbers) {
  const std::string text = R"({"a":1.50,"b":[1e3,-0.0],"c":{"d":"x\"y"},"e":null,"f":true})";
  EXPECT_EQ(Node::parse(text)->dump(), text);
}

TEST(Node, PrintsMoneyAsQuickBooksDoes) {
  EXPECT_EQ(Node(Decimal::of("387.00")).dump(), "387");
  EXPECT_EQ(Node(Decimal::of("12.10")).dump(), "12.1");
  EXPECT_EQ(Node(Decimal::of("-0.00")).dump(), "0");
  EXPECT_EQ(Node(Decimal::of("100")).dump(), "100");
}

TEST(Node, ComparesAsJsonDoes) {
  EXPECT_EQ(*Node::parse(R"({"a":1,"b":2.0})"), *Node::parse(R"({"b":2,"a":1.00})"));
  EXPECT_FALSE(*Node::parse("[1,2]") == *Node::parse("[2,1]"));
  EXPECT_FALSE(*Node::parse(R"({"a":1})") == *Node::parse(R"({"a":"1"})"));
}

TEST(Node, GivesANullForWhatIsNotThere) {
  const auto node = *Node::parse(R"({"a":{"b":"c"}})");
  EXPECT_EQ(node.at("a.b").text(), "c");
  EXPECT_TRUE(node.at("a.x.y").is_null());
  EXPECT_TRUE(node["z"].decimal().is_zero());
}

TEST(Node, ChangesInPlace) {
  auto node = Node::object({{"a", 1}});
  node.set("b", "x").set("a", 2);
  node["list"].push("one");
  node.erase("b");
  EXPECT_EQ(node.dump(), R"({"a":2,"list":["one"]})");
}

}  // namespace
}  // namespace q2o::sandbox
