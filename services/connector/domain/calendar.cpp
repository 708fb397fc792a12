#include "services/connector/domain/calendar.h"

#include <fmt/format.h>

#include <array>
#include <charconv>

namespace q2o::connector {
namespace {

namespace chrono = std::chrono;
using chrono::days;
using chrono::year_month_day;

bool number(std::string_view text, int& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc() && end == text.data() + text.size();
}

}  // namespace

Result<Day> parse_day(std::string_view iso) {
  int y = 0, m = 0, d = 0;
  const bool shaped = iso.size() == 10 && iso[4] == '-' && iso[7] == '-' && number(iso.substr(0, 4), y) && number(iso.substr(5, 2), m) &&
                      number(iso.substr(8, 2), d);
  const year_month_day date{chrono::year{y}, chrono::month{static_cast<unsigned>(m)}, chrono::day{static_cast<unsigned>(d)}};
  if (!shaped || !date.ok()) return fail(Code::invalid_argument, fmt::format("'{}' is not a date like 2026-03-31", iso), "BAD_DATE");
  return Day{date};
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
  return Day{date.year() / date.month() / chrono::last};
}

unsigned month_number(std::string_view text) {
  static constexpr std::array<std::string_view, 12> kNames{"January", "February", "March",     "April",   "May",      "June",
                                                           "July",    "August",   "September", "October", "November", "December"};
  for (unsigned i = 0; i < kNames.size(); ++i)
    if (kNames[i] == text) return i + 1;
  int value = 0;
  return number(text, value) && value >= 1 && value <= 12 ? static_cast<unsigned>(value) : 0;
}

Period fiscal_year(Day day, unsigned first_month) {
  const year_month_day date{day};
  const auto start_year = static_cast<unsigned>(date.month()) >= first_month ? date.year() : date.year() - chrono::years{1};
  const year_month_day start = start_year / chrono::month{first_month} / 1;
  return {Day{start}, Day{start + chrono::months{12}} - days{1}};
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
