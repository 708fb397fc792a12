#include "services/loader/app/undo_driver.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "common/failpoint/failpoint.h"
#include "common/log/log.h"
#include "services/loader/app/facts.h"
#include "services/loader/app/target_settings.h"
#include "services/loader/domain/odoo_error.h"
#include "services/loader/domain/pace.h"

namespace q2o::loader {

using namespace std::chrono_literals;

namespace {
/// Where the target knows more than the store, or the store more than the target.
const failpoint::Point kValuesBack{"undo_values_back"};
const failpoint::Point kForgotten{"undo_forgotten"};
const failpoint::Point kCleanedUp{"undo_cleaned_up"};
constexpr std::size_t kBatch = 100;
}  // namespace

RunDriver::Left UndoDriver::drive(const std::stop_token& stop) {
  log::info("undo is worked on", {{"migration", run_.key.migration_id}, {"run", static_cast<std::int64_t>(run_.key.run)}});
  try {
    if (!store_.planned(run_.key)) plan(all_of_ours(stop), stop);  // before anything is written: our own hand must not look like a person's
    if (!run_.dry_run) {
      put_back_values(false, stop);
      take_back(nullptr, stop);
      put_back_values(true, stop);
      store_.forget_undone(run_, hold_);
      kForgotten.hit();
    }
    surely(stop, [&] { return clean_up(); });
    kCleanedUp.hit();
    v1::StatusFact fact;
    set_scope(*fact.mutable_scope(), run_);
    *fact.mutable_run_undone() = store_.summary(run_);
    runs_.end(run_, hold_, "done", fact);
    left_ = RunDriver::Left::ended;
  } catch (const Leave&) {  // left_ says how
  }
  return left_;
}

void UndoDriver::look_at_directive(const std::stop_token& stop) {
  if (stop.stop_requested()) throw Leave();
  if (!runs_.keep(hold_)) throw LeaseLost();
  switch (runs_.directive(run_.key)) {
    case Directive::go:
      return;
    case Directive::pause:
      left_ = RunDriver::Left::paused;
      throw Leave();
    case Directive::stop:
      if (const auto clean = clean_up(); !clean) log::warn("the undo's action could not be removed", {{"error", clean.error().message}});
      runs_.end(run_, hold_, "stopped", stopped_fact(run_));
      left_ = RunDriver::Left::ended;
      throw Leave();
  }
}

void UndoDriver::fail_run(const Error& error) {
  log::error("undo failed", {{"migration", run_.key.migration_id}, {"reason", error.reason}, {"error", error.message}});
  if (const auto clean = clean_up(); !clean) log::warn("the undo's action could not be removed", {{"error", clean.error().message}});
  runs_.end(run_, hold_, "failed", failed_fact(run_, error));
  left_ = RunDriver::Left::ended;
  throw Leave();
}

std::vector<std::string> UndoDriver::all_of_ours(const std::stop_token& stop) {
  const auto written = surely(stop, [&] { return action_.written(); });
  const auto others = store_.names_of_others(run_);
  std::vector<std::string> names;
  for (const auto& record : *written)
    if (!others.contains(record.external_id)) names.push_back(record.external_id);
  return names;
}

/// Before the records go, for what refers to them; and at the end once more, for what they stood in the way of (a code, the currency).
void UndoDriver::put_back_values(bool last, const std::stop_token& stop) {
  auto values = store_.changed_values(run_);
  if (values.empty()) return;
  install(stop);
  std::vector<ValueFate> fates;
  // A group of our user goes last: the action sees analytic plans through it.
  const auto memberships = std::ranges::stable_partition(values, [](const ChangedValue& value) { return value.model != kUsers; });
  const std::vector<ChangedValue> groups(memberships.begin(), memberships.end());
  values.erase(memberships.begin(), memberships.end());
  for (std::size_t at = 0; at < values.size(); at += kBatch) {
    const std::span<const ChangedValue> some = std::span(values).subspan(at, std::min(kBatch, values.size() - at));
    const auto answers = surely(stop, [&] { return action_.restore(some); });
    for (std::size_t i = 0; i < some.size(); ++i)
      if ((*answers)[i].restored || last) fates.push_back({some[i], (*answers)[i].restored, (*answers)[i].reason});
  }
  for (const auto& group : last ? groups : std::vector<ChangedValue>()) {
    const auto left = patiently(stop, [&] { return TargetSettings(books_, runs_, run_, hold_).leave_group(group); });
    fates.push_back({group, left.has_value(), left ? "" : "refused by Odoo: " + left.error().message});
  }
  kValuesBack.hit();
  store_.settle_values(run_, hold_, fates);
}

/// Nothing of ours stays: not the action, and no setting that an earlier run could not put back.
Status UndoDriver::clean_up() {
  if (auto gone = action_.remove(); !gone) return gone;
  runs_.mark_restored(run_, hold_, std::string(kActionSetting), true, "removed");
  return TargetSettings(books_, runs_, run_, hold_).restore();
}

void UndoDriver::tell(std::uint64_t done, std::uint64_t total, std::string_view what) {
  log::info("undo", {{"what", what}, {"done", static_cast<std::int64_t>(done)}, {"of", static_cast<std::int64_t>(total)}});
  v1::StatusFact fact;
  set_scope(*fact.mutable_scope(), run_);
  fact.mutable_undo_progress()->set_done(done);
  fact.mutable_undo_progress()->set_total(total);
  fact.mutable_undo_progress()->set_looking(what == kLookedAt);
  runs_.publish(run_, hold_, fact);
}

}  // namespace q2o::loader
