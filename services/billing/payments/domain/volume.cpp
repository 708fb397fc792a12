#include "services/billing/payments/domain/volume.h"

#include <algorithm>

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

}  // namespace

v1::CountedVolume volume_of(const connector::v1::Assessment& assessment, const v1::Extent& extent, const std::string& today) {
  v1::CountedVolume out;
  const auto this_year = year_of(today);
  const auto from = first_year(extent, this_year);
  auto oldest = this_year;
  std::uint64_t before = 0;
  for (const auto& year : assessment.years()) {
    if (year.records() > 0) oldest = std::min(oldest, year.year());
    if (year.year() < from) before += year.records();
  }
  out.set_records(assessment.records() - std::min(before, assessment.records()));
  out.set_years(is_all(extent) ? this_year - oldest + 1 : years_of(extent, today));
  out.set_assessment_id(assessment.assessment_id());
  out.set_counted_at(assessment.finished_at());
  out.set_first_day(extent.first_day());
  return out;
}

}  // namespace q2o::billing::payments
