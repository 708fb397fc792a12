#pragma once

#include <functional>
#include <vector>

#include "common/pg/pg.h"
#include "q2o/validator/v1/report.pb.h"

namespace q2o::validator {

/// Where the sealed lines of a report stand.
inline constexpr std::string_view kLinesPlace = "validator.report_lines.body";
std::string lines_id(const std::string& report_id, std::int64_t section, std::int64_t part);

/// A report in the store: everything but the lines of its sections, which are read piece by piece when they are asked for.
class StoredReport {
 public:
  StoredReport(pg::Pool& pool, std::string id, v1::Report body) : pool_(pool), id_(std::move(id)), body_(std::move(body)) {}

  /// Of a report from before its lines may be in it; ask lines().
  const v1::Report& about() const { return body_; }
  enum class Which { all, differing };
  /// The lines of section number `section` in their order; `take` may move them.
  void lines(int section, Which which, const std::function<void(v1::Line&)>& take) const;
  /// With all lines that `keep` wants; for what needs no more than these.
  v1::Report with(Which which, const std::function<bool(const v1::Check&, const v1::Line&)>& keep = {}) const;
  /// Marks what was accepted in another proof, or in this one.
  void accept(const v1::Acceptance& acceptance, const StoredReport& accepted);

 private:
  pg::Pool& pool_;
  std::string id_;
  v1::Report body_;
  std::vector<std::vector<bool>> accepted_;  ///< by section and place among its lines that differ
};

}  // namespace q2o::validator
