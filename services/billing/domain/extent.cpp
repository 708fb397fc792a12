#include "services/billing/domain/extent.h"

#include <fmt/format.h>

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
  const bool all = wanted.first_day().empty() && wanted.years() == 0;
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
    if (fiscal_year_first_month == 0)
      return fail(Code::failed_precondition, "the month in which the company's fiscal year begins is not known yet", "FISCAL_YEAR_UNKNOWN",
                  "Verify the source connection, then create the migration again; or say the first day itself.");
    out.set_first_day(first_day_of(wanted.years(), fiscal_year_first_month, now));
    return out;
  }
  const auto day = calendar::read_day(wanted.first_day());
  if (!day) return refused(fmt::format("'{}' is not a date", wanted.first_day()), "NOT_A_DATE", "Write it as 2026-01-31.");
  if (*day > now + std::chrono::days(1))
    return refused(fmt::format("the first day {} is in the future", wanted.first_day()), "FIRST_DAY_IN_FUTURE",
                   fmt::format("Take a cut-over date until today, {}.", today));
  return out;
}

bool same(const v1::Extent& one, const v1::Extent& other) {
  const auto depth = [](const v1::Extent& of) { return of.first_day().empty() ? v1::DEPTH_FULL : of.depth(); };
  if (depth(one) != depth(other)) return false;
  return one.years() != 0 && other.years() != 0 ? one.years() == other.years() : one.first_day() == other.first_day();
}

std::string in_words(const v1::Extent& extent) {
  if (extent.first_day().empty()) return "all of the history";
  return fmt::format("full history from {}, before it opening balances and open items{}", extent.first_day(),
                     extent.depth() == v1::DEPTH_ARCHIVE ? ", settled documents as cancelled ones" : "");
}

}  // namespace q2o::billing
