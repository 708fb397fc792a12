#pragma once

#include <cstdint>
#include <string>

#include "common/decimal/decimal.h"

/// Numbers for people, and amounts as payment providers count them. Pure.
namespace q2o::billing::payments {

/// "28,543"
std::string grouped(std::uint64_t number);
/// 1 -> "1 extra year", 4 -> "4 extra years".
std::string counted(std::uint64_t number, const std::string& one, const std::string& many);
/// "1,499" and "599.60": cents only where there are some.
std::string amount_text(const Decimal& amount);
/// "10 %" of 0.10.
std::string percent(const Decimal& rate);

/// Digits after the point of a currency's smallest unit (ISO 4217): 2 for USD, 0 for JPY.
int minor_digits(const std::string& currency);
/// 2099 USD -> 209900. Digits below the smallest unit must not be there (std::logic_error): prices are rounded before.
std::int64_t minor_units(const Decimal& amount, const std::string& currency);
/// 209900 USD -> 2099.00.
Decimal from_minor_units(std::int64_t units, const std::string& currency);

}  // namespace q2o::billing::payments
