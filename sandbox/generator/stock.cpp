#include "sandbox/generator/stock.h"

#include <algorithm>
#include <stdexcept>

namespace q2o::sandbox::generator {

void Stock::receive(const std::string& item, int quantity, const Decimal& unit_cost) {
  layers_[item].push_back({quantity, unit_cost});
  last_cost_[item] = unit_cost;
}

Decimal Stock::take(const std::string& item, int quantity) {
  Decimal cost;
  auto& layers = layers_[item];
  while (quantity > 0) {
    if (layers.empty()) throw std::logic_error("generator: sold more of item " + item + " than there is");
    auto& oldest = layers.front();
    const int taken = std::min(quantity, oldest.quantity);
    cost += oldest.unit_cost * Decimal(taken);
    oldest.quantity -= taken;
    quantity -= taken;
    if (oldest.quantity == 0) layers.pop_front();
  }
  return cost.rounded(2, Rounding::half_up);
}

int Stock::on_hand(const std::string& item) const {
  const auto it = layers_.find(item);
  int out = 0;
  if (it != layers_.end())
    for (const auto& layer : it->second) out += layer.quantity;
  return out;
}

Decimal Stock::last_cost(const std::string& item) const {
  const auto it = last_cost_.find(item);
  return it == last_cost_.end() ? Decimal{} : it->second;
}

Decimal Stock::value(const std::string& item) const {
  Decimal out;
  const auto it = layers_.find(item);
  if (it != layers_.end())
    for (const auto& layer : it->second) out += layer.unit_cost * Decimal(layer.quantity);
  return out;
}

}  // namespace q2o::sandbox::generator
