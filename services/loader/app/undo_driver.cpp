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
const failpoint::Point kPlanned{"undo_planned"};
const failpoint::Point kTakenBack{"undo_taken_back"};
const failpoint::Point kSettled{"undo_settled"};
const failpoint::Point kValuesBack{"undo_values_back"};
const failpoint::Point kForgotten{"undo_forgotten"};
const failpoint::Point kCleanedUp{"undo_cleaned_up"};
constexpr std::size_t kBatch = 100;
constexpr std::string_view kLookedAt = "looked at", kTakenBack = "taken back";

std::vector<std::vector<std::string>> batches_of(const std::vector<std::string>& names) {
  std::vector<std::vector<std::string>> out;
  for (std::size_t at = 0; at < names.size(); at += kBatch)
    out.emplace_back(names.begin() + static_cast<std::ptrdiff_t>(at),
                     names.begin() + static_cast<std::ptrdiff_t>(std::min(at + kBatch, names.size())));
  return out;
}

/// Planned and gone: an answer of ours was lost, or somebody was faster.
std::string state_after(const UndoAnswer& answer, const UndoRow& row) {
  if (answer.outcome == "gone") return row.adopted ? "theirs" : row.reverse ? "reversed" : "removed";
  return answer.outcome == "keep" || answer.outcome == "refused" ? "kept" : answer.outcome;
}
}  // namespace

UndoDriver::UndoDriver(RunStore& runs, UndoStore& store, Books& books, RunInfo run, Hold hold, RunDriver::Options options)
    : runs_(runs),
      store_(store),
      books_(books),
      run_(std::move(run)),
      hold_(std::move(hold)),
      options_(std::move(options)),
      values_(store_.changed_values(run_)),
      action_(books_, run_.connection, store_.last_write(run_), values_) {}

RunDriver::Left UndoDriver::drive(const std::stop_token& stop) {
  log::info("undo is worked on", {{"migration", run_.key.migration_id}, {"run", static_cast<std::int64_t>(run_.key.run)}});
  try {
    if (!store_.planned(run_.key)) plan(stop);  // before anything is written: our own hand must not look like a person's
    if (!run_.dry_run) {
      put_back_values(false, stop);
      take_back(stop);
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

void UndoDriver::wait_out(const Error& error, const std::stop_token& stop) {
  const auto pause = std::max(error.retry_after, Pace::backoff(++troubles_in_a_row_, 0.5));
  runs_.publish(run_, hold_, waiting_fact(run_, "the target", error, pause));
  try {
    for (auto left = pause; left > 0ms; left -= 500ms) {
      look_at_directive(stop);
      options_.await_arrivals(std::min<std::chrono::milliseconds>(left, 500ms), stop);
    }
  } catch (const Leave&) {
    runs_.publish(run_, hold_, waiting_over_fact(run_));  // else it would stand there after a resume
    throw;
  }
  runs_.publish(run_, hold_, waiting_over_fact(run_));
}

template <class Call>
auto UndoDriver::patiently(const std::stop_token& stop, Call call) -> decltype(call()) {
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

template <class Call>
auto UndoDriver::surely(const std::stop_token& stop, Call call) -> decltype(call()) {
  auto result = patiently(stop, call);
  if (!result) fail_run(result.error());
  return result;
}

void UndoDriver::install(const std::stop_token& stop) {
  if (action_.installed()) return;
  runs_.remember_setting(run_, hold_, {std::string(kActionSetting), "absent", "installed", "", false, "removed at the end of the run"});
  for (auto done = action_.install(); !done; done = action_.install()) {
    if (done.error().retry == Retry::never) fail_run(done.error());
    wait_out(done.error(), stop);
  }
}

void UndoDriver::plan(const std::stop_token& stop) {
  const auto written = surely(stop, [&] { return action_.written(); });
  const auto others = store_.names_of_others(run_);
  std::vector<std::string> names;
  for (const auto& record : *written)
    if (!others.contains(record.external_id)) names.push_back(record.external_id);
  UndoPlan plan;
  std::size_t looked = 0;
  if (!names.empty()) install(stop);
  for (const auto& batch : batches_of(names)) {
    auto looks = surely(stop, [&] { return action_.look(batch); });
    for (auto& look : *looks) plan.add(std::move(look));
    looked += batch.size();
    publish_progress(looked, names.size(), kLookedAt);
  }
  complete(plan, stop);
  store_.store_plan(run_, hold_, plan.records());
  kPlanned.hit();
}

void UndoDriver::complete(UndoPlan& plan, const std::stop_token& stop) {
  for (auto names = plan.unanswered(); !names.empty(); names = plan.unanswered())
    for (const auto& batch : batches_of(names)) {
      auto answers = surely(stop, [&] { return action_.needs(batch); });
      for (auto& answer : *answers) plan.needs_of(answer.external_id, std::move(answer.needs));
    }
}

void UndoDriver::take_back(const std::stop_token& stop) {
  for (auto rows = store_.next_rows(run_.key, kBatch); !rows.empty(); rows = store_.next_rows(run_.key, kBatch)) {
    install(stop);
    std::vector<std::string> names;
    std::map<std::string, UndoRow> row_of;
    for (const auto& row : rows) {
      names.push_back(row.external_id);
      row_of[row.external_id] = row;
    }
    const auto answers = batch_undone(names, stop);
    kTakenBack.hit();
    std::vector<UndoFate> fates;
    std::vector<std::string> later;
    for (const auto& answer : answers) {
      const auto& row = row_of[answer.external_id];
      if (answer.outcome == "refused" && !row.postponed)
        later.push_back(answer.external_id);
      else
        fates.push_back({answer.external_id, state_after(answer, row), answer.reason});
    }
    store_.settle(run_, hold_, fates);
    kSettled.hit();
    store_.postpone(run_, hold_, later);
    for (const auto& answer : answers)
      if (answer.outcome == "keep" || (answer.outcome == "refused" && row_of[answer.external_id].postponed)) keep_also(answer, stop);
    const auto at = store_.progress(run_.key);
    publish_progress(at.done(), at.total(), kTakenBack);
  }
}

/// All at once; what the target's time limit ended goes again in halves, after a refusal each record on its own.
std::vector<UndoAnswer> UndoDriver::batch_undone(const std::vector<std::string>& names, const std::stop_token& stop) {
  const auto together = [&](bool isolate) {
    return patiently(stop, [&]() -> Result<std::vector<UndoAnswer>> {
      const auto begun = std::chrono::steady_clock::now();
      auto answers = action_.undo(names, isolate);
      if (answers || names.size() == 1) return answers;
      Error error = answers.error();
      // A call without an answer after this long was probably ended as well.
      const bool cut = error.effect == Effect::unknown && std::chrono::steady_clock::now() - begun > options_.sender.long_call;
      if (cut) error.reason = kTimeLimit;
      if (error.reason == kTimeLimit) error.retry = Retry::never;
      return fail(error);
    });
  };
  auto answers = together(false);
  if (!answers && answers.error().reason != kTimeLimit) answers = together(true);
  if (answers) return std::move(*answers);
  if (names.size() == 1 || answers.error().reason != kTimeLimit) fail_run(answers.error());
  const auto middle = names.begin() + static_cast<std::ptrdiff_t>(names.size() / 2);
  auto out = batch_undone({names.begin(), middle}, stop);
  for (auto& answer : batch_undone({middle, names.end()}, stop)) out.push_back(std::move(answer));
  return out;
}

/// Kept only now: what it needs must not go after it.
void UndoDriver::keep_also(const UndoAnswer& kept, const std::stop_token& stop) {
  std::vector<UndoAnswer> open{kept};
  while (!open.empty()) {
    const auto one = std::move(open.back());
    open.pop_back();
    const auto also = store_.keep(run_, hold_, one.needs, "needed by " + one.external_id);
    if (also.empty()) continue;
    auto answers = surely(stop, [&] { return action_.needs(also); });
    std::ranges::move(*answers, std::back_inserter(open));
  }
}

/// Before the records go, for what refers to them; and at the end once more, for what they stood in the way of (a code, the currency).
void UndoDriver::put_back_values(bool last, const std::stop_token& stop) {
  const auto values = store_.changed_values(run_);
  if (values.empty()) return;
  install(stop);
  std::vector<ValueFate> fates;
  for (std::size_t at = 0; at < values.size(); at += kBatch) {
    const std::span<const ChangedValue> some = std::span(values).subspan(at, std::min(kBatch, values.size() - at));
    const auto answers = surely(stop, [&] { return action_.restore(some); });
    for (std::size_t i = 0; i < some.size(); ++i)
      if ((*answers)[i].restored || last) fates.push_back({some[i], (*answers)[i].restored, (*answers)[i].reason});
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

void UndoDriver::publish_progress(std::uint64_t done, std::uint64_t total, std::string_view what) {
  log::info("undo", {{"what", what}, {"done", static_cast<std::int64_t>(done)}, {"of", static_cast<std::int64_t>(total)}});
  v1::StatusFact fact;
  set_scope(*fact.mutable_scope(), run_);
  fact.mutable_undo_progress()->set_done(done);
  fact.mutable_undo_progress()->set_total(total);
  fact.mutable_undo_progress()->set_looking(what == kLookedAt);
  runs_.publish(run_, hold_, fact);
}

}  // namespace q2o::loader
