#include "sandbox/generator/tax_sheet.h"

#include <stdexcept>

namespace q2o::sandbox::generator {
namespace {

const Decimal kHundred(100);

Decimal part(const Decimal& base, const Decimal& percent) {
  return cents(Decimal::divide(base * percent, kHundred, 6, Rounding::half_up));
}

const RateRow& rate_row(const ProfileData& profile, std::string_view id) {
  for (const auto& row : profile.rates)
    if (row.id == id) return row;
  throw std::logic_error("generator: no tax rate " + std::string(id));
}

}  // namespace

std::string code_of_role(const ProfileData& profile, const std::string& role) {
  return role == "2" ? profile.usual : role == "1" ? profile.plain : role;
}

const std::vector<CodeRate>& TaxSheet::rates_of(const std::string& code) const {
  for (const auto& row : profile_.codes)
    if (row.id == code) return purchase_ ? row.purchases : row.sales;
  throw std::logic_error("generator: no tax code " + code);
}

TaxSheet::Sum& TaxSheet::sum_of(const std::string& rate) {
  for (auto& sum : rates_)
    if (sum.rate->id == rate) return sum;
  return rates_.emplace_back(Sum{&rate_row(profile_, rate), {}, {}});
}

Decimal TaxSheet::percent_of(const std::string& code) const {
  Decimal out;
  for (const auto& each : rates_of(code)) {
    const auto percent = Decimal::of(rate_row(profile_, each.rate).percent);
    out += each.on_tax ? Decimal::divide(percent * (kHundred + out), kHundred, 6, Rounding::half_up) : percent;
  }
  return out;
}

Decimal TaxSheet::add(const std::string& code, const Decimal& amount, bool inclusive) {
  const auto net = inclusive ? cents(Decimal::divide(amount * kHundred, kHundred + percent_of(code), 6, Rounding::half_up)) : amount;
  Decimal taxes;
  const auto& rates = rates_of(code);
  for (std::size_t i = 0; i < rates.size(); ++i) {
    auto& sum = sum_of(rates[i].rate);
    const auto base = rates[i].on_tax ? net + taxes : net;
    // The tax that is inside a price is what is left of it, to the cent.
    const auto tax = inclusive && i + 1 == rates.size() ? amount - net - taxes : part(base, Decimal::of(sum.rate->percent));
    sum.base += base;
    sum.amount += tax;
    taxes += tax;
  }
  return net;
}

void TaxSheet::override_by(const Decimal& difference) {
  if (!rates_.empty()) rates_.front().amount += difference;
}

Decimal TaxSheet::total() const {
  Decimal out;
  for (const auto& sum : rates_) out += sum.amount;
  return out;
}

Node TaxSheet::lines() const {
  auto out = Node::array();
  for (const auto& sum : rates_)
    out.push(Node::object({{"Amount", sum.amount},
                           {"DetailType", "TaxLineDetail"},
                           {"TaxLineDetail", Node::object({{"TaxRateRef", Node::object({{"value", sum.rate->id}})},
                                                           {"PercentBased", true},
                                                           {"TaxPercent", Decimal::of(sum.rate->percent)},
                                                           {"NetAmountTaxable", sum.base}})}}));
  return out;
}

std::vector<Entry> TaxSheet::entries() const {
  std::vector<Entry> out;
  for (const auto& sum : rates_) {
    if (sum.amount.is_zero()) continue;
    for (const auto& agency : profile_.agencies)
      if (std::string_view(agency.id) == sum.rate->agency) out.push_back({agency.account, sum.amount, sum.rate->name});
  }
  return out;
}

}  // namespace q2o::sandbox::generator
