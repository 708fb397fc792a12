#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/json/json.h"
#include "services/connector/domain/calendar.h"
#include "services/connector/domain/manifest.h"

/// Which reports a run asks for, and the little that must be read from a report tree.
namespace q2o::connector {

struct ReportRequest {
  std::string name;
  std::map<std::string, std::string> parameters;  ///< filled in
  std::string start_date, end_date;               ///< as recorded with the answer; start empty where only a moment counts
  bool operator==(const ReportRequest&) const = default;
};

/// Every report of the manifest over the span of the ledger; each request once.
std::vector<ReportRequest> plan_reports(const Manifest& manifest, const Period& span, unsigned fiscal_first_month);

/// The ledger report for one period; `probe`: the narrow form.
ReportRequest ledger_request(const Manifest& manifest, const Period& period, bool multicurrency, bool probe = false);

/// First and last date in a column of a report tree, found by its ColKey. Empty: no dated row. Error: the column is not there.
Result<std::optional<Period>> dates_in(const json::Value& report, std::string_view column_key);

/// The source cut the answer short without an error.
bool truncated(const Manifest& manifest, std::string_view body);

}  // namespace q2o::connector
