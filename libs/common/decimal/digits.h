#pragma once

#include <array>
#include <string>
#include <string_view>

#include "common/decimal/decimal.h"

namespace q2o {

/// Room for what a Decimal prints.
using DigitsRoom = std::array<char, 48>;
/// Decimal::to_string(), written into `room`.
std::string_view digits(const Decimal& value, DigitsRoom& room);

/// "-2057745.08" as "-2,057,745.08": the whole digits of a plain number in groups of three.
std::string with_thousands(std::string digits);

}  // namespace q2o
