#pragma once

#include <string>
#include <vector>

#include "common/pg/pg.h"
#include "services/identity/people/adapters/times.h"
#include "services/identity/people/domain/lockout.h"

namespace q2o::identity::people {

/// What tries are counted under: a keyed hash, so that the table names nobody.
struct Subject {
  std::string name;
  Lockout rule;
};

/// Counts tries before they are made, so that many at the same time count as well. Works the same for accounts that do not exist.
class Gate {
 public:
  Gate(pg::Pool& pool, Clock now) : pool_(pool), now_(std::move(now)) {}
  /// Counts one try for each subject. Error resource_exhausted TOO_MANY_ATTEMPTS with retry_after while one of them is blocked; that try
  /// counts for none, so that nobody can keep another one out for longer.
  Status enter(std::vector<Subject> subjects);
  /// It was the right one: its count begins anew.
  void forgive(const std::string& subject);
  /// That try did not fail: it is not counted. For a subject that many share (a network), whose other tries stay counted.
  void take_back(const Subject& subject);
  /// Rows that nobody needs any more.
  std::size_t sweep();

 private:
  pg::Pool& pool_;
  const Clock now_;
};

}  // namespace q2o::identity::people
