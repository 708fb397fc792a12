#include "services/mapper/domain/builders/expression.h"

#include <algorithm>

#include "common/json/json.h"

namespace q2o::mapper::builders {
namespace {

Expression single(std::string_view key, std::string_view value, bool is_reference) {
  json::Writer out;
  out.begin_object().field(key, value).end_object();
  Expression result{out.take(), {}};
  if (is_reference) result.references.emplace_back(value);
  return result;
}

void absorb(Expression& into, const Expression& from) {
  into.references.insert(into.references.end(), from.references.begin(), from.references.end());
}

std::vector<std::string> distinct(std::vector<std::string> names) {
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

/// `{"key": [a, b, …]}`
Expression listed(std::string_view key, const std::vector<Expression>& values) {
  Expression result;
  json::Writer out;
  out.begin_object().key(key).begin_array();
  for (const auto& value : values) {
    out.raw(value.json);
    absorb(result, value);
  }
  out.end_array().end_object();
  result.json = out.take();
  return result;
}

}  // namespace

Expression none() {
  return {};
}

Expression text(std::string_view value) {
  json::Writer out;
  out.string(value);
  return {out.take(), {}};
}

Expression text_or_none(std::string_view value) {
  return value.empty() ? none() : text(value);
}
Expression number(const Decimal& value) {
  return {value.to_string(), {}};
}
Expression number(int value) {
  return {std::to_string(value), {}};
}
Expression flag(bool value) {
  return {value ? "true" : "false", {}};
}
Expression record_ref(std::string_view external_id) {
  return single("ref", external_id, true);
}
Expression refs(const std::vector<Expression>& values) {
  return listed("refs", values);
}
Expression company(std::string_view field) {
  return single("company", field, false);
}
Expression xmlid(std::string_view name) {
  return single("xmlid", name, false);
}
Expression move_of(std::string_view external_id) {
  return single("move_of", external_id, true);
}

Expression order_line(std::string_view external_id, int line) {
  json::Writer out;
  out.begin_object().key("order_line").begin_array().string(external_id).number(static_cast<std::int64_t>(line)).end_array().end_object();
  return {out.take(), {std::string(external_id)}};
}

Expression find(std::string_view model, const std::vector<Condition>& domain, std::string_view order) {
  Expression result;
  json::Writer out;
  out.begin_object().key("find").begin_array().string(model).begin_array();
  for (const auto& condition : domain) {
    out.begin_array().string(condition.field).string(condition.comparison).raw(condition.value.json).end_array();
    absorb(result, condition.value);
  }
  out.end_array();
  if (!order.empty()) out.begin_object().field("order", order).field("limit", 1).end_object();
  out.end_array().end_object();
  result.json = out.take();
  return result;
}

Expression distribution(const std::vector<Expression>& analytic_accounts) {
  Expression result;
  json::Writer out;
  out.begin_object().key("distribution").begin_array().begin_array().begin_array();
  for (const auto& account : analytic_accounts) {
    out.raw(account.json);
    absorb(result, account);
  }
  out.end_array().string("100.0").end_array().end_array().end_object();
  result.json = out.take();
  return result;
}

Fields& Fields::set(std::string_view name, Expression value) {
  fields_.emplace_back(std::string(name), std::move(value));
  return *this;
}

Fields& Fields::append(const Fields& more) {
  fields_.insert(fields_.end(), more.fields_.begin(), more.fields_.end());
  return *this;
}

Expression Fields::object() const {
  Expression result;
  json::Writer out;
  out.begin_object();
  for (const auto& [name, value] : fields_) {
    out.key(name).raw(value.json);
    absorb(result, value);
  }
  out.end_object();
  result.json = out.take();
  return result;
}

Expression lines(const std::vector<Fields>& rows) {
  std::vector<Expression> objects;
  objects.reserve(rows.size());
  for (const auto& row : rows) objects.push_back(row.object());
  return listed("lines", objects);
}

Target create(std::string external_id, std::string_view model, std::string_view wave, const Fields& values, const CreateOptions& options) {
  Expression arguments = values.object();
  json::Writer out;
  out.begin_object().key("values").raw(arguments.json);
  if (!options.then.empty()) {
    const Expression then = options.then.object();
    out.key("then").raw(then.json);
    absorb(arguments, then);
  }
  if (options.exact_items) out.key("context").begin_object().field("skip_invoice_sync", true).end_object();
  if (options.sudo) out.field("sudo", true);
  out.end_object();
  Target target;
  target.external_id = std::move(external_id);
  target.model = model;
  target.wave = wave;
  target.values_json = out.take();
  target.references = distinct(std::move(arguments.references));
  target.post = options.post;
  return target;
}

Target operation(std::string external_id, std::string_view model, std::string_view name, std::string_view wave, const Fields& values) {
  Expression arguments = values.object();
  Target target;
  target.external_id = std::move(external_id);
  target.model = model;
  target.operation = name;
  target.wave = wave;
  target.values_json = std::move(arguments.json);
  target.references = distinct(std::move(arguments.references));
  return target;
}

}  // namespace q2o::mapper::builders
