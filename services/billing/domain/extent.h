#pragma once

#include <string>

#include "common/result/result.h"
#include "q2o/billing/v1/migration.pb.h"

/// How much of the history a migration brings as documents. Pure.
namespace q2o::billing {

/// The extent with its first day, from a day or a number of fiscal years. Refuses what contradicts itself, with what to say instead.
/// `fiscal_year_first_month` 0: not known yet; a number of years then waits for its first day. `today`: ISO, the day of the choice.
Result<v1::Extent> complete(const v1::Extent& wanted, unsigned fiscal_year_first_month, const std::string& today);
/// All of the history.
bool is_all(const v1::Extent& extent);
/// Years that have no first day yet.
bool waits_for_day(const v1::Extent& extent);
/// Years that the extent reaches back from `today` (ISO), the present one included: what prices and plans go by. 0: all of the history.
std::uint32_t years_of(const v1::Extent& extent, const std::string& today);
/// Whether both bring the same documents. Years without a day are compared with years.
bool same(const v1::Extent& one, const v1::Extent& other);
/// "all of the history", "full history from 2026-01-01, before it opening balances and open items".
std::string in_words(const v1::Extent& extent);

}  // namespace q2o::billing
