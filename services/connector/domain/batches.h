#pragma once

#include <string>
#include <vector>

#include "services/connector/domain/query.h"

/// Cuts records into messages: many small ones together, a big one alone, too big ones not at all.
namespace q2o::connector {

struct BatchLimits {
  std::size_t records_max = 500;
  std::size_t batch_bytes_max = 768u << 10;
  std::size_t record_bytes_max = 16u << 20;
};

struct Batches {
  std::vector<std::vector<Row>> batches;
  std::vector<std::string> too_big;  ///< "12 (17301504 bytes)"
};

Batches cut(std::vector<Row> rows, const BatchLimits& limits);

}  // namespace q2o::connector
