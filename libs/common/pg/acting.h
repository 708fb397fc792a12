#pragma once

#include "common/pg/pg.h"

/// Row level security: tables with FORCE show and take only rows of what the transaction says it acts for, and nothing to one that says
/// nothing. The setting ends with the transaction, so no connection of the pool carries it on to somebody else.
namespace q2o::pg {

/// Rows of this tenant. The tenant must be the caller's verified one.
inline void act_for_tenant(Tx& tx, std::string_view tenant) {
  tx.exec("select set_config('q2o.tenant', $1, true)", {tenant});
}
/// Rows of this person, in whatever company.
inline void act_for_person(Tx& tx, std::string_view person) {
  tx.exec("select set_config('q2o.person', $1, true)", {person});
}
/// The row that this hash of a secret (session, link, address) or id of an API key leads to.
inline void act_for_credential(Tx& tx, std::string_view hash) {
  tx.exec("select set_config('q2o.credential', $1, true)", {hash});
}
/// Rows that have expired, to be deleted.
inline void act_as_sweeper(Tx& tx) {
  tx.exec("select set_config('q2o.sweep', 'on', true)");
}

}  // namespace q2o::pg
