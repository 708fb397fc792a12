#pragma once

#include "common/pg/pg.h"
#include "services/connector/app/ports.h"

namespace q2o::connector {

/// The shared budget as one row per connection; its lock makes replicas take turns. Database clock.
class PostgresBudget : public BudgetStore {
 public:
  explicit PostgresBudget(pg::Pool& pool) : pool_(pool) {}
  std::vector<milliseconds> reserve(const std::string& connection_id, const Budget& budget, int count) override;
  void block(const std::string& connection_id, milliseconds time) override;
  int slots(const std::string& connection_id, const std::string& owner, int most, int busy, milliseconds ttl) override;

 private:
  pg::Pool& pool_;
};

}  // namespace q2o::connector
