#pragma once

#include <compare>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "common/decimal/decimal.h"
#include "common/json/json.h"

namespace q2o::sandbox::odoo {

using Id = std::int64_t;
using Ids = std::vector<Id>;

/// What one field of one record holds: 24 bytes, cheap to copy (texts and id lists are shared and never changed).
class Value {
 public:
  Value() = default;
  static Value of_bool(bool value);
  static Value of_integer(std::int64_t value);
  static Value of_id(Id id) { return id == 0 ? Value() : of_integer(id); }
  static Value of_decimal(const Decimal& value);  ///< digits beyond 18 are rounded away
  static Value of_text(std::string text);
  static Value of_ids(Ids ids);

  bool is_null() const { return std::holds_alternative<std::monostate>(data_); }
  bool truthy() const;
  std::int64_t integer() const;  ///< 0 when it holds none
  Decimal decimal() const;
  const std::string& text() const;
  const Ids& ids() const;
  bool is_text() const { return std::holds_alternative<Text>(data_); }
  std::uint64_t hash() const;
  friend bool operator==(const Value& a, const Value& b);

 private:
  struct Number {
    std::int64_t unscaled;
    std::int8_t scale;
  };
  using Text = std::shared_ptr<const std::string>;
  using IdList = std::shared_ptr<const Ids>;
  std::variant<std::monostate, bool, std::int64_t, Number, Text, IdList> data_;
};

struct Any;
using List = std::vector<Any>;

/// An ordered dictionary of a call's values.
class Dict {
 public:
  const Any* find(std::string_view key) const;
  Any* find(std::string_view key);
  bool has(std::string_view key) const { return find(key) != nullptr; }
  Any& operator[](std::string_view key);
  void erase(std::string_view key);
  const std::vector<std::pair<std::string, Any>>& members() const { return members_; }
  std::vector<std::pair<std::string, Any>>& members() { return members_; }

 private:
  std::vector<std::pair<std::string, Any>> members_;
};

/// A value as a client sends it: what JSON can say. `null` and `false` both mean "empty".
struct Any {
  std::variant<std::monostate, bool, Decimal, std::string, List, Dict> data;

  Any() = default;
  Any(bool value) : data(value) {}
  Any(Id value) : data(Decimal(value)) {}
  Any(int value) : data(Decimal(static_cast<std::int64_t>(value))) {}
  Any(Decimal value) : data(value) {}
  Any(const char* value) : data(std::string(value)) {}
  Any(std::string value) : data(std::move(value)) {}
  Any(List value) : data(std::move(value)) {}
  Any(Dict value) : data(std::move(value)) {}
  static Any from(const json::Value& value);

  bool empty() const;  ///< null or false
  bool truthy() const;
  bool is_bool() const { return std::holds_alternative<bool>(data); }
  bool is_number() const { return std::holds_alternative<Decimal>(data); }
  bool is_text() const { return std::holds_alternative<std::string>(data); }
  bool is_list() const { return std::holds_alternative<List>(data); }
  bool is_dict() const { return std::holds_alternative<Dict>(data); }
  Id id() const;  ///< a whole number or a text that holds one, else 0
  Decimal number() const;
  const std::string& text() const;
  const List& list() const;
  const Dict& dict() const;
  void write(json::Writer& out) const;
  std::string dump() const;
  friend bool operator==(const Any& a, const Any& b);
};

/// [1, 2] as a client sends it.
Ids to_ids(const Any& value);
/// [[6, 0, ids]]: the command that replaces a many2many.
Any replace_with(const Ids& ids);

}  // namespace q2o::sandbox::odoo
