#include "services/validator/domain/calendar.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <chrono>
#include <stdexcept>

namespace q2o::validator {
namespace {

using namespace std::chrono;

int number(const std::string& text, std::size_t at, std::size_t length) {
  int value = 0;
  const auto* begin = text.data() + at;
  if (text.size() < at + length || std::from_chars(begin, begin + length, value).ec != std::errc()) {
    throw std::invalid_argument("'" + text + "' is not a date");
  }
  return value;
}

year_month_day parse(const std::string& date) {
  return {year(number(date, 0, 4)), month(static_cast<unsigned>(number(date, 5, 2))), day(static_cast<unsigned>(number(date, 8, 2)))};
}

std::string print(const year_month_day& date) {
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()));
}

}  // namespace

std::string day_before(const std::string& date) {
  return print(year_month_day(sys_days(parse(date)) - days(1)));
}

std::string month_end(const std::string& date) {
  const auto d = parse(date);
  return print(year_month_day(sys_days(d.year() / d.month() / last)));
}

std::string fiscal_year_start(const std::string& date, unsigned first_month) {
  const auto d = parse(date);
  const auto start = static_cast<unsigned>(d.month()) >= first_month ? d.year() : d.year() - years(1);
  return print(start / month(first_month) / 1);
}

int days_between(const std::string& a, const std::string& b) {
  return static_cast<int>((sys_days(parse(b)) - sys_days(parse(a))).count());
}

std::vector<std::string> month_ends(const std::string& first, const std::string& last_date) {
  std::vector<std::string> out;
  const auto end = month_end(last_date);
  auto at = parse(first);
  for (auto month_of = at.year() / at.month(); out.empty() || out.back() < end; month_of += months(1)) {
    out.push_back(print(year_month_day(sys_days(month_of / last))));
  }
  return out;
}

unsigned month_number(const std::string& name) {
  static constexpr std::array<std::string_view, 12> names{"January", "February", "March",     "April",   "May",      "June",
                                                          "July",    "August",   "September", "October", "November", "December"};
  for (unsigned i = 0; i < names.size(); ++i) {
    if (names[i] == name) return i + 1;
  }
  return 0;
}

}  // namespace q2o::validator
