#pragma once

#include <string>
#include <vector>

#include "q2o/mapper/v1/mapper.pb.h"

/// What two runs have mapped differently: as text, JSON and CSV.
namespace q2o::cli {

struct Diff {
  mapper::v1::DiffSummary summary;
  std::vector<mapper::v1::AccountDiff> accounts;
  std::vector<mapper::v1::RecordDiff> records;
};

/// Accounts, and the first records of each kind and entity.
std::string diff_text(const Diff& diff);
std::string diff_json(const Diff& diff);
/// One line per account and per field.
std::string diff_csv(const Diff& diff);

}  // namespace q2o::cli
