#pragma once

#include <string>
#include <vector>

#include "common/calendar/calendar.h"

/// ISO dates as text, as both ledgers give them; std::invalid_argument for anything else.
namespace q2o::validator {

using calendar::month_number;

std::string day_before(const std::string& date);
std::string month_end(const std::string& date);
/// First day of the fiscal year that contains `date`.
std::string fiscal_year_start(const std::string& date, unsigned first_month);
/// Days from a to b; negative when b is earlier.
int days_between(const std::string& a, const std::string& b);
/// The ends of all months from the one of `first` to the one of `last`.
std::vector<std::string> month_ends(const std::string& first, const std::string& last);

}  // namespace q2o::validator
