#pragma once

#include <deque>
#include <map>
#include <string>

#include "common/decimal/decimal.h"

namespace q2o::sandbox::generator {

/// First in, first out: what lies on the shelf and what it cost.
class Stock {
 public:
  void receive(const std::string& item, int quantity, const Decimal& unit_cost);
  /// Takes the oldest ones; the cost of goods. Asserts that enough is there.
  Decimal take(const std::string& item, int quantity);
  int on_hand(const std::string& item) const;
  /// Cost of the newest layer, for goods that come back.
  Decimal last_cost(const std::string& item) const;
  Decimal value(const std::string& item) const;

 private:
  struct Layer {
    int quantity;
    Decimal unit_cost;
  };
  std::map<std::string, std::deque<Layer>> layers_;
  std::map<std::string, Decimal> last_cost_;
};

}  // namespace q2o::sandbox::generator
