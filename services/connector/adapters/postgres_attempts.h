#pragma once

#include "common/pg/pg.h"
#include "services/connector/app/ports.h"

namespace q2o::connector {

class PostgresAttempts : public AttemptStore {
 public:
  explicit PostgresAttempts(pg::Pool& pool) : pool_(pool) {}
  void begin(const std::string& tenant, const std::string& challenge, const std::string& redirect_uri, milliseconds lifetime) override;
  std::optional<std::string> take(const std::string& tenant, const std::string& challenge) override;

 private:
  pg::Pool& pool_;
};

}  // namespace q2o::connector
