#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/decimal/decimal.h"
#include "services/mapper/domain/model.h"

/// The loader's action language as values: an expression knows its JSON and which of our records it needs.
namespace q2o::mapper::builders {

struct Expression {
  std::string json = "null";
  std::vector<std::string> references = {};
};

Expression none();  ///< becomes False in Odoo
Expression text(std::string_view value);
Expression text_or_none(std::string_view value);
Expression number(const Decimal& value);
Expression number(int value);
Expression flag(bool value);
Expression record_ref(std::string_view external_id);
Expression refs(const std::vector<Expression>& values);
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

/// Fields of a record in the order in which they were set.
class Fields {
 public:
  Fields& set(std::string_view name, Expression value);
  Fields& append(const Fields& more);
  bool empty() const { return fields_.empty(); }
  Expression object() const;

 private:
  std::vector<std::pair<std::string, Expression>> fields_;
};
/// One2many commands that create these lines.
Expression lines(const std::vector<Fields>& rows);

struct CreateOptions {
  bool post = false, sudo = false, exact_items = false;  ///< exact_items: Odoo must not compute anything (skip_invoice_sync)
  Fields then = {};
};
Target create(std::string external_id, std::string_view model, std::string_view wave, const Fields& values,
              const CreateOptions& options = {});
/// The target of an operation other than create; `values` are its arguments.
Target operation(std::string external_id, std::string_view model, std::string_view name, std::string_view wave, const Fields& values);

}  // namespace q2o::mapper::builders
