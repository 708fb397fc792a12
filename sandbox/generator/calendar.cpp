#include <fmt/format.h>

#include "sandbox/generator/families.h"

namespace q2o::sandbox::generator {

std::vector<std::string> monthly(const Workshop& shop, int day) {
  const std::string first = shop.size.first_day, last = kLastDay;
  int year = std::stoi(first.substr(0, 4)), month = std::stoi(first.substr(5, 2));
  std::vector<std::string> out;
  for (;;) {
    auto text = fmt::format("{:04}-{:02}-{:02}", year, month, day);
    if (text > last) return out;
    out.push_back(std::move(text));
    if (++month == 13) ++year, month = 1;
  }
}

std::vector<std::string> yearly(const Workshop& shop, const std::string& month_and_day) {
  const std::string first = shop.size.first_day, last = kLastDay;
  std::vector<std::string> out;
  for (int year = std::stoi(first.substr(0, 4)); year <= std::stoi(last.substr(0, 4)); ++year) {
    auto text = fmt::format("{:04}{}", year, month_and_day);
    if (text > first && text <= last) out.push_back(std::move(text));
  }
  return out;
}

}  // namespace q2o::sandbox::generator
