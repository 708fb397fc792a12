#pragma once

#include <map>

#include "common/pg/pg.h"

/// What a service keeps of tenants: taken away when its time has come, or when a tenant wants it gone.
namespace q2o::content {

/// Deletes every row of a tenant, or of one of its migrations, from all tables of the service's schema that have such a column (the
/// project's rule: every table names its tenant). Rows by table; in pieces, each a transaction; may be repeated. Not touched: the outbox
/// (its rows are sent within moments and sealed) and tables in `spared`.
std::map<std::string, std::uint64_t> purge(pg::Pool& pool, const std::string& tenant, const std::string& migration,
                                           const std::vector<std::string>& spared = {});

}  // namespace q2o::content
