#pragma once

#include "services/loader/app/taking_back.h"

namespace q2o::loader {

/// Takes an undo run as far as it can go now: plan (what is ours, what has later activity), then the records in the plan's order, then the
/// values and settings that were there before. A dry run ends with the plan and writes nothing to the target but its action, which it
/// removes.
class UndoDriver final : private TakingBack {
 public:
  using TakingBack::TakingBack;
  RunDriver::Left drive(const std::stop_token& stop);

 private:
  void look_at_directive(const std::stop_token& stop) override;
  [[noreturn]] void fail_run(const Error& error) override;
  void tell(std::uint64_t done, std::uint64_t total, std::string_view what) override;
  /// Names in the order of taking back, but those that another migration wrote last.
  std::vector<std::string> all_of_ours(const std::stop_token& stop);
  void put_back_values(bool last, const std::stop_token& stop);
  Status clean_up();

  RunDriver::Left left_ = RunDriver::Left::interrupted;
};

}  // namespace q2o::loader
