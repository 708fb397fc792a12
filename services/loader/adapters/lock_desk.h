#pragma once

#include "common/pg/pg.h"
#include "q2o/loader/v1/loader.pb.h"
#include "services/loader/app/books.h"
#include "services/loader/app/run_store.h"

namespace q2o::loader {

/// Closes the books of a proven migration's target until a day, holding the target meanwhile. Error failed_precondition (NOT_PROVEN) before
/// that, unavailable while a run works there, and what Odoo refuses in its own words.
Result<v1::LockBooksResponse> lock_books(pg::Pool& pool, RunStore& runs,
                                         const std::function<Result<std::shared_ptr<Books>>(const std::string& target_id)>& open,
                                         const std::string& tenant_id, const v1::LockBooksRequest& request);

}  // namespace q2o::loader
