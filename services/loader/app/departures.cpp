#include "services/loader/app/departures.h"

#include <algorithm>
#include <array>

#include "common/log/log.h"
#include "services/loader/app/target_settings.h"

namespace q2o::loader {

Departures::Departures(RunStore& runs, UndoStore& store, Books& books, RunInfo run, Hold hold, RunDriver::Options options,
                       std::function<bool()> may_go_on, std::function<void(const Error&)> fail)
    : TakingBack(runs, store, books, std::move(run), std::move(hold), std::move(options)),
      may_go_on_(std::move(may_go_on)),
      fail_(std::move(fail)) {}

namespace {
constexpr std::array<std::string_view, 4> kMoney{"account.partial.reconcile", "account.move", "account.payment",
                                                 "account.bank.statement.line"};

bool holds_money(std::string_view model) {
  return std::ranges::find(kMoney, model) != kMoney.end();
}
bool goes_before_matches(const UndoRow& row) {
  return holds_money(row.model);
}
}  // namespace

bool Departures::look(const std::stop_token& stop) {
  try {
    if (store_.planned(run_.key)) return true;
    const auto gone = store_.departed(run_);
    std::vector<std::string> names, later;
    if (!gone.empty()) {
      const auto written = surely(stop, [&] { return action_.written(); });
      for (const auto& record : *written)
        if (gone.contains(record.external_id)) (holds_money(record.model) ? names : later).push_back(record.external_id);
      std::ranges::move(later, std::back_inserter(names));
    }
    if (!names.empty())
      log::info("records are not in the source any more",
                {{"migration", run_.key.migration_id}, {"records", static_cast<std::int64_t>(names.size())}});
    plan(names, stop);
    remove_action(stop);
    store_.settle_departures(run_, hold_);  // what is kept is told even where nothing goes
    return true;
  } catch (const Leave&) {
    return false;
  }
}

bool Departures::waiting(bool last) {
  const auto next = store_.next_rows(run_.key, 1);
  return !next.empty() && (last || (!next.front().postponed && goes_before_matches(next.front())));
}

bool Departures::carry_out(bool last, const std::stop_token& stop) {
  try {
    take_back(last ? nullptr : goes_before_matches, stop);
    remove_action(stop);
    store_.settle_departures(run_, hold_);
    return true;
  } catch (const Leave&) {
    return false;
  }
}

void Departures::look_at_directive(const std::stop_token&) {
  if (!may_go_on_()) throw Leave();
}

void Departures::fail_run(const Error& error) {
  fail_(error);
  throw Leave();
}

void Departures::tell(std::uint64_t done, std::uint64_t total, std::string_view what) {
  log::info("what the source no longer has",
            {{"what", what}, {"done", static_cast<std::int64_t>(done)}, {"of", static_cast<std::int64_t>(total)}});
}

/// The run's own action takes its place.
void Departures::remove_action(const std::stop_token& stop) {
  if (!action_.installed()) return;
  surely(stop, [&] { return action_.remove(); });
  action_.forget();
  runs_.mark_restored(run_, hold_, std::string(kActionSetting), true, "removed");
}

}  // namespace q2o::loader
