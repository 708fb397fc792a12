#include "services/connector/domain/calendar.h"

#include <fmt/format.h>

namespace q2o::connector {

using std::chrono::days;

Result<Day> parse_day(std::string_view iso) {
  if (const auto day = calendar::read_day(iso)) return *day;
  return fail(Code::invalid_argument, fmt::format("'{}' is not a date like 2026-03-31", iso), "BAD_DATE");
}

Period fiscal_year(Day day, unsigned first_month) {
  const std::chrono::year_month_day start{calendar::fiscal_year_first(day, first_month)};
  return {Day{start}, Day{start + std::chrono::months{12}} - days{1}};
}

std::vector<Period> months(const Period& span) {
  std::vector<Period> all;
  for (Day day = month_first(span.first); day <= span.last; day = month_last(day) + days{1}) all.push_back({day, month_last(day)});
  return all;
}

std::vector<Period> fiscal_years(const Period& span, unsigned first_month) {
  std::vector<Period> all;
  for (Period year = fiscal_year(span.first, first_month); year.first <= span.last; year = fiscal_year(year.last + days{1}, first_month))
    all.push_back(year);
  return all;
}

std::pair<Period, Period> halves(const Period& period) {
  const Day middle = period.first + (period.last - period.first) / 2;
  return {{period.first, middle}, {middle + days{1}, period.last}};
}

std::string period_name(const Period& period) {
  if (period.first == month_first(period.first) && period.last == month_last(period.first)) return to_text(period.first).substr(0, 7);
  return to_text(period.first) + ".." + to_text(period.last);
}

}  // namespace q2o::connector
