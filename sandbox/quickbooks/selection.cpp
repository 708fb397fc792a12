#include "sandbox/quickbooks/selection.h"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

#include "sandbox/company/date.h"
#include "sandbox/reports/books.h"

namespace q2o::sandbox::quickbooks {
namespace {

using reports::lower;

/// Attribute names are case-insensitive. A reference stands for its value.
const Node& property_of(const Node& object, std::string_view path) {
  static const Node none;
  const Node* node = &object;
  // A recurring transaction hides its attributes one level deeper.
  if (!object.has("Id") && object.members().size() == 1) node = &object.members().front().value;
  while (!path.empty()) {
    const auto dot = path.find('.');
    const auto key = lower(path.substr(0, dot));
    const Node* below = &none;
    if (node->is_array() && !node->items().empty()) node = &node->items().front();
    for (const auto& member : node->members())
      if (lower(member.key) == key) below = &member.value;
    node = below;
    if (dot == std::string_view::npos) break;
    path.remove_prefix(dot + 1);
  }
  if (node->has("value")) return (*node)["value"];
  if (node->has("Address")) return (*node)["Address"];
  return *node;
}

bool is_number(const Node& value) {
  return value.is_number();
}

bool like(std::string_view text, std::string_view pattern) {
  if (pattern.empty()) return text.empty();
  if (pattern.front() == '%') {
    for (std::size_t i = 0; i <= text.size(); ++i)
      if (like(text.substr(i), pattern.substr(1))) return true;
    return false;
  }
  return !text.empty() && text.front() == pattern.front() && like(text.substr(1), pattern.substr(1));
}

bool is_time(std::string_view text) {
  return text.size() >= 19 && text[10] == 'T';
}

/// Seconds since the epoch, so that times with different offsets compare.
std::optional<std::int64_t> seconds_of(std::string_view text) {
  if (text.size() < 10 || !date::is_valid(text.substr(0, 10))) return std::nullopt;
  auto seconds = std::chrono::duration_cast<std::chrono::seconds>(date::days(text.substr(0, 10)).time_since_epoch()).count();
  if (!is_time(text)) return seconds;
  const auto two = [&](std::size_t at) { return at + 1 < text.size() ? (text[at] - '0') * 10 + (text[at + 1] - '0') : 0; };
  seconds += two(11) * 3600 + two(14) * 60 + two(17);
  const auto zone = text.find_first_of("+-Z", 19);
  if (zone == std::string_view::npos || text[zone] == 'Z') return seconds;
  const auto offset = two(zone + 1) * 3600 + two(zone + 4) * 60;
  return text[zone] == '+' ? seconds - offset : seconds + offset;
}

std::string today() {
  return date::text(std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now()));
}

/// <0, 0, >0 as the row's value is below, equal to or above the literal.
int compare(const Node& value, const Literal& literal, std::string_view property) {
  const auto& text = literal.kind == Literal::Kind::today ? today() : literal.text;
  if (value.is_boolean()) return (value.truthy() ? "true" : "false") == text ? 0 : value.truthy() ? 1 : -1;
  if (is_number(value)) {
    const auto number = Decimal::parse(text);
    if (!number) return value.text().compare(text);
    const auto order = value.decimal() <=> *number;
    return order < 0 ? -1 : order > 0 ? 1 : 0;
  }
  if (lower(property).starts_with("metadata.")) {
    const auto left = seconds_of(value.text());
    const auto right = seconds_of(text);
    if (left && right) return *left < *right ? -1 : *left > *right ? 1 : 0;
  }
  return lower(value.text()).compare(lower(text));
}

bool holds(const Node& object, const Condition& condition) {
  using enum Condition::Operator;
  const auto& value = property_of(object, condition.property);
  // Absent equals nothing, except that an absent Active means active.
  if (value.is_null()) {
    return lower(condition.property) == "active" &&
           std::any_of(condition.values.begin(), condition.values.end(), [](const Literal& literal) { return literal.text == "true"; });
  }
  const auto one = [&](const Literal& literal) { return compare(value, literal, condition.property); };
  const auto& first = condition.values.front();
  switch (condition.op) {
    case equal:
      return one(first) == 0;
    case less:
      return one(first) < 0;
    case greater:
      return one(first) > 0;
    case less_or_equal:
      return one(first) <= 0;
    case greater_or_equal:
      return one(first) >= 0;
    case like:
      return quickbooks::like(lower(value.text()), lower(first.text));
    case in:
      return std::any_of(condition.values.begin(), condition.values.end(), [&](const Literal& literal) { return one(literal) == 0; });
  }
  return false;
}

bool less_by(const Node& left, const Node& right, std::string_view property) {
  const auto& a = property_of(left, property);
  const auto& b = property_of(right, property);
  if (a.is_number() && b.is_number()) return a.decimal() < b.decimal();
  const auto digits = [](const std::string& text) {
    return !text.empty() && text.size() < 19 && text.find_first_not_of("0123456789") == std::string::npos;
  };
  if (lower(property) == "id" && digits(a.text()) && digits(b.text())) return std::stoll(a.text()) < std::stoll(b.text());
  if (lower(property).starts_with("metadata.")) {
    const auto x = seconds_of(a.text());
    const auto y = seconds_of(b.text());
    if (x && y) return *x < *y;
  }
  return a.text() < b.text();
}

Fault400 invalid(std::string detail) {
  return {"4001", "Invalid query", "QueryValidationError: " + std::move(detail)};
}

}  // namespace

std::optional<std::chrono::system_clock::time_point> moment_of(std::string_view text) {
  const auto seconds = seconds_of(text);
  if (!seconds) return std::nullopt;
  return std::chrono::system_clock::time_point(std::chrono::seconds(*seconds));
}

Shelf::Shelf(const Company& company) {
  for (const auto& [entity, objects] : company.entities) {
    auto& rows = rows_[entity];
    for (const auto& object : objects) rows.push_back({&object, object.dump()});
    const auto* rules = find_entity(entity);
    const auto sort_by = rules == nullptr ? std::string_view{} : rules->sort_by;
    std::stable_sort(rows.begin(), rows.end(), [&](const Row& a, const Row& b) {
      if (!sort_by.empty()) return less_by(*a.object, *b.object, sort_by);
      return less_by(*b.object, *a.object, "MetaData.LastUpdatedTime");
    });
  }
}

bool Shelf::knows_property(const EntityRules& entity, std::string_view property) const {
  const auto rows = rows_.find(entity.name);
  if (rows == rows_.end()) return false;
  return std::any_of(rows->second.begin(), rows->second.end(),
                     [&](const Row& row) { return !property_of(*row.object, property).is_null(); });
}

tl::expected<void, Fault400> Shelf::check(const Query& query, const EntityRules& entity) const {
  const auto queryable = [&](const std::string& property) -> tl::expected<void, Fault400> {
    if (is_filterable(entity, property)) return {};
    if (knows_property(entity, property)) return tl::unexpected(invalid(fmt::format("property '{}' is not queryable", property)));
    return tl::unexpected(invalid(fmt::format("Property {} not found for Entity {}", property, entity.name)));
  };
  for (const auto& condition : query.where) {
    if (auto known = queryable(condition.property); !known) return known;
    const auto name = lower(condition.property);
    const bool equality = condition.op == Condition::Operator::equal || condition.op == Condition::Operator::in;
    if (name == "id" && !equality) return tl::unexpected(invalid("Operator is not supported for property Id"));
    const bool boolean = name == "active" || name == "job" || name == "taxable" || name == "subaccount" || name == "subitem";
    for (const auto& literal : condition.values)
      if (boolean && literal.kind != Literal::Kind::boolean)
        return tl::unexpected(Fault400{"10000", "An application error has occurred while processing your request",
                                       "System Failure Error: java.lang.String cannot be cast to java.lang.Boolean"});
  }
  for (const auto& order : query.order)
    if (auto known = queryable(order.property); !known) return known;
  return {};
}

tl::expected<Shelf::Page, Fault400> Shelf::select(const Query& query) const {
  Page page;
  page.entity = find_entity(query.entity);
  if (page.entity == nullptr) return tl::unexpected(invalid("invalid context declaration: " + query.entity));
  if (auto checked = check(query, *page.entity); !checked) return tl::unexpected(checked.error());
  const auto rows = rows_.find(page.entity->name);
  if (rows == rows_.end()) return page;
  const bool asks_active =
      std::any_of(query.where.begin(), query.where.end(), [](const Condition& c) { return lower(c.property) == "active"; });
  std::vector<const Row*> found;
  for (const auto& row : rows->second) {
    const auto& active = property_of(*row.object, "Active");
    if (page.entity->hides_inactive && !asks_active && active.is_boolean() && !active.truthy()) continue;
    if (std::all_of(query.where.begin(), query.where.end(), [&](const Condition& c) { return holds(*row.object, c); }))
      found.push_back(&row);
  }
  for (auto order = query.order.rbegin(); order != query.order.rend(); ++order)
    std::stable_sort(found.begin(), found.end(), [&](const Row* a, const Row* b) {
      return order->descending ? less_by(*b->object, *a->object, order->property) : less_by(*a->object, *b->object, order->property);
    });
  page.matching = found.size();
  const auto first = std::min(found.size(), static_cast<std::size_t>(query.start - 1));
  const auto last = std::min(found.size(), first + static_cast<std::size_t>(query.rows_max));
  page.rows.assign(found.begin() + static_cast<std::ptrdiff_t>(first), found.begin() + static_cast<std::ptrdiff_t>(last));
  return page;
}

const std::string* Shelf::find(std::string_view entity, std::string_view id) const {
  const auto rows = rows_.find(entity);
  if (rows == rows_.end()) return nullptr;
  for (const auto& row : rows->second)
    if (object_id(*row.object) == id) return &row.text;
  return nullptr;
}

}  // namespace q2o::sandbox::quickbooks
