#include "sandbox/generator/recipe.h"

#include <array>
#include <charconv>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace q2o::sandbox::generator {
namespace {

constexpr std::string_view kMark = "generated";
constexpr std::array kProfiles{std::pair{"us", Profile::us}, std::pair{"uk", Profile::uk}, std::pair{"ca", Profile::ca}};
constexpr std::array kScales{std::pair{"small", Scale::small}, std::pair{"medium", Scale::medium}, std::pair{"large", Scale::large}};

template <class List>
auto named(const List& list, std::string_view name) -> std::optional<decltype(list[0].second)> {
  for (const auto& [word, value] : list)
    if (name == word) return value;
  return std::nullopt;
}

tl::unexpected<Error> unknown(std::string_view text) {
  return fail(
      Code::invalid_argument, fmt::format("'{}' names no company that can be generated", text), "COMPANY_RECIPE",
      "Write generated:PROFILE:SCALE:SEED, for example generated:us:medium:7. Profiles are us, uk, ca; scales are small, medium, large, "
      "and for example medium*4 or medium/4.");
}

/// "4"; nothing for anything else than 1 to 64.
std::optional<int> factor_of(std::string_view text) {
  int factor = 0;
  const auto [stopped, trouble] = std::from_chars(text.data(), text.data() + text.size(), factor);
  if (trouble != std::errc{} || stopped != text.data() + text.size() || factor < 1 || factor > 64) return std::nullopt;
  return factor;
}

bool read_scale(std::string_view text, Recipe& out) {
  const auto sign = text.find_first_of("*/");
  const auto scale = named(kScales, text.substr(0, sign));
  if (!scale) return false;
  out.scale = *scale;
  if (sign == std::string_view::npos) return true;
  const auto factor = factor_of(text.substr(sign + 1));
  if (factor) (text[sign] == '*' ? out.times : out.divided_by) = *factor;
  return factor.has_value();
}

}  // namespace

bool is_recipe(std::string_view text) {
  return text == kMark || (text.starts_with(kMark) && text[kMark.size()] == ':');
}

Result<Recipe> parse_recipe(std::string_view text) {
  std::vector<std::string_view> parts;
  for (auto rest = text;;) {
    const auto colon = rest.find(':');
    parts.push_back(rest.substr(0, colon));
    if (colon == std::string_view::npos) break;
    rest.remove_prefix(colon + 1);
  }
  Recipe out;
  if (parts.front() != kMark || parts.size() > 4) return unknown(text);
  if (parts.size() > 1) {
    const auto profile = named(kProfiles, parts[1]);
    if (!profile) return unknown(text);
    out.profile = *profile;
  }
  if (parts.size() > 2 && !read_scale(parts[2], out)) return unknown(text);
  if (parts.size() > 3) {
    const auto* end = parts[3].data() + parts[3].size();
    const auto [stopped, trouble] = std::from_chars(parts[3].data(), end, out.seed);
    if (trouble != std::errc{} || stopped != end) return unknown(text);
  }
  return out;
}

Size size_of(Scale scale) {
  switch (scale) {
    case Scale::small:
      return {.first_day = "2024-11-01"};
    case Scale::medium:
      return {.first_day = "2022-01-01",
              .customers = 860,
              .vendors = 90,
              .employees = 12,
              .accounts = 120,
              .items = 60,
              .invoices = 3'000,
              .receipts = 150,
              .credits = 50,
              .estimates = 60,
              .bills = 330,
              .expenses = 180,
              .journals = 60};
    case Scale::large:
      return {.first_day = "2019-01-01",
              .customers = 9'000,
              .vendors = 900,
              .employees = 60,
              .accounts = 520,
              .items = 400,
              .invoices = 39'600,
              .receipts = 1'500,
              .credits = 400,
              .estimates = 500,
              .bills = 4'200,
              .expenses = 2'300,
              .journals = 250};
  }
  return {.first_day = "2024-11-01"};
}

Size size_of(const Recipe& recipe) {
  auto size = size_of(recipe.scale);
  for (auto* count : {&size.customers, &size.vendors, &size.invoices, &size.receipts, &size.credits, &size.estimates, &size.bills,
                      &size.expenses, &size.journals})
    *count = *count * recipe.times / recipe.divided_by;
  return size;
}

}  // namespace q2o::sandbox::generator
