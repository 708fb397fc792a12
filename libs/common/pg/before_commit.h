#pragma once

#include <functional>

#include "common/pg/pg.h"

namespace q2o::pg {

/// What every transaction of this process that changed something does before its commit, or nothing. Set once, when the service is wired
/// and before anything runs. What it throws ends the transaction.
void before_commit(std::function<void(Tx&)> work);

}  // namespace q2o::pg
