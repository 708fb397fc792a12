#pragma once

#include "common/acting/acting.h"
#include "common/pg/pg.h"

namespace q2o::pg {

/// From here to its end the transaction acts for somebody else than its thread: for who asks, once it has found him. Whom it acted for
/// before it does not act for any more, and no connection of the pool carries it on to the next transaction.
inline void act_for(Tx& tx, const acting::Whom& whom) {
  tx.exec("select set_config('q2o.acting', $1, true)", {whom.text()});
}

}  // namespace q2o::pg
