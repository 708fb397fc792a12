#include "sandbox/json/node.h"

#include <algorithm>

namespace q2o::sandbox {
namespace {

const Node kNull;
const std::string kEmpty;

std::string quoted(std::string_view text) {
  json::Writer out;
  out.string(text);
  return out.take();
}

}  // namespace

Node Node::object(std::initializer_list<NodeMember> members) {
  Node out;
  out.value_ = Object(members);
  return out;
}

Node Node::array() {
  return array(Array());
}

Node Node::array(Array items) {
  Node out;
  out.value_ = std::move(items);
  return out;
}

Node Node::of(const json::Value& value) {
  Node out;
  switch (value.kind()) {
    case json::Value::Kind::null:
      break;
    case json::Value::Kind::boolean:
      out.value_ = value.truthy();
      break;
    case json::Value::Kind::number:
      out.value_ = Number{std::string(value.text())};
      break;
    case json::Value::Kind::string:
      out.value_ = std::string(value.text());
      break;
    case json::Value::Kind::array: {
      Array items;
      for (const auto& item : value.items()) items.push_back(of(item));
      out.value_ = std::move(items);
      break;
    }
    case json::Value::Kind::object: {
      Object members;
      for (const auto& member : value.members()) members.push_back({std::string(member.key), of(member.value)});
      out.value_ = std::move(members);
      break;
    }
  }
  return out;
}

Result<Node> Node::parse(std::string text) {
  auto document = json::Document::parse(std::move(text), json::Limits{.bytes = 1u << 30});
  if (!document) return fail(document.error());
  return of(document->root());
}

const std::string& Node::text() const {
  if (const auto* text = std::get_if<std::string>(&value_)) return *text;
  if (const auto* number = std::get_if<Number>(&value_)) return number->digits;
  return kEmpty;
}

bool Node::truthy() const {
  const auto* value = std::get_if<bool>(&value_);
  return value != nullptr && *value;
}

Decimal Node::decimal() const {
  return Decimal::parse(text()).value_or(Decimal{});
}

const Node::Array& Node::items() const {
  static const Array none;
  const auto* array = std::get_if<Array>(&value_);
  return array != nullptr ? *array : none;
}

const Node::Object& Node::members() const {
  static const Object none;
  const auto* object = std::get_if<Object>(&value_);
  return object != nullptr ? *object : none;
}

Node::Array& Node::items() {
  if (is_null()) value_ = Array{};
  return std::get<Array>(value_);
}

const Node* Node::find(std::string_view key) const {
  for (const auto& member : members())
    if (member.key == key) return &member.value;
  return nullptr;
}

const Node& Node::operator[](std::string_view key) const {
  const auto* found = find(key);
  return found != nullptr ? *found : kNull;
}

Node& Node::operator[](std::string_view key) {
  if (is_null()) value_ = Object{};
  auto& object = std::get<Object>(value_);
  for (auto& member : object)
    if (member.key == key) return member.value;
  return object.emplace_back(NodeMember{std::string(key), Node{}}).value;
}

const Node& Node::at(std::string_view path) const {
  const Node* node = this;
  while (!path.empty()) {
    const auto dot = path.find('.');
    node = &(*node)[path.substr(0, dot)];
    if (dot == std::string_view::npos) break;
    path.remove_prefix(dot + 1);
  }
  return *node;
}

Node& Node::set(std::string_view key, Node value) {
  (*this)[key] = std::move(value);
  return *this;
}

void Node::erase(std::string_view key) {
  if (auto* object = std::get_if<Object>(&value_)) std::erase_if(*object, [&](const NodeMember& member) { return member.key == key; });
}

std::string Node::trimmed(const Decimal& value) {
  auto text = value.to_string();
  if (text.find('.') == std::string::npos) return text;
  while (text.back() == '0') text.pop_back();
  if (text.back() == '.') text.pop_back();
  return text == "-0" ? "0" : text;
}

std::string Node::dump(int indent) const {
  std::string out;
  write(out, indent, 0);
  return out;
}

void Node::write(std::string& out, int indent, int depth) const {
  const auto line = [&](int level) {
    if (indent > 0) out.append("\n").append(static_cast<std::size_t>(indent * level), ' ');
  };
  if (const auto* text = std::get_if<std::string>(&value_)) {
    out += quoted(*text);
  } else if (const auto* number = std::get_if<Number>(&value_)) {
    out += number->digits;
  } else if (const auto* flag = std::get_if<bool>(&value_)) {
    out += *flag ? "true" : "false";
  } else if (is_null()) {
    out += "null";
  } else if (is_array()) {
    out += '[';
    for (const auto& item : items()) {
      if (&item != items().data()) out += ',';
      line(depth + 1);
      item.write(out, indent, depth + 1);
    }
    if (!items().empty()) line(depth);
    out += ']';
  } else {
    out += '{';
    for (const auto& member : members()) {
      if (&member != members().data()) out += ',';
      line(depth + 1);
      out.append(quoted(member.key)).append(indent > 0 ? ": " : ":");
      member.value.write(out, indent, depth + 1);
    }
    if (!members().empty()) line(depth);
    out += '}';
  }
}

bool operator==(const Node& a, const Node& b) {
  if (a.value_.index() != b.value_.index()) return false;
  if (a.is_number()) return a.decimal() == b.decimal();
  if (a.is_array()) return a.items() == b.items();
  if (a.is_object()) {
    if (a.members().size() != b.members().size()) return false;
    return std::all_of(a.members().begin(), a.members().end(), [&](const NodeMember& member) {
      const auto* other = b.find(member.key);
      return other != nullptr && *other == member.value;
    });
  }
  if (a.is_boolean()) return a.truthy() == b.truthy();
  return a.text() == b.text();
}

}  // namespace q2o::sandbox
