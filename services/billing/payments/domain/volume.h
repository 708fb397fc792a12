#pragma once

#include <set>
#include <string>

#include "q2o/billing/v1/migration.pb.h"
#include "q2o/connector/v1/assessment.pb.h"

/// What of a counted source is moved, and so priced. Pure.
namespace q2o::billing::payments {

/// What an assessment has found in a source, without the entities that cost nothing (Platform::records_not_counted), priced for no extent
/// yet: `within` does that.
v1::CountedVolume volume_of(const connector::v1::Assessment& assessment, const std::set<std::string, std::less<>>& not_counted);

/// The same count for an extent. A source counts by calendar year, so the year of the first day counts whole; what has no date (customers,
/// items, accounts) always comes. `extent` without a first day: its years back from `today` (ISO); without either: all.
v1::CountedVolume within(v1::CountedVolume counted, const v1::Extent& extent, const std::string& today);

/// Whether the migration's count says what its extent holds. A count is of the whole source, so it binds every extent of it, and says
/// nothing of another source.
bool count_binds(const v1::Migration& migration);

}  // namespace q2o::billing::payments
