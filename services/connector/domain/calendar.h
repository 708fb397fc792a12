#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/calendar/calendar.h"
#include "common/result/result.h"

/// Days as the source writes them ("2026-03-31"), and the periods that its reports are asked for.
namespace q2o::connector {

using calendar::Day;
using calendar::month_first;
using calendar::month_last;
using calendar::month_number;
using calendar::to_text;

struct Period {
  Day first, last;  ///< both included
  bool operator==(const Period&) const = default;
};

Result<Day> parse_day(std::string_view iso);
/// The fiscal year that contains `day`, when fiscal years begin with `first_month`.
Period fiscal_year(Day day, unsigned first_month);

/// Whole months from the month of span.first to the month of span.last.
std::vector<Period> months(const Period& span);
/// Whole fiscal years that touch the span.
std::vector<Period> fiscal_years(const Period& span, unsigned first_month);
/// Two halves of a period of more than one day.
std::pair<Period, Period> halves(const Period& period);
/// "2026-03" for a whole month, else "2026-03-01..2026-03-15".
std::string period_name(const Period& period);

}  // namespace q2o::connector
