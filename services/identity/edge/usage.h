#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <stop_token>
#include <string>
#include <tuple>

#include "common/pg/pg.h"

namespace q2o::identity::edge {

/// A finished call, as the edge's access log has it.
struct Call {
  std::string tenant;  ///< UUID
  std::string key_id;  ///< of an API key; empty: a person's session
  std::string method;  ///< "/q2o.billing.v1.MigrationService/Start"
  int status = 0;      ///< HTTP status; a gRPC error as its HTTP status
  std::chrono::microseconds took{0};
  std::uint64_t request_bytes = 0, response_bytes = 0;
  std::chrono::sys_seconds at;
};

/// Counts calls per tenant, key, method, status and hour: in memory first, added to table `usage` every few seconds, so that counting
/// costs a call nothing. What was not written when the process is killed is lost: usage is a statistic, prices do not come from it.
/// Thread-safe.
class UsageBook {
 public:
  explicit UsageBook(pg::Pool& pool) : pool_(pool) {}
  void add(const Call& call);
  /// Writes what was added since; keeps it for the next time when that fails. Replicas add up.
  void write();
  /// Until stop, and once more then.
  void run(std::chrono::milliseconds every, std::stop_token stop);

 private:
  using Key = std::tuple<std::string, std::string, std::string, int, std::chrono::sys_time<std::chrono::hours>>;
  struct Sums {
    std::uint64_t calls = 0, microseconds = 0, microseconds_max = 0, request_bytes = 0, response_bytes = 0;
    void add(const Sums& other);
  };
  void put_back(const std::map<Key, Sums>& sums);
  static void write_tenant(pg::Tx& tx, const std::string& tenant, const std::map<Key, Sums>& sums);

  pg::Pool& pool_;
  std::mutex mutex_;
  std::map<Key, Sums> sums_;
  std::uint64_t dropped_ = 0;
};

}  // namespace q2o::identity::edge
