#pragma once

#include <string>

#include "common/decimal/decimal.h"

namespace q2o {

/// Decimal::to_string() at the end of `out`.
void append_digits(std::string& out, const Decimal& value);

}  // namespace q2o
