#pragma once

#include "sandbox/company/bookkeeper.h"
#include "sandbox/http/message.h"
#include "sandbox/quickbooks/clock.h"
#include "sandbox/quickbooks/selection.h"

namespace q2o::sandbox::quickbooks {

/// GET /cdc?entities=A,B&changedSince=T: what changed, deleted records as stubs; at most 1,000 objects and 30 days back.
tl::expected<std::string, Fault400> change_feed(const Request& request, const Shelf& shelf, const std::vector<Bookkeeper::Deleted>& deleted,
                                                Moment now);

}  // namespace q2o::sandbox::quickbooks
