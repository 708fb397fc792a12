#include "services/connector/domain/reports.h"

#include <fmt/format.h>

#include <algorithm>

#include "services/connector/domain/query.h"

namespace q2o::connector {
namespace {

constexpr int kDepthMax = 32;
constexpr const char* kShapeHint =
    "The source changed the shape of its reports; the connector must learn it before this company can be read.";

std::vector<Day> moments_of(const ReportRule& rule, const Period& span, unsigned fiscal_first_month) {
  std::vector<Day> days;
  for (const auto moments : rule.moments) {
    if (moments == Moments::last_date) days.push_back(span.last);
    if (moments == Moments::month_ends)
      for (const auto& month : months(span)) days.push_back(month.last);
    if (moments == Moments::fiscal_year_ends)
      for (const auto& year : fiscal_years(span, fiscal_first_month)) days.push_back(year.last);
  }
  return days;
}

ReportRequest request(const std::string& name, const std::map<std::string, std::string>& parameters, const Period& period,
                      Day fiscal_start) {
  ReportRequest out{name, {}, "", to_text(period.last)};
  for (const auto& [key, form] : parameters) {
    if (form.find("{start}") != std::string::npos) out.start_date = to_text(period.first);
    if (form.find("{fiscal_start}") != std::string::npos) out.start_date = to_text(fiscal_start);
    out.parameters[key] =
        fill(form, {{"start", to_text(period.first)}, {"end", to_text(period.last)}, {"fiscal_start", to_text(fiscal_start)}});
  }
  return out;
}

std::optional<std::size_t> column_of(const json::Value& report, std::string_view key) {
  std::size_t index = 0;
  for (const auto& column : report.at("Columns.Column").items()) {
    for (const auto& meta : column["MetaData"].items())
      if (meta["Name"].text() == "ColKey" && meta["Value"].text() == key) return index;
    ++index;
  }
  return std::nullopt;
}

void walk(const json::Value& rows, std::size_t column, int depth, std::optional<Period>& span) {
  if (depth > kDepthMax) return;
  for (const auto& row : rows["Row"].items()) {
    const auto cells = row["ColData"].items();
    if (column < cells.size()) {
      if (const auto day = parse_day(cells[column]["value"].text())) {
        if (!span) span = Period{*day, *day};
        span->first = std::min(span->first, *day);
        span->last = std::max(span->last, *day);
      }
    }
    if (row.has("Rows")) walk(row["Rows"], column, depth + 1, span);
  }
}

}  // namespace

std::vector<ReportRequest> plan_reports(const Manifest& manifest, const Period& span, unsigned fiscal_first_month) {
  std::vector<ReportRequest> all;
  for (const auto& rule : manifest.reports)
    for (const Day day : moments_of(rule, span, fiscal_first_month)) {
      auto wanted = request(rule.name, rule.parameters, {month_first(day), day}, fiscal_year(day, fiscal_first_month).first);
      if (std::find(all.begin(), all.end(), wanted) == all.end()) all.push_back(std::move(wanted));
    }
  return all;
}

ReportRequest ledger_request(const Manifest& manifest, const Period& period, bool multicurrency, bool probe) {
  auto parameters = probe ? manifest.ledger.probe_parameters : manifest.ledger.parameters;
  if (multicurrency && !probe)
    for (const auto& [key, value] : manifest.ledger.multicurrency_parameters) parameters[key] = value;
  return request(manifest.ledger.report, parameters, period, period.first);
}

Result<std::optional<Period>> dates_in(const json::Value& report, std::string_view column_key) {
  std::optional<Period> span;
  if (!report["Columns"].is_object()) return fail(Code::invalid_argument, "the report has no Columns", "BAD_REPORT", kShapeHint);
  const auto column = column_of(report, column_key);
  if (!column && !report.at("Rows.Row").items().empty())
    return fail(Code::invalid_argument, fmt::format("the report has no column '{}'", column_key), "BAD_REPORT", kShapeHint);
  if (column) walk(report["Rows"], *column, 0, span);
  return span;
}

bool truncated(const Manifest& manifest, std::string_view body) {
  return std::any_of(manifest.ledger.truncated_marks.begin(), manifest.ledger.truncated_marks.end(),
                     [&](const std::string& mark) { return body.find(mark) != std::string_view::npos; });
}

}  // namespace q2o::connector
