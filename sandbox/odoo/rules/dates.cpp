#include "sandbox/odoo/rules/dates.h"

#include <array>
#include <chrono>

namespace q2o::sandbox::odoo {

namespace {

std::chrono::year_month_day parse(const std::string& date) {
  return {std::chrono::year(std::stoi(date.substr(0, 4))), std::chrono::month(static_cast<unsigned>(std::stoi(date.substr(5, 2)))),
          std::chrono::day(static_cast<unsigned>(std::stoi(date.substr(8, 2))))};
}

std::string print(const std::chrono::year_month_day& date) {
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()));
}

}  // namespace

std::string days_after(const std::string& date, std::int64_t days) {
  return print(std::chrono::sys_days(parse(date)) + std::chrono::days(days));
}

std::string end_of_month(const std::string& date) {
  const auto day = parse(date);
  return print(std::chrono::year_month_day(day.year() / day.month() / std::chrono::last));
}

std::string american(const std::string& date) {
  return date.substr(5, 2) + "/" + date.substr(8, 2) + "/" + date.substr(0, 4);
}

std::string month_name(const std::string& date) {
  static constexpr std::array kNames{"January", "February", "March",     "April",   "May",      "June",
                                     "July",    "August",   "September", "October", "November", "December"};
  return std::string(kNames[static_cast<std::size_t>(std::stoi(date.substr(5, 2)) - 1)]) + " " + date.substr(0, 4);
}

}  // namespace q2o::sandbox::odoo
