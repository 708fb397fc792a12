#include "services/connector/app/assessment_summary.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "services/connector/app/entity_assessor.h"
#include "services/connector/domain/reports.h"

namespace q2o::connector {
namespace {

void sort_by_reading(const Manifest& manifest, v1::Assessment& assessment) {
  const auto place = [&](const v1::AssessedEntity& entity) {
    return std::find_if(manifest.entities.begin(), manifest.entities.end(), [&](const auto& rule) { return rule.name == entity.entity(); });
  };
  std::sort(assessment.mutable_entities()->begin(), assessment.mutable_entities()->end(),
            [&](const auto& one, const auto& other) { return place(one) < place(other); });
}

void sum_years(v1::Assessment& assessment) {
  std::map<std::uint32_t, v1::YearTotal> years;
  for (const auto& entity : assessment.entities()) {
    assessment.set_records(assessment.records() + entity.records());
    if (entity.posts()) assessment.set_transactions(assessment.transactions() + entity.records());
    for (const auto& counted : entity.years()) {
      auto& year = years[counted.year()];
      year.set_year(counted.year());
      year.set_records(year.records() + counted.records());
      if (entity.posts()) year.set_transactions(year.transactions() + counted.records());
    }
  }
  for (const auto& [number, year] : years)
    if (year.records() > 0) *assessment.add_years() = year;
}

std::uint32_t seconds(double exact) {
  return static_cast<std::uint32_t>(std::ceil(exact));
}

/// By the two limits of the source: a short run is held by the one per second, a long one by the one per minute.
double fastest(const Budget& budget, double requests) {
  double slowest = 0;
  if (budget.per_second > 0) slowest = requests / budget.per_second;
  if (budget.per_minute > 0) slowest = std::max(slowest, (requests - budget.per_minute) * 60.0 / budget.per_minute);
  return slowest;
}

}  // namespace

std::uint64_t requests_of_a_run(const Manifest& manifest, const std::optional<Period>& span, const v1::Assessment& assessment) {
  std::uint64_t requests = 0;
  const auto page_rows = static_cast<std::uint64_t>(manifest.query.page_rows);
  for (const auto& entity : assessment.entities()) {
    const auto* rule = manifest.find(entity.entity());
    if (rule == nullptr) continue;
    if (rule->listing == Listing::once || entity.records() == 0) {
      ++requests;
      continue;
    }
    requests += 2 + (entity.records() + page_rows - 1) / page_rows;
  }
  if (!span) return requests;
  // The fiscal year's first month moves this by a few reports at most.
  return requests + 1 + months(*span).size() + plan_reports(manifest, *span, 1).size();
}

void sum_up(const Manifest& manifest, const std::optional<Period>& span, v1::Assessment& assessment) {
  assessment.set_entities_total(static_cast<std::uint32_t>(assessed_entities(manifest).size()));
  assessment.set_entities_done(static_cast<std::uint32_t>(assessment.entities_size()));
  sort_by_reading(manifest, assessment);
  sum_years(assessment);
  if (assessment.state() != "done" || assessment.requests() == 0) return;
  auto& extraction = *assessment.mutable_extraction();
  extraction.set_requests(requests_of_a_run(manifest, span, assessment));
  const auto requests = static_cast<double>(extraction.requests());
  const double one_by_one = requests * static_cast<double>(assessment.answer_ms()) / static_cast<double>(assessment.requests()) / 1000.0;
  const double side_by_side = one_by_one / std::max(1, manifest.budget.concurrent);
  const double low = std::max(fastest(manifest.budget, requests), side_by_side);
  extraction.set_seconds_low(seconds(low));
  extraction.set_seconds_high(seconds(std::max(low, one_by_one)));
}

}  // namespace q2o::connector
