#include "services/connector/domain/query.h"

#include <fmt/format.h>

#include <charconv>

namespace q2o::connector {
namespace {

std::string quoted(std::string_view value) {
  std::string out = "'";
  for (const char c : value) {
    if (c == '\'' || c == '\\') out += '\\';
    out += c;
  }
  return out + "'";
}

tl::unexpected<Error> nonsense(const std::string& what) {
  return fail(Code::invalid_argument, "the source's answer " + what, "BAD_ANSWER",
              "If it stays so, tell support the time and the company.");
}

}  // namespace

std::string fill(std::string form, const std::map<std::string, std::string>& values) {
  for (const auto& [name, value] : values) {
    const std::string place = "{" + name + "}";
    for (std::size_t at = form.find(place); at != std::string::npos; at = form.find(place, at + value.size()))
      form.replace(at, place.size(), value);
  }
  return form;
}

std::string where_in_year(const EntityRule& entity, int year) {
  return fmt::format(" WHERE {0}{1}{2} >= '{3:04}-01-01' AND {2} <= '{3:04}-12-31'", entity.filter, entity.filter.empty() ? "" : " AND ",
                     entity.count_date, year);
}

std::string where_of(const EntityRule& entity, const std::vector<std::string>& captured) {
  std::string conditions = entity.filter;
  if (!entity.filter_in.empty()) {
    std::string values;
    for (const auto& value : captured) values += (values.empty() ? "" : ", ") + quoted(value);
    conditions += fmt::format("{}{} IN ({})", conditions.empty() ? "" : " AND ", entity.filter_in, values);
  }
  return conditions.empty() ? "" : " WHERE " + conditions;
}

std::string count_statement(const Manifest& m, const EntityRule& e, const std::string& where) {
  return fill(m.query.count, {{"entity", e.name}, {"where", where}});
}

std::string page_statement(const Manifest& m, const EntityRule& e, const std::string& where, std::uint64_t start, int rows) {
  return fill(m.query.page, {{"entity", e.name},
                             {"where", where},
                             {"order", e.order_by.empty() ? "" : " ORDERBY " + e.order_by},
                             {"start", std::to_string(start)},
                             {"rows", std::to_string(rows)}});
}

std::string once_statement(const Manifest& m, const EntityRule& e) {
  return fill(m.query.once, {{"entity", e.name}});
}

std::string edge_statement(const Manifest& m, const EntityRule& e, const std::string& date_field, bool first) {
  return fill(m.query.edge, {{"entity", e.name}, {"field", date_field}, {"direction", first ? "ASC" : "DESC"}});
}

Result<std::uint64_t> count_in(const Manifest& m, const json::Value& answer) {
  const auto digits = answer.at(m.query.count_path).text();
  std::uint64_t count = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), count);
  if (digits.empty() || error != std::errc() || end != digits.data() + digits.size())
    return nonsense("to COUNT has no number at " + m.query.count_path);
  return count;
}

std::string_view text_at(const json::Value& row, std::string_view path) {
  if (!path.starts_with("*.")) return row.at(path).text();
  return row.members().size() == 1 ? row.members().front().value.at(path.substr(2)).text() : std::string_view{};
}

Result<std::vector<Row>> rows_in(const Manifest& m, const EntityRule& e, const json::Value& answer) {
  const json::Value& holder = answer.at(m.query.rows_path);
  if (!holder.is_object()) return nonsense("to a query has no " + m.query.rows_path);
  std::vector<Row> rows;
  for (const auto& key : e.result_keys) {
    if (!holder.has(key)) continue;
    if (!holder[key].is_array()) return nonsense("holds '" + key + "' that is no list");
    for (const auto& item : holder[key].items()) {
      std::string id;
      for (const auto& path : e.id) id += (id.empty() ? "" : "/") + std::string(text_at(item, path));
      rows.push_back({std::move(id), std::string(item.raw())});
    }
    break;
  }
  return rows;
}

}  // namespace q2o::connector
