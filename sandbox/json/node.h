#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "common/decimal/decimal.h"
#include "common/json/json.h"
#include "common/result/result.h"

namespace q2o::sandbox {

struct NodeMember;

/// JSON that can be built and changed, for the objects of the sandbox. Numbers keep their digits; members keep their order.
class Node {
 public:
  struct Number {
    std::string digits;
  };
  using Array = std::vector<Node>;
  using Object = std::vector<NodeMember>;

  Node();
  Node(bool value);
  Node(const char* text);
  Node(std::string text);
  Node(std::string_view text);
  Node(int value);
  Node(const Decimal& value);  ///< as QuickBooks prints: 12.10 -> 12.1

  static Node object(std::initializer_list<NodeMember> members = {});
  static Node array();
  static Node array(Array items);
  static Node of(const json::Value& value);
  static Result<Node> parse(std::string text);

  bool is_null() const { return std::holds_alternative<std::monostate>(value_); }
  bool is_object() const { return std::holds_alternative<Object>(value_); }
  bool is_array() const { return std::holds_alternative<Array>(value_); }
  bool is_string() const { return std::holds_alternative<std::string>(value_); }
  bool is_number() const { return std::holds_alternative<Number>(value_); }
  bool is_boolean() const { return std::holds_alternative<bool>(value_); }

  const std::string& text() const;  ///< of a string or the digits of a number; empty otherwise
  bool truthy() const;
  Decimal decimal() const;  ///< of a number or a string that holds one; zero otherwise

  const Array& items() const;                          ///< empty when no array
  const Object& members() const;                       ///< empty when no object
  Array& items();                                      ///< makes an array of a null
  const Node& operator[](std::string_view key) const;  ///< a shared null when absent
  Node& operator[](std::string_view key);              ///< added at the end when absent; makes an object of a null
  bool has(std::string_view key) const { return find(key) != nullptr; }
  /// "MetaData.LastUpdatedTime", "CustomerRef.value"
  const Node& at(std::string_view path) const;
  Node& set(std::string_view key, Node value);
  void push(Node item);
  void erase(std::string_view key);

  std::string dump(int indent = 0) const;
  /// Equal as JSON: the order of members does not matter, 1.0 equals 1.
  friend bool operator==(const Node& a, const Node& b);

 private:
  static std::string trimmed(const Decimal& value);
  const Node* find(std::string_view key) const;
  void write(std::string& out, int indent, int depth) const;

  std::variant<std::monostate, bool, Number, std::string, Array, Object> value_;
};

struct NodeMember {
  std::string key;
  Node value;
};

// Here, because what makes a Node has to know what a member is.
inline Node::Node() = default;
inline Node::Node(bool value) : value_(value) {}
inline Node::Node(const char* text) : value_(std::string(text)) {}
inline Node::Node(std::string text) : value_(std::move(text)) {}
inline Node::Node(std::string_view text) : value_(std::string(text)) {}
inline Node::Node(int value) : value_(Number{std::to_string(value)}) {}
inline Node::Node(const Decimal& value) : value_(Number{trimmed(value)}) {}
inline void Node::push(Node item) {
  items().push_back(std::move(item));
}

}  // namespace q2o::sandbox
