#pragma once

#include <string>

#include "q2o/billing/v1/migration.pb.h"
#include "q2o/connector/v1/assessment.pb.h"

/// What of a counted source is moved, and so priced. Pure.
namespace q2o::billing::payments {

/// Records within an extent of what an assessment has found. A source counts by calendar year, so the year of the first day counts whole;
/// what has no date (customers, items, accounts) always comes. `extent` without a first day: its years back from `today`; without either:
/// all.
v1::CountedVolume volume_of(const connector::v1::Assessment& assessment, const v1::Extent& extent, const std::string& today);

}  // namespace q2o::billing::payments
