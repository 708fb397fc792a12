#include "sandbox/company/date.h"

#include <array>
#include <cctype>

#include <fmt/format.h>

namespace q2o::sandbox::date {
namespace {

using std::chrono::day;
using std::chrono::month;
using std::chrono::sys_days;
using std::chrono::year;
using std::chrono::year_month_day;

constexpr std::array<std::string_view, 12> kMonths{"January", "February", "March",     "April",   "May",      "June",
                                                   "July",    "August",   "September", "October", "November", "December"};

int number(std::string_view digits) {
  int out = 0;
  for (const char c : digits) out = out * 10 + (c - '0');
  return out;
}

year_month_day civil(std::string_view text) {
  return {year(number(text.substr(0, 4))), month(static_cast<unsigned>(number(text.substr(5, 2)))),
          day(static_cast<unsigned>(number(text.substr(8, 2))))};
}

}  // namespace

bool is_valid(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return false;
  for (const std::size_t i : {0u, 1u, 2u, 3u, 5u, 6u, 8u, 9u})
    if (std::isdigit(static_cast<unsigned char>(text[i])) == 0) return false;
  return civil(text).ok();
}

sys_days days(std::string_view text) {
  return sys_days{civil(text)};
}

std::string text(sys_days value) {
  const year_month_day parts{value};
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(parts.year()), static_cast<unsigned>(parts.month()),
                     static_cast<unsigned>(parts.day()));
}

std::string plus_days(std::string_view from, int count) {
  return text(days(from) + std::chrono::days(count));
}

int days_between(std::string_view from, std::string_view to) {
  return static_cast<int>((days(to) - days(from)).count());
}

std::string month_end(std::string_view of) {
  const auto parts = civil(of);
  return text(sys_days{parts.year() / parts.month() / std::chrono::last});
}

std::string fiscal_year_start(std::string_view of, unsigned first_month) {
  const auto parts = civil(of);
  const auto start_year = static_cast<unsigned>(parts.month()) >= first_month ? parts.year() : parts.year() - std::chrono::years(1);
  return text(sys_days{start_year / month(first_month) / day(1)});
}

std::string fiscal_year_end(std::string_view of, unsigned first_month) {
  const auto start = civil(fiscal_year_start(of, first_month));
  return text(sys_days{(start.year() + std::chrono::years(1)) / start.month() / day(1)} - std::chrono::days(1));
}

unsigned month_number(std::string_view name) {
  for (unsigned i = 0; i < kMonths.size(); ++i)
    if (kMonths[i] == name) return i + 1;
  return 1;
}

}  // namespace q2o::sandbox::date
