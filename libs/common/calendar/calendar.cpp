#include "common/calendar/calendar.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace q2o::calendar {
namespace {

using std::chrono::year_month_day;

/// Digits and nothing else.
std::optional<unsigned> number(std::string_view text) {
  unsigned out = 0;
  const auto* const last = text.data() + text.size();
  const auto [end, problem] = std::from_chars(text.data(), last, out);
  return problem == std::errc() && end == last ? std::optional(out) : std::nullopt;
}

}  // namespace

std::optional<Day> read_day(std::string_view iso) {
  if (iso.size() != 10 || iso[4] != '-' || iso[7] != '-') return std::nullopt;
  const auto year = number(iso.substr(0, 4)), month = number(iso.substr(5, 2)), day = number(iso.substr(8, 2));
  if (!year || !month || !day) return std::nullopt;
  const year_month_day date{std::chrono::year{static_cast<int>(*year)}, std::chrono::month{*month}, std::chrono::day{*day}};
  return date.ok() ? std::optional(Day{date}) : std::nullopt;
}

std::string to_text(Day day) {
  const year_month_day date{day};
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()));
}

Day month_first(Day day) {
  const year_month_day date{day};
  return Day{date.year() / date.month() / 1};
}

Day month_last(Day day) {
  const year_month_day date{day};
  return Day{date.year() / date.month() / std::chrono::last};
}

unsigned month_number(std::string_view text) {
  static constexpr std::array<std::string_view, 12> kNames{"January", "February", "March",     "April",   "May",      "June",
                                                           "July",    "August",   "September", "October", "November", "December"};
  const auto named = std::ranges::find(kNames, text);
  if (named != kNames.end()) return static_cast<unsigned>(named - kNames.begin()) + 1;
  const auto counted = number(text).value_or(0);
  return counted <= 12 ? counted : 0;
}

Day fiscal_year_first(Day day, unsigned first_month) {
  const year_month_day date{day};
  const auto year = static_cast<unsigned>(date.month()) >= first_month ? date.year() : date.year() - std::chrono::years{1};
  return Day{year / std::chrono::month{first_month} / 1};
}

std::string rfc3339(std::chrono::system_clock::time_point at) {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::chrono::system_clock::to_time_t(at)));
}

std::string rfc3339_milliseconds(std::chrono::system_clock::time_point at) {
  const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(at.time_since_epoch()).count() % 1000;
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(std::chrono::system_clock::to_time_t(at)), milliseconds);
}

}  // namespace q2o::calendar
