#include "sandbox/odoo/orm/search.h"

#include "sandbox/odoo/errors.h"
#include "sandbox/odoo/orm/domain.h"

namespace q2o::sandbox::odoo {

namespace {

struct Order {
  const Field* field;
  bool descending;
};

std::vector<Order> parse_order(const Model& model, const std::string& text) {
  std::vector<Order> orders;
  std::stringstream stream(text);
  for (std::string part; std::getline(stream, part, ',');) {
    std::stringstream words(part);
    std::string name, direction;
    words >> name >> direction;
    const Field* field = model.find(name);
    if (!field) throw value_error(fmt::format("Invalid field '{}' on model '{}'", name, model.name));
    orders.push_back({field, direction == "desc" || direction == "DESC"});
  }
  return orders;
}

int compare(const Field& field, const Value& a, const Value& b) {
  if (a.is_null() || b.is_null()) return a.is_null() == b.is_null() ? 0 : a.is_null() ? 1 : -1;  // nulls last, as Postgres
  if (field.is_number() || field.type == Type::integer || field.type == Type::many2one) {
    const auto order = a.decimal() <=> b.decimal();
    return order < 0 ? -1 : order > 0 ? 1 : 0;
  }
  if (field.type == Type::boolean) return static_cast<int>(a.truthy()) - static_cast<int>(b.truthy());
  return a.text().compare(b.text());
}

void sort_ids(Env& env, Table& table, Ids& ids, const std::vector<Order>& orders) {
  std::vector<std::pair<std::vector<Value>, Id>> rows;
  rows.reserve(ids.size());
  for (const Id id : ids) {
    std::vector<Value> keys;
    for (const Order& order : orders) keys.push_back(Record(env, table, id).get(*order.field));
    rows.emplace_back(std::move(keys), id);
  }
  std::ranges::stable_sort(rows, [&](const auto& a, const auto& b) {
    for (std::size_t i = 0; i < orders.size(); ++i) {
      const int order = compare(*orders[i].field, a.first[i], b.first[i]);
      if (order != 0) return orders[i].descending ? order > 0 : order < 0;
    }
    return false;
  });
  std::ranges::transform(rows, ids.begin(), [](const auto& row) { return row.second; });
}

}  // namespace

Ids search(Env& env, std::string_view model, const Any& domain_terms, const Search& how) {
  Table& table = env.database().table(model);
  const Domain domain(env, table.model(), domain_terms);
  const Field* active = how.active_test && !domain.mentions("active") ? table.model().find("active") : nullptr;
  std::vector<Order> orders = parse_order(table.model(), how.order);
  // Rows are found in the order of their ids: who reads page by page needs no more than a page.
  if (orders.size() == 1 && orders.front().field->name == "id" && !orders.front().descending) orders.clear();
  const std::size_t enough = orders.empty() && how.limit > 0 ? how.offset + how.limit : 0;
  Ids found;
  const auto consider = [&](Id id) {
    const Record record(env, table, id);
    if (active && !record.get(*active).truthy()) return;
    if (domain.matches(record)) found.push_back(id);
  };
  if (const auto candidates = domain.candidates(table)) {
    for (auto id = candidates->begin(); id != candidates->end() && (enough == 0 || found.size() < enough); ++id) consider(*id);
  } else {
    for (Id id = domain.first_id(); id < table.next_id() && (enough == 0 || found.size() < enough); ++id)
      if (table.exists(id)) consider(id);
  }
  if (!orders.empty()) sort_ids(env, table, found, orders);
  const std::size_t first = std::min(how.offset, found.size());
  const std::size_t count = how.limit == 0 ? found.size() - first : std::min(how.limit, found.size() - first);
  return Ids(found.begin() + static_cast<std::ptrdiff_t>(first), found.begin() + static_cast<std::ptrdiff_t>(first + count));
}

}  // namespace q2o::sandbox::odoo
