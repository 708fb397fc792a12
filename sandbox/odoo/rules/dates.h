#pragma once

#include <cstdint>
#include <string>

namespace q2o::sandbox::odoo {

std::string days_after(const std::string& date, std::int64_t days);
std::string end_of_month(const std::string& date);
std::string american(const std::string& date);    ///< "2022-12-31" -> "12/31/2022"
std::string month_name(const std::string& date);  ///< "December 2022"

}  // namespace q2o::sandbox::odoo
