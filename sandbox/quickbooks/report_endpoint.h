#pragma once

#include <optional>

#include "sandbox/http/message.h"
#include "sandbox/quickbooks/query.h"
#include "sandbox/reports/reports.h"

namespace q2o::sandbox::quickbooks {

/// GET /reports/{name}: reads the parameters, computes the report. "Today" is the last day of the company's ledger.
tl::expected<Node, Fault400> report(const reports::Books& books, const std::string& name, const Request& request, std::size_t cells_max);

}  // namespace q2o::sandbox::quickbooks
