#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/decimal/decimal.h"
#include "common/json/buffer.h"
#include "services/mapper/domain/model.h"

/// The loader's action language: JSON text that is put together as it is built, and which of our records it needs.
namespace q2o::mapper::builders {

/// `references` are external ids one behind the other, each ended by NUL (which no id contains): most expressions have none, and what is
/// built of them only appends.
struct Expression {
  std::string json = "null";
  std::string references = {};
};

/// The expressions that records are full of. They only view what they were given, so that it goes straight into its record, within the same
/// statement (hence the &&); where one has to stay, it becomes an Expression.
struct Text {
  std::string_view value;
  bool none_when_empty = false;
  operator Expression() &&;  // NOLINT(google-explicit-constructor)
};
struct Number {
  Decimal value;
  operator Expression() &&;  // NOLINT(google-explicit-constructor)
};
struct Reference {
  std::string_view external_id;
  operator Expression() &&;  // NOLINT(google-explicit-constructor)
};

/// RunContext::external_id, written where it belongs.
void append_external_id(json::Buffer& to, const RunContext& run, std::string_view entity, std::string_view id, std::string_view part);

/// A reference to the record that a source record becomes.
struct RecordOf {
  const RunContext& run;
  std::string_view entity, id, part;
  operator Expression() &&;  // NOLINT(google-explicit-constructor)
};

struct References {
  std::span<const Expression> values;
  operator Expression() &&;  // NOLINT(google-explicit-constructor)
};

Expression none();  ///< becomes False in Odoo
inline Text text(std::string_view value) {
  return {value};
}
inline Text text_or_none(std::string_view value) {
  return {value, true};
}
inline Number number(const Decimal& value) {
  return {value};
}
inline Number number(int value) {
  return {Decimal(value)};
}
Expression flag(bool value);
inline Reference record_ref(std::string_view external_id) {
  return {external_id};
}
inline References refs(std::span<const Expression> values) {
  return {values};
}
inline References no_refs() {
  return {};
}
Expression company(std::string_view field);
Expression xmlid(std::string_view name);
Expression move_of(std::string_view external_id);
Expression order_line(std::string_view external_id, int line);

/// One condition of a domain: field, operator, value.
struct Condition {
  std::string field, comparison;
  Expression value;
};
/// `order` empty: exactly one record must match; otherwise the first in that order.
Expression find(std::string_view model, const std::vector<Condition>& domain, std::string_view order = {});
/// Analytic distribution: all of one line on the given analytic accounts together.
Expression distribution(const std::vector<Expression>& analytic_accounts);

class Lines;

/// Fields of a record in the order in which they were set.
class Fields {
 public:
  /// `name` is a word of Odoo's: nothing in it to escape.
  Fields& set(std::string_view name, const Expression& value);
  Fields& set(std::string_view name, Text&& value);
  Fields& set(std::string_view name, Number&& value);
  Fields& set(std::string_view name, Reference&& value);
  Fields& set(std::string_view name, RecordOf&& value);
  Fields& set(std::string_view name, References&& value);
  Fields& set(std::string_view name, const Lines& value);
  Fields& append(const Fields& more);
  bool empty() const { return members_.empty(); }
  /// Nothing is set any more; the memory stays for the next record.
  Fields& clear();
  /// The members of a JSON object, without its brackets, and the references as in Expression.
  std::string_view members() const { return members_.text(); }
  std::string_view references() const { return references_.text(); }

 private:
  json::Buffer& member(std::string_view name);
  json::Buffer members_, references_;
};

/// One2many commands that create lines, written one behind the other.
class Lines {
 public:
  Lines& add(const Fields& row);
  Expression expression() const;

 private:
  friend class Fields;
  json::Buffer rows_, references_;
};

struct CreateOptions {
  bool post = false, sudo = false, exact_items = false;  ///< exact_items: Odoo must not compute anything (skip_invoice_sync)
  Fields then = {};
};
Target create(std::string external_id, std::string_view model, std::string_view wave, const Fields& values,
              const CreateOptions& options = {});
/// The target of an operation other than create; `values` are its arguments.
Target operation(std::string external_id, std::string_view model, std::string_view name, std::string_view wave, const Fields& values);

}  // namespace q2o::mapper::builders
