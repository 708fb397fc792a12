#pragma once

#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>

#include "services/billing/payments/domain/pricing_config.h"

namespace q2o::billing::payments {

/// A file of config/ as it ships.
inline std::string shipped_text(const std::string& name) {
  std::ifstream in(std::string(Q2O_SOURCE_DIR) + "/config/" + name, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(in), {}};
  if (text.empty()) throw std::runtime_error("config/" + name + " cannot be read");
  return text;
}

inline const Pricing& shipped_pricing() {
  static const Pricing pricing = [] {
    auto read = parse_pricing(shipped_text("pricing_config.json"));
    if (!read) throw std::runtime_error(read.error().message);
    return *read;
  }();
  return pricing;
}

}  // namespace q2o::billing::payments
