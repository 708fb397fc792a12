#include "services/billing/payments/domain/words.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <stdexcept>

namespace q2o::billing::payments {

std::string grouped(std::uint64_t number) {
  std::string out = std::to_string(number);
  for (auto at = static_cast<std::ptrdiff_t>(out.size()) - 3; at > 0; at -= 3) out.insert(static_cast<std::size_t>(at), ",");
  return out;
}

std::string counted(std::uint64_t number, const std::string& one, const std::string& many) {
  return grouped(number) + " " + (number == 1 ? one : many);
}

std::string amount_text(const Decimal& amount) {
  const auto cents = amount.abs().to_string(2);
  const auto whole = cents.substr(0, cents.size() - 3);
  auto out = grouped(std::stoull(whole));
  if (!cents.ends_with(".00")) out += cents.substr(cents.size() - 3);
  return (amount.sign() < 0 ? "-" : "") + out;
}

std::string percent(const Decimal& rate) {
  auto text = (rate * Decimal(100)).to_string();
  if (text.find('.') != std::string::npos) {
    while (text.ends_with('0')) text.pop_back();
    if (text.ends_with('.')) text.pop_back();
  }
  return text + " %";
}

int minor_digits(const std::string& currency) {
  static constexpr std::array<std::string_view, 16> without{"BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA",
                                                            "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"};
  static constexpr std::array<std::string_view, 5> three{"BHD", "JOD", "KWD", "OMR", "TND"};
  if (std::ranges::find(without, currency) != without.end()) return 0;
  return std::ranges::find(three, currency) != three.end() ? 3 : 2;
}

std::int64_t minor_units(const Decimal& amount, const std::string& currency) {
  const auto digits = minor_digits(currency);
  const auto rounded = amount.rounded(digits, Rounding::half_up);
  if (rounded != amount)
    throw std::logic_error(fmt::format("{} {} has digits below the currency's smallest unit", amount.to_string(), currency));
  auto units = rounded.unscaled();
  for (int scale = rounded.scale(); scale < digits; ++scale) units *= 10;
  for (int scale = rounded.scale(); scale > digits; --scale) units /= 10;
  if (units > std::numeric_limits<std::int64_t>::max() || units < std::numeric_limits<std::int64_t>::min())
    throw std::overflow_error("an amount is too large for its currency's smallest unit");
  return static_cast<std::int64_t>(units);
}

Decimal from_minor_units(std::int64_t units, const std::string& currency) {
  return Decimal::of_unscaled(units, minor_digits(currency));
}

}  // namespace q2o::billing::payments
