#pragma once

#include <optional>

#include "common/pg/pg.h"
#include "q2o/loader/v1/loader.pb.h"
#include "services/loader/app/books.h"

namespace q2o::loader {

/// Whether a journal entry is asked for: one that we did not write ourselves may belong to what we did.
bool is_entry(const v1::FindRecordsRequest& request);

/// Payments and statement lines own the journal entry behind them, and Odoo makes it: the same question about the owner. Nothing: the
/// entry has none, or there is no such entry.
Result<std::optional<v1::FindRecordsRequest>> owner_of_entry(Books& books, const v1::FindRecordsRequest& entry,
                                                             std::chrono::milliseconds deadline);

/// Where the migration's newest run has written; empty: nowhere yet, or it is another tenant's.
std::string newest_target(pg::Pool& pool, const std::string& tenant_id, const std::string& migration_id);

}  // namespace q2o::loader
