#pragma once

#include <chrono>
#include <stop_token>

#include "common/metrics/metrics.h"
#include "common/pg/pg.h"

namespace q2o::content {

/// A table of config/retention.toml.
struct Rule {
  std::string table, column, only;
  int days = 0;
};
/// Those of one service; error invalid_argument in words.
Result<std::vector<Rule>> read_rules(const std::string& file, const std::string& service);

/// Deletes rows whose age has passed, in pieces; one replica at a time (lease). q2o_retention_rows_total{table}.
class Sweeper {
 public:
  Sweeper(pg::Pool& pool, std::vector<Rule> rules, std::string owner, metrics::Registry& metrics);
  void run(std::stop_token stop);  ///< every hour
  std::uint64_t sweep(std::stop_token stop);

 private:
  std::uint64_t delete_some(const Rule& rule, const pg::Lease& lease);
  pg::Pool& pool_;
  const std::vector<Rule> rules_;
  const std::string owner_;
  metrics::Registry& metrics_;
};

}  // namespace q2o::content
