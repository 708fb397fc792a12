#pragma once

#include <stop_token>

#include "services/loader/app/run_driver.h"
#include "services/loader/app/undo_action.h"
#include "services/loader/app/undo_store.h"

namespace q2o::loader {

/// Takes an undo run as far as it can go now: plan (what is ours, what has later activity), then the records in the plan's order, then the
/// values and settings that were there before. Everything it knows is in the store and in the target, so another process can go on at any
/// point. A dry run ends with the plan and writes nothing to the target but its action, which it removes. One thread.
class UndoDriver {
 public:
  UndoDriver(RunStore& runs, UndoStore& store, Books& books, RunInfo run, Hold hold, RunDriver::Options options);
  RunDriver::Left drive(const std::stop_token& stop);

 private:
  /// The run was paused, stopped or failed, or the process is to end: what is to be done then is done.
  struct Leave {};
  void look_at_directive(const std::stop_token& stop);
  void wait_out(const Error& error, const std::stop_token& stop);
  /// The answer of `call`, however long the target stays away; a refusal for good is given back as it is.
  template <class Call>
  auto patiently(const std::stop_token& stop, Call call) -> decltype(call());
  /// The same, where a refusal ends the run.
  template <class Call>
  auto surely(const std::stop_token& stop, Call call) -> decltype(call());
  void install(const std::stop_token& stop);
  void plan(const std::stop_token& stop);
  void complete(UndoPlan& plan, const std::stop_token& stop);
  void take_back(const std::stop_token& stop);
  std::vector<UndoAnswer> batch_undone(const std::vector<std::string>& names, const std::stop_token& stop);
  void keep_also(const UndoAnswer& kept, const std::stop_token& stop);
  void put_back_values(bool last, const std::stop_token& stop);
  Status clean_up();
  void fail_run(const Error& error);
  void publish_progress(std::uint64_t done, std::uint64_t total, std::string_view what);

  RunStore& runs_;
  UndoStore& store_;
  Books& books_;
  RunInfo run_;
  Hold hold_;
  RunDriver::Options options_;
  std::vector<ChangedValue> values_;
  UndoAction action_;
  int troubles_in_a_row_ = 0;
  RunDriver::Left left_ = RunDriver::Left::interrupted;
};

}  // namespace q2o::loader
