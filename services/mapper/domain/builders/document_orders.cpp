#include <fmt/format.h>

#include "services/mapper/domain/builders/document.h"
#include "services/mapper/domain/losses.h"

namespace q2o::mapper::builders {
namespace {

void add_links(const Scope& scope, const json::Value& linked, std::string_view order_entity, std::vector<std::string>& orders) {
  for (const auto& link : linked.items()) {
    const std::string id(link["TxnId"].text());
    if (link["TxnType"].text() == order_entity) {
      const std::string key = fmt::format("{}/{}", order_entity, id);
      if (std::find(orders.begin(), orders.end(), key) == orders.end()) orders.push_back(key);
    } else if (link["TxnType"].text() == "TimeActivity" && !scope.before_first_day()) {
      json::Writer value;
      value.begin_object().field("invoice", scope.own()).end_object();
      scope.lookups.put("time_link", id, value.take());
    }
  }
}

/// Links said by the document and its lines, and those that only the order knows.
std::vector<std::string> linked_orders(const Scope& scope, std::string_view order_entity) {
  std::vector<std::string> orders;
  add_links(scope, scope.at("LinkedTxn"), order_entity, orders);
  for (const auto& line : scope.at("Line").items()) add_links(scope, line["LinkedTxn"], order_entity, orders);
  if (const auto* known = scope.lookups.find("order_link", scope.source.entity + '/' + scope.source.id)) {
    for (const auto& order : (*known)["orders"].items()) {
      if (std::find(orders.begin(), orders.end(), order.text()) == orders.end()) orders.emplace_back(order.text());
    }
  }
  return orders;
}

/// Orders that the document itself names must have been taken over, else it is tied to none.
const json::Value* lines_of(const Scope& scope, const std::string& order) {
  if (const auto* known = scope.lookups.find("order_lines", order)) return known;
  const auto slash = order.find('/');
  if (auto reject = missing_reference(scope.source, scope.run, "LinkedTxn", order.substr(0, slash), order.substr(slash + 1), scope.losses))
    throw Refusal{std::move(*reject)};
  return nullptr;
}

struct OrderLine {
  std::string order, item;
  Decimal amount;
  int position = 0;
};

std::vector<OrderLine> order_lines(const Scope& scope, const std::vector<std::string>& orders) {
  std::vector<OrderLine> found;
  for (const auto& order : orders) {
    const auto* known = lines_of(scope, order);
    if (known == nullptr) continue;
    int position = 0;
    for (const auto& line : (*known)["lines"].items()) {
      found.push_back({std::string((*known)["order"].text()), std::string(line["item"].text()),
                       Scope::amount_of(line["amount"], "order").value_or(Decimal{}), position++});
    }
  }
  return found;
}

}  // namespace

void link_orders(const Scope& scope, Document& document) {
  auto open = order_lines(scope, linked_orders(scope, document.sales ? "Estimate" : "PurchaseOrder"));
  for (const bool exact : {true, false}) {
    for (auto& line : document.lines) {
      if (line.item.empty() || line.order_line) continue;
      const auto found = std::find_if(open.begin(), open.end(), [&](const OrderLine& order) {
        return order.item == line.item && (!exact || order.amount == line.amount);
      });
      if (found == open.end()) continue;
      line.order_line = order_line(found->order, found->position);
      open.erase(found);
    }
  }
}

}  // namespace q2o::mapper::builders
