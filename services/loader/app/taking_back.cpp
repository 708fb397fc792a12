#include "services/loader/app/taking_back.h"

#include <algorithm>
#include <map>

#include "common/failpoint/failpoint.h"
#include "services/loader/app/facts.h"
#include "services/loader/app/target_settings.h"
#include "services/loader/domain/odoo_error.h"

namespace q2o::loader {

using namespace std::chrono_literals;

namespace {
/// Where the target knows more than the store, or the store more than the target.
const failpoint::Point kPlanned{"undo_planned"};
const failpoint::Point kAnswered{"undo_taken_back"};
const failpoint::Point kSettled{"undo_settled"};
constexpr std::size_t kBatch = 100;

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

TakingBack::TakingBack(RunStore& runs, UndoStore& store, Books& books, RunInfo run, Hold hold, RunDriver::Options options)
    : runs_(runs),
      store_(store),
      books_(books),
      run_(std::move(run)),
      hold_(std::move(hold)),
      options_(std::move(options)),
      values_(store_.changed_values(run_)),
      action_(books_, run_.connection, store_.last_write(run_), values_) {}

void TakingBack::wait_out(const Error& error, const std::stop_token& stop) {
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

void TakingBack::install(const std::stop_token& stop) {
  if (action_.installed()) return;
  touched_ = true;
  runs_.remember_setting(run_, hold_, {std::string(kActionSetting), "absent", "installed", "", false, "removed at the end of the run"});
  for (auto done = action_.install(); !done; done = action_.install()) {
    if (done.error().retry == Retry::never) fail_run(done.error());
    wait_out(done.error(), stop);
  }
}

void TakingBack::plan(const std::vector<std::string>& names, const std::stop_token& stop) {
  UndoPlan plan;
  std::size_t looked = 0;
  if (!names.empty()) install(stop);
  for (const auto& batch : batches_of(names)) {
    auto looks = surely(stop, [&] { return action_.look(batch); });
    for (auto& look : *looks) plan.add(std::move(look));
    looked += batch.size();
    tell(looked, names.size(), kLookedAt);
  }
  complete(plan, stop);
  store_.store_plan(run_, hold_, plan.records());
  kPlanned.hit();
}

void TakingBack::complete(UndoPlan& plan, const std::stop_token& stop) {
  for (auto names = plan.unanswered(); !names.empty(); names = plan.unanswered())
    for (const auto& batch : batches_of(names)) {
      auto answers = surely(stop, [&] { return action_.needs(batch); });
      for (auto& answer : *answers) plan.needs_of(answer.external_id, std::move(answer.needs));
    }
}

void TakingBack::take_back(Wanted first, const std::stop_token& stop) {
  for (auto rows = store_.next_rows(run_.key, kBatch); !rows.empty(); rows = store_.next_rows(run_.key, kBatch)) {
    if (first != nullptr) std::erase_if(rows, [first](const UndoRow& row) { return row.postponed || !first(row); });
    if (rows.empty()) return;
    install(stop);
    std::vector<std::string> names;
    std::map<std::string, UndoRow> row_of;
    for (const auto& row : rows) {
      names.push_back(row.external_id);
      row_of[row.external_id] = row;
    }
    const auto answers = batch_undone(names, stop);
    kAnswered.hit();
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
    tell(at.done(), at.total(), kTakenBack);
  }
}

/// All at once; what the target's time limit ended goes again in halves, after a refusal each record on its own.
std::vector<UndoAnswer> TakingBack::batch_undone(const std::vector<std::string>& names, const std::stop_token& stop) {
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
void TakingBack::keep_also(const UndoAnswer& kept, const std::stop_token& stop) {
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

}  // namespace q2o::loader
