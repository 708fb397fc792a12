#include "services/mapper/domain/builders/expression.h"

#include <algorithm>

#include "common/decimal/digits.h"
#include "common/json/json.h"
#include "common/json/text.h"

namespace q2o::mapper::builders {
namespace {

/// `{"key":"value"}`. The keys are our own words: nothing to escape.
template <class Out>
void append_single(Out& to, std::string_view key, std::string_view value) {
  to.append("{\"").append(key).append("\":");
  json::append_text(to, value);
  to.push_back('}');
}

Expression single(std::string_view key, std::string_view value) {
  Expression result{{}, {}};
  append_single(result.json, key, value);
  return result;
}

Expression naming(std::string_view key, std::string_view external_id) {
  Expression result = single(key, external_id);
  result.references.assign(external_id).push_back('\0');
  return result;
}

std::vector<std::string> distinct(std::initializer_list<std::string_view> lists) {
  constexpr std::size_t kFew = 32;  // names that are compared with each other; beyond that sorting is cheaper
  std::vector<std::string_view> names;
  names.reserve(kFew);
  for (auto references : lists) {
    for (std::size_t end = references.find('\0'); end != std::string_view::npos; end = references.find('\0')) {
      const auto name = references.substr(0, end);
      if (names.size() >= kFew || std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
      references.remove_prefix(end + 1);
    }
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return {names.begin(), names.end()};
}

void append_list(Expression& to, std::span<const Expression> values) {
  to.json += '[';
  for (const auto& value : values) {
    if (&value != values.data()) to.json += ',';
    to.json += value.json;
    to.references += value.references;
  }
  to.json += ']';
}

}  // namespace

Text::operator Expression() && {
  Expression result;
  if (none_when_empty && value.empty()) return result;
  result.json.clear();
  json::append_text(result.json, value);
  return result;
}
Number::operator Expression() && {
  return {value.to_string(), {}};
}
Reference::operator Expression() && {
  return naming("ref", external_id);
}
RecordOf::operator Expression() && {
  return record_ref(run.external_id(entity, id, part));
}
References::operator Expression() && {
  Expression result{"{\"refs\":", {}};
  append_list(result, values);
  result.json += '}';
  return result;
}

Expression none() {
  return {};
}
Expression flag(bool value) {
  return {value ? "true" : "false", {}};
}
Expression company(std::string_view field) {
  return single("company", field);
}
Expression xmlid(std::string_view name) {
  return single("xmlid", name);
}
Expression move_of(std::string_view external_id) {
  return naming("move_of", external_id);
}

Expression order_line(std::string_view external_id, int line) {
  json::Writer out;
  out.begin_object().key("order_line").begin_array().string(external_id).number(static_cast<std::int64_t>(line)).end_array().end_object();
  Expression result{out.take(), std::string(external_id)};
  result.references.push_back('\0');
  return result;
}

Expression find(std::string_view model, const std::vector<Condition>& domain, std::string_view order) {
  Expression result;
  json::Writer out;
  out.begin_object().key("find").begin_array().string(model).begin_array();
  for (const auto& condition : domain) {
    out.begin_array().string(condition.field).string(condition.comparison).raw(condition.value.json).end_array();
    result.references += condition.value.references;
  }
  out.end_array();
  if (!order.empty()) out.begin_object().field("order", order).field("limit", 1).end_object();
  out.end_array().end_object();
  result.json = out.take();
  return result;
}

Expression distribution(const std::vector<Expression>& analytic_accounts) {
  Expression result{"{\"distribution\":[[", {}};
  append_list(result, analytic_accounts);
  result.json += ",\"100.0\"]]}";
  return result;
}

json::Buffer& Fields::member(std::string_view name) {
  constexpr std::size_t kFirst = 512;  // most records fit
  if (members_.empty()) {
    members_.reserve(kFirst);
    references_.reserve(kFirst / 4);
  } else {
    members_.push_back(',');
  }
  members_.push_back('"');
  return members_.append(name).append("\":");
}

Fields& Fields::set(std::string_view name, const Expression& value) {
  member(name).append(value.json);
  references_.append(value.references);
  return *this;
}
Fields& Fields::set(std::string_view name, Text&& value) {
  auto& to = member(name);
  if (value.none_when_empty && value.value.empty())
    to.append("null");
  else
    json::append_text(to, value.value);
  return *this;
}
Fields& Fields::set(std::string_view name, Number&& value) {
  DigitsRoom room;
  member(name).append(digits(value.value, room));
  return *this;
}
Fields& Fields::set(std::string_view name, Reference&& value) {
  append_single(member(name), "ref", value.external_id);
  references_.append(value.external_id).push_back('\0');
  return *this;
}
Fields& Fields::set(std::string_view name, RecordOf&& value) {
  auto& to = member(name);
  const std::size_t at = references_.size();
  append_external_id(references_, value.run, value.entity, value.id, value.part);
  append_single(to, "ref", references_.text().substr(at));
  references_.push_back('\0');
  return *this;
}
Fields& Fields::set(std::string_view name, References&& value) {
  auto& to = member(name).append("{\"refs\":[");
  for (const auto& each : value.values) {
    if (&each != value.values.data()) to.push_back(',');
    to.append(each.json);
    references_.append(each.references);
  }
  to.append("]}");
  return *this;
}
Fields& Fields::set(std::string_view name, const Lines& value) {
  member(name).append("{\"lines\":[").append(value.rows_.text()).append("]}");
  references_.append(value.references_.text());
  return *this;
}

Fields& Fields::clear() {
  members_.clear();
  references_.clear();
  return *this;
}

Fields& Fields::append(const Fields& more) {
  if (more.empty()) return *this;
  if (!members_.empty()) members_.push_back(',');
  members_.append(more.members());
  references_.append(more.references());
  return *this;
}

Lines& Lines::add(const Fields& row) {
  constexpr std::size_t kFirst = 2048;  // most documents fit
  if (rows_.empty())
    rows_.reserve(kFirst);
  else
    rows_.push_back(',');
  rows_.push_back('{');
  rows_.append(row.members()).push_back('}');
  references_.append(row.references());
  return *this;
}

Expression Lines::expression() const {
  std::string json = "{\"lines\":[";
  json.append(rows_.text()).append("]}");
  return {std::move(json), std::string(references_.text())};
}

Target create(std::string external_id, std::string_view model, std::string_view wave, const Fields& values, const CreateOptions& options) {
  std::string json;
  json.reserve(values.members().size() + options.then.members().size() + 96);
  json.append("{\"values\":{").append(values.members()) += '}';
  if (!options.then.empty()) json.append(",\"then\":{").append(options.then.members()) += '}';
  if (options.exact_items) json += ",\"context\":{\"skip_invoice_sync\":true}";
  if (options.sudo) json += ",\"sudo\":true";
  json += '}';
  Target target;
  target.external_id = std::move(external_id);
  target.model = model;
  target.wave = wave;
  target.values_json = std::move(json);
  target.references = distinct({values.references(), options.then.references()});
  target.post = options.post;
  return target;
}

Target operation(std::string external_id, std::string_view model, std::string_view name, std::string_view wave, const Fields& values) {
  Target target;
  target.external_id = std::move(external_id);
  target.model = model;
  target.operation = name;
  target.wave = wave;
  target.values_json.reserve(values.members().size() + 2);
  (target.values_json += '{').append(values.members()) += '}';
  target.references = distinct({values.references()});
  return target;
}

}  // namespace q2o::mapper::builders
