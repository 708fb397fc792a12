#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/crypto/signed_token.h"
#include "common/pg/pg.h"
#include "q2o/validator/v1/download.pb.h"

namespace q2o::validator {

/// What a link shows.
struct SharedReport {
  std::string tenant, migration;
  std::uint32_t run = 0;
};

/// Links to reports. A token is signed and carries its end; the row makes it end before, and with a purge.
class Shares {
 public:
  Shares(pg::Pool& pool, config::Secret key) : pool_(pool), key_(std::move(key)) {}
  struct Made {
    v1::ReportShare share;
    std::string token;
  };
  /// Once per idempotency key (libs/common/once).
  Result<Made> create(const std::string& tenant, const std::string& migration, std::uint32_t run, std::chrono::hours life,
                      const std::string& actor);
  std::vector<v1::ReportShare> list(const std::string& tenant, const std::string& migration);
  /// False: there is no such link of the tenant.
  bool revoke(const std::string& tenant, const std::string& share);
  /// Nothing for every token that does not hold, whatever the cause.
  std::optional<SharedReport> open(const std::string& token);

 private:
  pg::Pool& pool_;
  const config::Secret key_;
};

}  // namespace q2o::validator
