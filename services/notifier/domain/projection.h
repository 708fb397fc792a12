#pragma once

#include <chrono>
#include <vector>

#include "q2o/billing/v1/migration.pb.h"
#include "q2o/connector/v1/status.pb.h"
#include "q2o/loader/v1/status.pb.h"
#include "q2o/mapper/v1/status.pb.h"
#include "q2o/notifier/v1/progress.pb.h"
#include "q2o/validator/v1/report.pb.h"

/// Facts in, progress out: pure. Facts carry running totals, so a repeated or late fact never counts twice. They may
/// come in any order: the first fact of a later run begins that run, facts of an older run are ignored. Each returns true when something
/// changed.
namespace q2o::notifier {

bool apply(v1::Progress& progress, const billing::v1::Migration& migration);
bool apply(v1::Progress& progress, const connector::v1::StatusFact& fact);
bool apply(v1::Progress& progress, const mapper::v1::StatusFact& fact);
bool apply(v1::Progress& progress, const loader::v1::StatusFact& fact);
bool apply(v1::Progress& progress, const validator::v1::ValidationCompleted& fact);

/// Records that are loaded, merged, excluded or rejected; and of how many.
std::uint64_t settled(const v1::Progress& progress);
std::uint64_t expected(const v1::Progress& progress);

struct Sample {
  std::chrono::system_clock::time_point at;
  std::uint64_t settled = 0;
  std::uint64_t work = 0;  ///< as in work_done()
};
/// Target records at their end (source records where the loader has not told any yet), and of how many in the end: those that were
/// mapped, and as many more as the source records that are still to be mapped make by the same share.
std::uint64_t work_done(const v1::Progress& progress);
std::uint64_t work_expected(const v1::Progress& progress);

/// The rate in source records, the ETA by work: a document is settled with its last match, long after most of its work was done.
/// Rate from the first of `samples` (those of the last 30 s, oldest first) until `now`, and the ETA as a range from the fastest and slowest
/// third of their steps; the ETA stays absent until there are 4 samples over at least 5 s, and when nothing has been settled since the
/// first.
void estimate(v1::Progress& progress, const std::vector<Sample>& samples, std::chrono::system_clock::time_point now);

}  // namespace q2o::notifier
