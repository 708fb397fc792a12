#include "sandbox/quickbooks/report_endpoint.h"

#include <fmt/format.h>

#include "sandbox/company/date.h"

namespace q2o::sandbox::quickbooks {
namespace {

struct Period {
  std::string start;
  std::string end;
};

Fault400 bad_value(std::string_view name, std::string_view value) {
  return {"2060", "Invalid Date", fmt::format("Date should be in YYYY-MM-DD format. Supplied value:{}", value), std::string(name)};
}

tl::expected<Period, Fault400> period_of(const reports::Books& books, const Request& request) {
  const auto today = books.company().last_date();
  Period out{std::string(request.parameter("start_date")), std::string(request.parameter("end_date"))};
  for (const auto* name : {"start_date", "end_date", "report_date"})
    if (const auto value = request.parameter(name); !value.empty() && !date::is_valid(value)) return tl::unexpected(bad_value(name, value));
  if (request.parameter("date_macro") == "All") return Period{books.company().first_date(), today};
  if (out.end.empty()) out.end = today;
  if (out.start.empty()) out.start = books.fiscal_year_start(out.end);
  if (out.end < out.start)
    return tl::unexpected(
        Fault400{"2070", "Invalid Date Range", fmt::format("start_date {} is after end_date {}", out.start, out.end), "start_date"});
  return out;
}

std::vector<std::string> list_of(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const auto comma = text.find(',');
    if (comma != 0) out.emplace_back(text.substr(0, comma));
    if (comma == std::string_view::npos) break;
    text.remove_prefix(comma + 1);
  }
  return out;
}

}  // namespace

tl::expected<Node, Fault400> report(const reports::Books& books, const std::string& name, const Request& request, std::size_t cells_max) {
  const auto unsupported = [](std::string detail) { return tl::unexpected(Fault400{"500", "Unsupported Operation", std::move(detail)}); };
  const auto period = period_of(books, request);
  if (!period) return tl::unexpected(period.error());
  const auto method = request.parameter("accounting_method");
  if (!method.empty() && method != "Accrual") return unsupported("The sandbox computes reports on accrual basis only.");
  if (name == "TrialBalance") return reports::trial_balance(books, period->start, period->end);
  if (name == "BalanceSheet") return reports::balance_sheet(books, period->start, period->end);
  if (name == "ProfitAndLoss") return reports::profit_and_loss(books, period->start, period->end);
  if (name == "GeneralLedger")
    return reports::general_ledger(books, period->start, period->end, {list_of(request.parameter("columns")), cells_max});
  // Aging looks at report_date alone; other dates are ignored and answered as of today.
  const auto wished = std::string(request.parameter("report_date"));
  const auto as_of = wished.empty() ? books.company().last_date() : wished;
  if (name == "AgedReceivables") return reports::aged(books, reports::Side::receivable, as_of);
  if (name == "AgedPayables") return reports::aged(books, reports::Side::payable, as_of);
  return unsupported(fmt::format("Operation {} is not supported.", name));
}

}  // namespace q2o::sandbox::quickbooks
