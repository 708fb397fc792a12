#include "services/billing/domain/extent.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "common/calendar/calendar.h"

namespace q2o::billing {
namespace {

constexpr std::uint32_t kYearsMax = 100;

tl::unexpected<Error> refused(std::string message, const char* reason, std::string hint) {
  return fail(Code::invalid_argument, std::move(message), reason, std::move(hint));
}

std::string first_day_of(std::uint32_t years, unsigned first_month, calendar::Day today) {
  const std::chrono::year_month_day start(calendar::fiscal_year_first(today, first_month));
  return calendar::to_text(std::chrono::sys_days((start.year() - std::chrono::years(years - 1)) / start.month() / start.day()));
}

}  // namespace

Result<v1::Extent> complete(const v1::Extent& wanted, unsigned fiscal_year_first_month, const std::string& today) {
  const bool all = is_all(wanted);
  if (all && wanted.depth() <= v1::DEPTH_FULL) return v1::Extent{};
  if (all)
    return refused("open items and opening balances need a day", "EXTENT_WITHOUT_DAY",
                   "Say the first day, the cut-over date or the number of years; without one the whole history arrives.");
  if (wanted.depth() == v1::DEPTH_FULL)
    return refused("the full history and a first day contradict each other", "EXTENT_CONTRADICTION",
                   "Leave out either the day or the depth: what is before the day arrives as opening balances.");
  if (!wanted.first_day().empty() && wanted.years() != 0)
    return refused("a first day and a number of years contradict each other", "EXTENT_CONTRADICTION", "Say one of them.");
  const auto now = calendar::read_day(today).value();
  v1::Extent out = wanted;
  if (out.depth() == v1::DEPTH_UNSPECIFIED) out.set_depth(v1::DEPTH_OPEN);
  if (wanted.years() != 0) {
    if (wanted.years() > kYearsMax)
      return refused(fmt::format("{} years are more than anybody's books have", wanted.years()), "TOO_MANY_YEARS",
                     "Say 2, 3, 5 or 10, or none for all.");
    if (fiscal_year_first_month != 0) out.set_first_day(first_day_of(wanted.years(), fiscal_year_first_month, now));
    return out;
  }
  const auto day = calendar::read_day(wanted.first_day());
  if (!day) return refused(fmt::format("'{}' is not a date", wanted.first_day()), "NOT_A_DATE", "Write it as 2026-01-31.");
  if (*day > now + std::chrono::days(1))
    return refused(fmt::format("the first day {} is in the future", wanted.first_day()), "FIRST_DAY_IN_FUTURE",
                   fmt::format("Take a cut-over date until today, {}.", today));
  return out;
}

bool is_all(const v1::Extent& extent) {
  return extent.first_day().empty() && extent.years() == 0;
}

bool waits_for_day(const v1::Extent& extent) {
  return extent.first_day().empty() && extent.years() != 0;
}

std::uint32_t years_of(const v1::Extent& extent, const std::string& today) {
  if (extent.years() != 0 || extent.first_day().empty()) return extent.years();
  const std::chrono::year_month_day first(*calendar::read_day(extent.first_day())), now(*calendar::read_day(today));
  const auto begun = std::pair(now.month(), now.day()) >= std::pair(first.month(), first.day());
  const auto years = static_cast<int>(now.year()) - static_cast<int>(first.year()) + (begun ? 1 : 0);
  return static_cast<std::uint32_t>(std::max(1, years));
}

bool same(const v1::Extent& one, const v1::Extent& other) {
  const auto depth = [](const v1::Extent& of) { return is_all(of) ? v1::DEPTH_FULL : of.depth(); };
  if (depth(one) != depth(other)) return false;
  // The same number of years, said in two different years, begins on two different days.
  const bool known = !waits_for_day(one) && !waits_for_day(other);
  return known ? one.first_day() == other.first_day() : one.years() == other.years();
}

std::string in_words(const v1::Extent& extent) {
  if (is_all(extent)) return "all of the history";
  const auto from = waits_for_day(extent) ? fmt::format("of {} fiscal years", extent.years()) : "from " + extent.first_day();
  return fmt::format("full history {}, before it opening balances and open items{}", from,
                     extent.depth() == v1::DEPTH_ARCHIVE ? ", settled documents as cancelled ones" : "");
}

}  // namespace q2o::billing
