#pragma once

#include <string>

#include "common/decimal/decimal.h"

namespace q2o {

/// Decimal::to_string() at the end of `out`.
void append_digits(std::string& out, const Decimal& value);

/// "-2057745.08" as "-2,057,745.08": the whole digits of a plain number in groups of three.
std::string with_thousands(std::string digits);

}  // namespace q2o
