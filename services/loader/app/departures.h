#pragma once

#include <functional>

#include "services/loader/app/taking_back.h"

namespace q2o::loader {

/// What the source no longer has goes from the target: looked at before the run writes anything (our own hand must not look like a
/// person's). What holds money goes before things are matched anew; names, projects and all else at the end, when what the run has moved to
/// others does not refer to them any more (Odoo would keep a project's analytic account for hours that are still on it). What a person has
/// worked with since is kept and becomes a reject of the run with its reason.
class Departures final : private TakingBack {
 public:
  /// `may_go_on`: false when the run is to be left. `fail`: ends the run.
  Departures(RunStore& runs, UndoStore& store, Books& books, RunInfo run, Hold hold, RunDriver::Options options,
             std::function<bool()> may_go_on, std::function<void(const Error&)> fail);
  /// All three: false when the run is to be left.
  bool look(const std::stop_token& stop);
  bool carry_out(bool last, const std::stop_token& stop);
  /// There is something to carry out.
  bool waiting(bool last);
  using TakingBack::touched;

 private:
  void look_at_directive(const std::stop_token& stop) override;
  [[noreturn]] void fail_run(const Error& error) override;
  void tell(std::uint64_t done, std::uint64_t total, std::string_view what) override;
  void remove_action(const std::stop_token& stop);
  std::function<bool()> may_go_on_;
  std::function<void(const Error&)> fail_;
};

}  // namespace q2o::loader
