#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "common/decimal/decimal.h"
#include "common/result/result.h"

/// JSON in and out. Numbers keep the digits they were written with; nothing passes through a double.
namespace q2o::json {

struct Member;

/// One node of a parsed document. Cheap to copy (views into the Document, which must outlive it).
class Value {
 public:
  enum class Kind { null, boolean, number, string, array, object };

  Kind kind() const { return kind_; }
  bool is_null() const { return kind_ == Kind::null; }
  bool is_object() const { return kind_ == Kind::object; }
  bool is_array() const { return kind_ == Kind::array; }
  bool is_string() const { return kind_ == Kind::string; }
  bool is_number() const { return kind_ == Kind::number; }

  /// The text of a scalar: string contents (unescaped), digits of a number as written, "true"/"false"; empty otherwise.
  std::string_view text() const { return text_; }
  bool truthy() const { return kind_ == Kind::boolean && text_ == "true"; }
  Result<Decimal> decimal() const;  ///< of a number or of a string that holds one

  std::span<const Value> items() const;     ///< of an array, else empty
  std::span<const Member> members() const;  ///< of an object in written order, else empty
  /// Member of an object; a shared null value when absent. `at("a.b.0.c")` follows a path of names and indexes.
  const Value& operator[](std::string_view key) const;
  const Value& at(std::string_view path) const;
  bool has(std::string_view key) const;
  /// The bytes of this node exactly as they stood in the source.
  std::string_view raw() const { return raw_; }

 private:
  friend class Parser;
  Kind kind_ = Kind::null;
  std::string_view text_;
  std::string_view raw_;
  const void* children_ = nullptr;  // Value[] or Member[]
  std::size_t count_ = 0;
};

struct Member {
  std::string_view key;
  Value value;
};

struct Limits {
  std::size_t bytes = 64u << 20;
  int depth = 64;
};

/// Owns the text and the nodes of one document. Movable; values stay valid over a move.
class Document {
 public:
  Document();
  ~Document();
  Document(Document&&) noexcept;
  Document& operator=(Document&&) noexcept;

  /// Error: invalid_argument with reason JSON_SYNTAX and the byte offset in the message. Refuses NUL, invalid UTF-8, duplicate
  /// nesting beyond limits.depth.
  static Result<Document> parse(std::string text, const Limits& limits = {});
  const Value& root() const;

 private:
  friend class Parser;
  struct State;
  std::unique_ptr<State> state_;
};

/// Writes JSON; decimals are written verbatim. Misuse (two values in a row without key) asserts.
class Writer {
 public:
  Writer& begin_object();
  Writer& end_object();
  Writer& begin_array();
  Writer& end_array();
  Writer& key(std::string_view name);
  Writer& string(std::string_view text);
  Writer& number(const Decimal& value);
  Writer& number(std::int64_t value);
  Writer& boolean(bool value);
  Writer& null();
  Writer& raw(std::string_view json);  ///< one complete JSON value, copied as it is
  Writer& value(const Value& value);   ///< a parsed value, digits as written
  /// Shorthands for object members.
  Writer& field(std::string_view name, std::string_view text) { return key(name).string(text); }
  Writer& field(std::string_view name, const char* text) { return key(name).string(text); }
  Writer& field(std::string_view name, const Decimal& value) { return key(name).number(value); }
  Writer& field(std::string_view name, std::int64_t value) { return key(name).number(value); }
  Writer& field(std::string_view name, int value) { return key(name).number(static_cast<std::int64_t>(value)); }
  Writer& field(std::string_view name, bool value) { return key(name).boolean(value); }

  const std::string& text() const { return out_; }
  std::string take() { return std::move(out_); }

 private:
  void separate();
  void before_value();
  Writer& open(char bracket);
  Writer& close(char opened, char bracket);
  Writer& plain(std::string_view text);
  std::string out_;
  std::string levels_;  // the brackets that are open
  bool needs_comma_ = false;
  bool after_key_ = false;
};

}  // namespace q2o::json
