#pragma once

#include <stop_token>

#include "services/loader/app/run_driver.h"
#include "services/loader/app/undo_action.h"
#include "services/loader/app/undo_store.h"
#include "services/loader/domain/pace.h"

namespace q2o::loader {

/// What is told of the way.
inline constexpr std::string_view kLookedAt = "looked at", kTakenBack = "taken back";

/// Takes records of ours out of the target: a plan first (what has later activity is kept, with what it needs), then the records in the
/// plan's order. Everything it knows is in the store and in the target, so another process can go on at any point. One thread.
class TakingBack {
 public:
  TakingBack(RunStore& runs, UndoStore& store, Books& books, RunInfo run, Hold hold, RunDriver::Options options);
  virtual ~TakingBack() = default;
  TakingBack(const TakingBack&) = delete;
  TakingBack& operator=(const TakingBack&) = delete;

 protected:
  /// The work is to be left here; what is to be done then is done.
  struct Leave {};
  /// Throws Leave when the run may not go on (paused, stopped, the process is to end).
  virtual void look_at_directive(const std::stop_token& stop) = 0;
  /// Throws Leave.
  [[noreturn]] virtual void fail_run(const Error& error) = 0;
  virtual void tell(std::uint64_t done, std::uint64_t total, std::string_view what) = 0;

  /// The records in the order of taking back.
  void plan(const std::vector<std::string>& names, const std::stop_token& stop);
  /// Until nothing is left, or, with `first`, until none is left of those that it says are to go now and that Odoo lets go.
  using Wanted = bool (*)(const UndoRow&);
  void take_back(Wanted first, const std::stop_token& stop);
  /// Something may have been left in the target: the action.
  bool touched() const { return touched_; }
  void install(const std::stop_token& stop);
  /// The answer of `call`, however long the target stays away; a refusal for good is given back as it is.
  template <class Call>
  auto patiently(const std::stop_token& stop, Call call) -> decltype(call()) {
    for (bool installed_again = false;;) {
      look_at_directive(stop);
      auto result = call();
      if (result) {
        troubles_in_a_row_ = 0;
        return result;
      }
      const Error error = result.error();
      if (error.message.find("ir.actions.server") != std::string::npos && !installed_again) {  // somebody removed the action
        installed_again = true;
        action_.forget();
        install(stop);
      } else if (error.retry == Retry::never) {
        return result;
      } else {
        wait_out(error, stop);
      }
    }
  }
  /// The same, where a refusal ends the run.
  template <class Call>
  auto surely(const std::stop_token& stop, Call call) -> decltype(call()) {
    auto result = patiently(stop, call);
    if (!result) fail_run(result.error());
    return result;
  }

  RunStore& runs_;
  UndoStore& store_;
  Books& books_;
  RunInfo run_;
  Hold hold_;
  RunDriver::Options options_;
  std::vector<ChangedValue> values_;
  UndoAction action_;

 private:
  void wait_out(const Error& error, const std::stop_token& stop);
  void complete(UndoPlan& plan, const std::stop_token& stop);
  std::vector<UndoAnswer> batch_undone(const std::vector<std::string>& names, const std::stop_token& stop);
  void keep_also(const UndoAnswer& kept, const std::stop_token& stop);
  int troubles_in_a_row_ = 0;
  bool touched_ = false;
};

}  // namespace q2o::loader
