#include <fmt/format.h>

#include "services/mapper/domain/builders/document.h"

namespace q2o::mapper::builders {

Priced priced(const DocumentLine& line) {
  if (line.quantity && line.price && !line.quantity->is_zero() &&
      (*line.quantity * *line.price).rounded(2, Rounding::half_up) == line.amount) {
    return {*line.quantity, *line.price, line.name};
  }
  std::string name = line.name;
  if (line.quantity && line.price)
    name += fmt::format("{}({} x {})", name.empty() ? "" : " ", line.quantity->to_string(), line.price->to_string());
  return {Decimal(1), line.amount, std::move(name)};
}

}  // namespace q2o::mapper::builders
