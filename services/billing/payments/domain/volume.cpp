#include "services/billing/payments/domain/volume.h"

#include <algorithm>
#include <map>

#include "services/billing/domain/extent.h"

namespace q2o::billing::payments {
namespace {

std::uint32_t year_of(const std::string& day) {
  return static_cast<std::uint32_t>(std::stoul(day.substr(0, 4)));
}

std::uint32_t first_year(const v1::Extent& extent, std::uint32_t this_year) {
  if (!extent.first_day().empty()) return year_of(extent.first_day());
  return extent.years() == 0 ? 0 : this_year - std::min(this_year, extent.years() - 1);
}

/// Counts of before years were kept are of one extent only.
bool knows_years(const v1::CountedVolume& counted) {
  return counted.by_year_size() > 0 || counted.without_date() > 0;
}

}  // namespace

v1::CountedVolume volume_of(const connector::v1::Assessment& assessment, const std::set<std::string, std::less<>>& not_counted) {
  v1::CountedVolume out;
  std::map<std::uint32_t, std::uint64_t> years;
  std::uint64_t without_date = 0;
  for (const auto& entity : assessment.entities()) {
    if (not_counted.contains(entity.entity())) continue;
    std::uint64_t dated = 0;
    for (const auto& year : entity.years()) {
      years[year.year()] += year.records();
      dated += year.records();
    }
    without_date += entity.records() - std::min(dated, entity.records());
  }
  for (const auto& [number, records] : years) {
    if (records == 0) continue;
    auto& year = *out.add_by_year();
    year.set_year(number);
    year.set_records(records);
  }
  out.set_without_date(without_date);
  out.set_assessment_id(assessment.assessment_id());
  out.set_counted_at(assessment.finished_at());
  out.set_connection_id(assessment.connection_id());
  return out;
}

v1::CountedVolume within(v1::CountedVolume counted, const v1::Extent& extent, const std::string& today) {
  if (!knows_years(counted) && counted.years() != 0) return counted;
  const auto this_year = year_of(today);
  const auto from = first_year(extent, this_year);
  auto oldest = this_year;
  auto records = counted.without_date();
  for (const auto& year : counted.by_year()) {
    oldest = std::min(oldest, year.year());
    if (year.year() >= from) records += year.records();
  }
  counted.set_records(records);
  counted.set_years(is_all(extent) ? this_year - oldest + 1 : years_of(extent, today));
  counted.set_first_day(extent.first_day());
  return counted;
}

bool count_binds(const v1::Migration& migration) {
  const auto& counted = migration.counted();
  if (!migration.has_counted()) return false;
  if (!counted.connection_id().empty() && counted.connection_id() != migration.source_connection_id()) return false;
  return knows_years(counted) || counted.first_day() == migration.extent().first_day();
}

}  // namespace q2o::billing::payments
