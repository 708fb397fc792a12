#pragma once

#include <string>

#include "common/result/result.h"
#include "q2o/billing/v1/migration.pb.h"

/// How much of the history a migration brings as documents. Pure.
namespace q2o::billing {

/// The extent with its first day, from a day or a number of fiscal years. Refuses what contradicts itself, with what to say instead.
/// `fiscal_year_first_month` 0: not known. `today`: ISO.
Result<v1::Extent> complete(const v1::Extent& wanted, unsigned fiscal_year_first_month, const std::string& today);
/// Whether both bring the same: the same first day, or the same number of years whenever that was said.
bool same(const v1::Extent& one, const v1::Extent& other);
/// "all of the history", "full history from 2026-01-01, before it opening balances and open items".
std::string in_words(const v1::Extent& extent);

}  // namespace q2o::billing
