#include "services/validator/domain/calendar.h"

#include <stdexcept>

namespace q2o::validator {
namespace {

using calendar::Day;
using calendar::month_last;
using calendar::to_text;
using std::chrono::days;

Day parse(const std::string& date) {
  if (const auto day = calendar::read_day(date)) return *day;
  throw std::invalid_argument("'" + date + "' is not a date");
}

}  // namespace

std::string day_before(const std::string& date) {
  return to_text(parse(date) - days(1));
}

std::string month_end(const std::string& date) {
  return to_text(month_last(parse(date)));
}

std::string fiscal_year_start(const std::string& date, unsigned first_month) {
  return to_text(calendar::fiscal_year_first(parse(date), first_month));
}

int days_between(const std::string& a, const std::string& b) {
  return static_cast<int>((parse(b) - parse(a)).count());
}

std::vector<std::string> month_ends(const std::string& first, const std::string& last) {
  std::vector<std::string> out;
  const auto end = month_last(parse(last));
  auto at = month_last(parse(first));
  do {
    out.push_back(to_text(at));
    at = month_last(at + days(1));
  } while (at <= end);
  return out;
}

}  // namespace q2o::validator
