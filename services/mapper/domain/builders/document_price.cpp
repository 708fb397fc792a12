#include <fmt/format.h>

#include "services/mapper/domain/builders/document.h"

namespace q2o::mapper::builders {

Priced priced(const DocumentLine& line) {
  if (line.quantity && line.price && !line.quantity->is_zero() &&
      (*line.quantity * *line.price).rounded(2, Rounding::half_up) == line.amount) {
    return {*line.quantity, *line.price, std::nullopt};
  }
  if (!line.quantity || !line.price) return {Decimal(1), line.amount, std::nullopt};
  return {Decimal(1), line.amount,
          fmt::format("{}{}({} x {})", line.name, line.name.empty() ? "" : " ", line.quantity->to_string(), line.price->to_string())};
}

}  // namespace q2o::mapper::builders
