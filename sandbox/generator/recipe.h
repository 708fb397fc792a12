#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "common/result/result.h"

namespace q2o::sandbox::generator {

enum class Profile { us, uk, ca };
enum class Scale { small, medium, large };

/// Which company to make. The same recipe gives the same company, byte for byte.
struct Recipe {
  Profile profile = Profile::us;
  Scale scale = Scale::small;
  std::uint64_t seed = 1;
  /// So many times as many documents and parties over the same days: how the cost of a migration grows. 1 of both is the scale itself.
  int times = 1, divided_by = 1;
};

/// "generated:us:medium:7"; parts at the end may be left out ("generated:us"). "medium*4" and "medium/4" are four times and a quarter of
/// it.
bool is_recipe(std::string_view text);
Result<Recipe> parse_recipe(std::string_view text);

/// How much of everything. Counts are in addition to the hand-made company that every scale contains.
struct Size {
  const char* first_day;
  int customers = 0, vendors = 0, employees = 0, accounts = 0, items = 0;
  int invoices = 0, receipts = 0, credits = 0, estimates = 0, bills = 0, expenses = 0, journals = 0;
};
Size size_of(Scale scale);
Size size_of(const Recipe& recipe);

}  // namespace q2o::sandbox::generator
