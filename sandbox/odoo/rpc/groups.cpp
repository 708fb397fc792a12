#include "sandbox/odoo/rpc/groups.h"

#include <set>

#include "sandbox/odoo/errors.h"
#include "sandbox/odoo/orm/search.h"
#include "sandbox/odoo/rpc/output.h"
#include "sandbox/odoo/rules/dates.h"

namespace q2o::sandbox::odoo {

namespace {

struct Key {
  std::string text;  ///< as the client wrote it: "date:month"
  const Field* field = nullptr;
  std::string unit;  ///< day, month, quarter, year; empty for other fields
};

struct Aggregate {
  std::string name;
  const Field* field = nullptr;
  std::string function;
};

struct Group {
  std::vector<Value> keys;
  Ids ids;
};

const Field& known(const Model& model, std::string_view name) {
  const Field* field = model.find(name);
  if (!field) throw value_error(fmt::format("Invalid field '{}' on model '{}'", name, model.name));
  return *field;
}

Key parse_key(const Model& model, const std::string& text) {
  const auto colon = text.find(':');
  Key key{text, &known(model, text.substr(0, colon)), colon == std::string::npos ? "" : text.substr(colon + 1)};
  if (key.unit.empty() && (key.field->type == Type::date || key.field->type == Type::datetime)) key.unit = "month";
  return key;
}

/// "balance:sum", "debit_total:sum(debit)", "res_id:count_distinct", or a bare name (sum for numbers).
Aggregate parse_aggregate(const Model& model, const std::string& text) {
  const auto colon = text.find(':');
  Aggregate result{text.substr(0, colon), nullptr, "sum"};
  std::string field = result.name;
  if (colon != std::string::npos) {
    result.function = text.substr(colon + 1);
    if (const auto open = result.function.find('('); open != std::string::npos) {
      field = result.function.substr(open + 1, result.function.size() - open - 2);
      result.function.resize(open);
    }
  }
  result.field = &known(model, field);
  return result;
}

Value bucket(const Key& key, const Value& value) {
  if (key.unit.empty() || value.is_null()) return value;
  const std::string& date = value.text();
  if (key.unit == "year") return Value::of_text(date.substr(0, 4) + "-01-01");
  if (key.unit == "day") return Value::of_text(date.substr(0, 10));
  if (key.unit == "quarter")
    return Value::of_text(fmt::format("{}-{:02}-01", date.substr(0, 4), (std::stoi(date.substr(5, 2)) - 1) / 3 * 3 + 1));
  if (key.unit == "month") return Value::of_text(date.substr(0, 7) + "-01");
  throw value_error("Invalid granularity: " + key.unit);
}

std::string bucket_end(const Key& key, const std::string& start) {
  if (key.unit == "day") return days_after(start, 1);
  if (key.unit == "year") return fmt::format("{:04}-01-01", std::stoi(start.substr(0, 4)) + 1);
  std::string at = start;
  for (int month = 0; month < (key.unit == "quarter" ? 3 : 1); ++month) at = days_after(end_of_month(at), 1);
  return at;
}

std::string bucket_label(const Key& key, const std::string& start) {
  if (key.unit == "month") return month_name(start);
  if (key.unit == "year") return start.substr(0, 4);
  if (key.unit == "quarter") return fmt::format("Q{} {}", (std::stoi(start.substr(5, 2)) - 1) / 3 + 1, start.substr(0, 4));
  return fmt::format("{} {} {}", start.substr(8, 2), month_name(start).substr(0, 3), start.substr(0, 4));
}

/// What groups are ordered by: names of links, values of the rest; empty last.
std::string sort_text(Env& env, const Key& key, const Value& value) {
  if (value.is_null()) return "\x7f";
  if (key.field->type == Type::many2one) return env.record(key.field->relation, value.integer()).display_name();
  if (key.field->type == Type::integer) return fmt::format("{:020}", value.integer());
  if (key.field->type == Type::boolean) return value.truthy() ? "1" : "0";
  return value.text();
}

std::vector<Group> collect(Env& env, Table& table, const Ids& ids, const std::vector<Key>& keys) {
  std::unordered_map<std::string, std::size_t> places;
  std::vector<Group> groups;
  std::string place;
  for (const Id id : ids) {
    const Record record(env, table, id);
    std::vector<Value> values;
    place.clear();
    for (const Key& key : keys) {
      values.push_back(bucket(key, record.get(*key.field)));
      const Value& value = values.back();
      place += value.is_null() ? "-" : value.is_text() ? value.text() : std::to_string(value.integer());
      place += '\x1f';
    }
    const auto [found, fresh] = places.emplace(place, groups.size());
    if (fresh) groups.push_back({std::move(values), {}});
    groups[found->second].ids.push_back(id);
  }
  std::vector<std::pair<std::vector<std::string>, std::size_t>> order;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    std::vector<std::string> texts;
    for (std::size_t k = 0; k < keys.size(); ++k) texts.push_back(sort_text(env, keys[k], groups[i].keys[k]));
    order.emplace_back(std::move(texts), i);
  }
  std::ranges::sort(order);
  std::vector<Group> sorted;
  for (const auto& entry : order) sorted.push_back(std::move(groups[entry.second]));
  return sorted;
}

void write_aggregate(json::Writer& out, Env& env, Table& table, const Aggregate& aggregate, const Ids& ids) {
  Decimal sum, least, most;
  std::set<std::string> distinct;
  bool first = true;
  for (const Id id : ids) {
    const Value value = Record(env, table, id).get(*aggregate.field);
    if (value.is_null()) continue;
    if (aggregate.function.starts_with("count")) {
      distinct.insert(aggregate.function == "count_distinct" ? (value.is_text() ? value.text() : std::to_string(value.integer()))
                                                             : std::to_string(distinct.size()));
      continue;
    }
    const Decimal number = value.decimal();
    sum += number;
    least = first ? number : std::min(least, number);
    most = first ? number : std::max(most, number);
    first = false;
  }
  out.key(aggregate.name);
  const auto number = [&](const Decimal& value) {
    if (aggregate.field->type == Type::integer)
      out.number(static_cast<Id>(value.rounded(0, Rounding::down).unscaled()));
    else
      out.raw(as_float(value));
  };
  if (aggregate.function.starts_with("count"))
    out.number(static_cast<Id>(distinct.size()));
  else if (aggregate.function == "sum")
    number(sum);
  else if (aggregate.function == "min")
    number(least);
  else if (aggregate.function == "max")
    number(most);
  else if (aggregate.function == "avg")
    number(ids.empty() ? Decimal() : Decimal::divide(sum, Decimal(static_cast<Id>(ids.size())), 6, Rounding::half_up));
  else
    throw value_error("Invalid aggregation function '" + aggregate.function + "'");
}

void write_key(json::Writer& out, Env& env, Table& table, const Key& key, const Value& value, const Ids& ids) {
  out.key(key.text);
  if (!key.unit.empty() && !value.is_null())
    out.string(bucket_label(key, value.text()));
  else
    write_field(out, Record(env, table, ids.front()), *key.field, false);
}

void write_domain(json::Writer& out, const Any& domain, const std::vector<Key>& keys, const std::vector<Value>& values) {
  out.key("__domain").begin_array();
  const auto leaf = [&](const std::string& field, const char* comparison, const Value& value) {
    out.begin_array().string(field).string(comparison);
    if (value.is_null())
      out.boolean(false);
    else if (value.is_text())
      out.string(value.text());
    else
      out.number(value.integer());
    out.end_array();
  };
  for (std::size_t k = 0; k < keys.size(); ++k) {
    if (keys[k].unit.empty() || values[k].is_null()) {
      leaf(keys[k].field->name, "=", values[k]);
    } else {
      leaf(keys[k].field->name, ">=", values[k]);
      leaf(keys[k].field->name, "<", Value::of_text(bucket_end(keys[k], values[k].text())));
    }
  }
  for (const Any& term : domain.list()) term.write(out);
  out.end_array();
}

void write_ranges(json::Writer& out, const std::vector<Key>& keys, const std::vector<Value>& values) {
  if (std::ranges::all_of(keys, [](const Key& key) { return key.unit.empty(); })) return;
  out.key("__range").begin_object();
  for (std::size_t k = 0; k < keys.size(); ++k) {
    if (keys[k].unit.empty()) continue;
    out.key(keys[k].text);
    if (values[k].is_null())
      out.boolean(false);
    else
      out.begin_object().field("from", values[k].text()).field("to", bucket_end(keys[k], values[k].text())).end_object();
  }
  out.end_object();
}

}  // namespace

std::string read_group(Env& env, const Call& call) {
  Table& table = env.database().table(call.model);
  const Any& domain = call.argument(0, "domain");
  const Any* lazy_given = call.args.size() > 6 ? &call.args[6] : call.kwargs.find("lazy");
  const bool lazy = !lazy_given || lazy_given->truthy();
  std::vector<Key> keys;
  const Any& groupby = call.argument(2, "groupby");
  if (groupby.is_text()) keys.push_back(parse_key(table.model(), groupby.text()));
  for (const Any& name : groupby.list()) keys.push_back(parse_key(table.model(), name.text()));
  const std::size_t asked = keys.size();
  if (lazy && keys.size() > 1) keys.resize(1);
  std::vector<Aggregate> aggregates;
  for (const Any& name : call.argument(1, "fields").list()) {
    if (name.text() == "__count") continue;
    const Aggregate aggregate = parse_aggregate(table.model(), name.text());
    const bool is_key = std::ranges::any_of(keys, [&](const Key& key) { return key.field == aggregate.field; });
    const bool number = aggregate.field->is_number() || aggregate.field->type == Type::integer;
    if (name.text().find(':') != std::string::npos || (number && !is_key && aggregate.field->name != "id")) aggregates.push_back(aggregate);
  }
  Search how;
  const Any* active = env.context.find("active_test");
  how.active_test = !active || active->truthy();
  std::vector<Group> groups = collect(env, table, search(env, call.model, domain, how), keys);
  if (keys.empty() && groups.empty()) groups.emplace_back();
  const auto offset = static_cast<std::size_t>(call.argument(3, "offset").id());
  const auto limit = static_cast<std::size_t>(call.argument(4, "limit").id());
  json::Writer out;
  out.begin_array();
  for (std::size_t i = offset; i < groups.size() && (limit == 0 || i < offset + limit); ++i) {
    const Group& group = groups[i];
    out.begin_object();
    for (std::size_t k = 0; k < keys.size(); ++k) write_key(out, env, table, keys[k], group.keys[k], group.ids);
    const std::string count = lazy && asked > 0 ? keys.front().field->name + "_count" : "__count";
    out.key(count).number(static_cast<Id>(group.ids.size()));
    for (const Aggregate& aggregate : aggregates) write_aggregate(out, env, table, aggregate, group.ids);
    write_ranges(out, keys, group.keys);
    write_domain(out, domain, keys, group.keys);
    out.end_object();
  }
  out.end_array();
  return out.take();
}

}  // namespace q2o::sandbox::odoo
