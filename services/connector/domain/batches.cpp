#include "services/connector/domain/batches.h"

#include <fmt/format.h>

namespace q2o::connector {

Batches cut(std::vector<Row> rows, const BatchLimits& limits) {
  // A message holds a little more than the bodies: ids, lengths, the scope.
  constexpr std::size_t kOverheadPerRecord = 64;
  Batches out;
  std::size_t bytes = 0;
  for (auto& row : rows) {
    const std::size_t size = row.body.size() + row.id.size() + kOverheadPerRecord;
    if (row.body.size() > limits.record_bytes_max) {
      out.too_big.push_back(fmt::format("{} ({} bytes)", row.id, row.body.size()));
      continue;
    }
    const bool full = out.batches.empty() || out.batches.back().size() >= limits.records_max || bytes + size > limits.batch_bytes_max;
    if (full) {
      out.batches.emplace_back();
      bytes = 0;
    }
    bytes += size;
    out.batches.back().push_back(std::move(row));
  }
  return out;
}

}  // namespace q2o::connector
