#pragma once

#include <array>
#include <set>
#include <unordered_map>
#include <unordered_set>

#include "common/bus/bus.h"
#include "q2o/mapper/v1/mapped.pb.h"
#include "q2o/mapper/v1/mapper.pb.h"
#include "services/mapper/domain/diff.h"

namespace q2o::mapper {

/// A run's place in the log of mapped records.
struct MappedRun {
  std::uint32_t number = 0;
  std::string mapping;
  bus::Range range;
  std::vector<std::string> wanted;  ///< entities that it sent on; empty = all
};

/// Two runs side by side: content hashes, sums and outcomes of everything, payloads of nothing.
class RunComparison {
 public:
  static constexpr std::int64_t kNowhere = -1;
  /// Offsets of the messages that hold a record of the target.
  struct Place {
    std::int64_t before = kNowhere, after = kNowhere;
  };

  RunComparison(MappedRun before, MappedRun after, bool by_month);
  const MappedRun& before() const { return before_; }
  const MappedRun& after() const { return after_; }
  /// Only what both runs have sent on.
  bool compares(const std::string& entity) const { return !limited_ || only_.contains(entity); }

  /// All messages of the run before, then all of the run after; a message that comes twice counts once.
  void take_before(const v1::MappedMessage& message, std::int64_t offset);
  void take_after(const v1::MappedMessage& message, std::int64_t offset);

  v1::DiffSummary summary() const;
  /// Accounts with another sum.
  std::vector<v1::AccountDiff> accounts() const;
  /// Source records that became a record of the target in only one of the runs.
  const std::vector<v1::RecordDiff>& outcomes() const { return outcomes_; }
  /// External ids of what differs, in the order of the log.
  std::vector<std::string> different() const;
  Place place(const std::string& external_id) const;

 private:
  struct Entry {
    std::string hash;
    Place place;
    bool equal = false;
  };
  void post(const v1::TargetRecord& target, std::size_t side);
  void compare_outcome(const std::string& entity, const v1::MappedRecord& record);

  const MappedRun before_, after_;
  const bool by_month_;
  bool limited_ = false;
  std::set<std::string> only_;
  std::unordered_map<std::string, Entry> entries_;
  std::unordered_map<std::string, std::string> outcomes_before_;
  std::unordered_set<std::size_t> taken_before_, compared_;
  std::map<std::pair<std::string, std::string>, std::array<Decimal, 2>> sums_;
  std::map<std::string, std::string> labels_;
  std::vector<v1::RecordDiff> outcomes_;
};

/// Text as JSON.
std::string json_text(std::string_view text);

}  // namespace q2o::mapper
