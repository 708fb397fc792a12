#pragma once

#include <optional>
#include <string>
#include <vector>

#include "q2o/connector/v1/assessment.pb.h"
#include "q2o/loader/v1/loader.pb.h"
#include "q2o/mapper/v1/mapper.pb.h"

/// What a company has, what of it will not move, and how long the rest takes: as text and as JSON.
namespace q2o::cli {

/// Source records per second of whole first runs of this installation, reading and proof included.
struct MeasuredRates {
  double low = 0, high = 0;
  int runs = 0;  ///< 0: none was measured
};

struct AssessmentView {
  connector::v1::Assessment counted;
  mapper::v1::CheckCoverageResponse coverage;
  std::optional<loader::v1::CheckTargetResponse> target;  ///< where one was given
  MeasuredRates rates;
};

/// A field that stays behind. `records`: of the entity; exact where every record was looked at, else from the sample.
struct LeftField {
  std::string entity, path, reason;
  std::uint64_t records = 0, of = 0, seen = 0, sampled = 0;
  bool exact = false;
};
/// Fields that the mapping leaves behind, without those of entities that stay behind as a whole.
std::vector<LeftField> left_fields(const AssessmentView& view);

struct Seconds {
  std::uint64_t low = 0, high = 0;
};
/// Of a whole migration; nothing while no run was measured here.
std::optional<Seconds> whole_migration(const AssessmentView& view);

std::string assess_text(const AssessmentView& view);
std::string assess_json(const AssessmentView& view);

}  // namespace q2o::cli
