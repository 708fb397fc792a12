#include "services/billing/payments/domain/plan_map.h"

#include <fmt/format.h>

#include <sstream>

#include "common/json/json.h"

namespace q2o::billing::payments {
namespace {

std::string trimmed(const std::string& text) {
  const auto first = text.find_first_not_of(" \t\n");
  return first == std::string::npos ? "" : text.substr(first, text.find_last_not_of(" \t\n") - first + 1);
}

}  // namespace

Result<std::map<std::string, std::string>> parse_plan_map(const std::string& text, const Pricing& pricing) {
  const auto wrong = [](const std::string& what) {
    return fail(Code::invalid_argument, "STRIPE_PLAN_MAP: " + what, "PLAN_MAP",
                "Write price_1=starter,price_2=half with the plans of pricing_config.json.");
  };
  std::map<std::string, std::string> out;
  if (trimmed(text).starts_with('{')) {
    const auto document = json::Document::parse(text);
    if (!document) return wrong(document.error().message);
    for (const auto& member : document->root().members()) out[std::string(member.key)] = member.value.text();
  } else {
    std::istringstream pairs(text);
    for (std::string pair; std::getline(pairs, pair, ',');) {
      if (trimmed(pair).empty()) continue;
      const auto equals = pair.find('=');
      if (equals == std::string::npos) return wrong(fmt::format("'{}' is no price=plan", trimmed(pair)));
      out[trimmed(pair.substr(0, equals))] = trimmed(pair.substr(equals + 1));
    }
  }
  for (const auto& [price, plan] : out) {
    if (price.empty() || pricing.plan(plan) == nullptr) return wrong(fmt::format("there is no plan '{}' (of price '{}')", plan, price));
  }
  return out;
}

}  // namespace q2o::billing::payments
