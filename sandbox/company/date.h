#pragma once

#include <chrono>
#include <string>
#include <string_view>

/// Calendar days as ISO text ("2025-03-31"), which compares in time order.
namespace q2o::sandbox::date {

bool is_valid(std::string_view text);
std::chrono::sys_days days(std::string_view text);
std::string text(std::chrono::sys_days day);
std::string plus_days(std::string_view text, int count);
int days_between(std::string_view from, std::string_view to);
std::string month_end(std::string_view text);
/// First day of the fiscal year of `text`; `first_month` 1..12.
std::string fiscal_year_start(std::string_view text, unsigned first_month);
std::string fiscal_year_end(std::string_view text, unsigned first_month);
/// "January" -> 1; 1 for an unknown name.
unsigned month_number(std::string_view name);

}  // namespace q2o::sandbox::date
