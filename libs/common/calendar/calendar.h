#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

/// Days as both systems write them ("2026-03-31"), and moments in UTC for people and messages. Pure.
namespace q2o::calendar {

using Day = std::chrono::sys_days;

/// Nothing when it is not exactly a date, or no day that there is.
std::optional<Day> read_day(std::string_view iso);
std::string to_text(Day day);

Day month_first(Day day);
Day month_last(Day day);
/// January..December or 1..12 -> 1..12; 0 when it is neither.
unsigned month_number(std::string_view text);
/// First day of the fiscal year that contains `day`, when fiscal years begin with `first_month`.
Day fiscal_year_first(Day day, unsigned first_month);

/// "2026-04-01T12:00:00Z"
std::string rfc3339(std::chrono::system_clock::time_point at);
/// "2026-04-01T12:00:00.123Z"
std::string rfc3339_milliseconds(std::chrono::system_clock::time_point at);

}  // namespace q2o::calendar
