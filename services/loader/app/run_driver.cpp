#include "services/loader/app/run_driver.h"

#include <fmt/format.h>

#include "common/log/log.h"
#include "services/loader/app/departures.h"
#include "services/loader/app/facts.h"
#include "services/loader/app/target_settings.h"

namespace q2o::loader {

using namespace std::chrono_literals;

namespace {
BatchSender::Options with(BatchSender::Options options, const FileFetcher& files) {
  options.files = &files;
  return options;
}
}  // namespace

RunDriver::RunDriver(RunStore& store, Books& books, RunInfo run, Hold hold, Options options, metrics::Registry& metrics)
    : store_(store),
      books_(books),
      run_(std::move(run)),
      hold_(std::move(hold)),
      options_(std::move(options)),
      metrics_(metrics),
      action_(books, Action::Kind::load, fmt::format("{}/{}", run_.key.migration_id, run_.key.run)),
      fetcher_(options_.files, run_),
      sender_(books, action_, with(options_.sender, fetcher_)),
      pace_(options_.pace),
      progress_(store_, run_, hold_, options_.progress_every) {}

RunDriver::~RunDriver() = default;

RunDriver::Left RunDriver::drive(const std::stop_token& stop) {
  log::info("run is worked on", {{"migration", run_.key.migration_id}, {"run", static_cast<std::int64_t>(run_.key.run)}});
  if (check_target(stop) == Go::leave || read_known(stop) == Go::leave || look_for_departed(stop) == Go::leave) return left_;
  const auto matches = departures_ ? options_.departures->first_matches(run_.key) : std::nullopt;
  for (std::uint32_t at = 0;; ++at) {
    const auto arrived = store_.arrived(run_.key);
    if (at >= arrived.waves.size()) break;
    const Wave wave = arrived.waves[at];
    if (wave.completed) continue;
    if (await_wave(wave.number, stop) == Go::leave) return left_;
    if (matches && wave.number >= *matches && take_departed_away(false, stop) == Go::leave) return left_;
    if (known_in_doubt_ && read_known(stop) == Go::leave) return left_;
    if (work_wave(wave, stop) == Go::leave) return left_;
    store_.complete_wave(run_, hold_, wave);
  }
  if (take_departed_away(true, stop) == Go::leave) return left_;
  finish(stop);
  return left_;
}

RunDriver::Go RunDriver::look_at_directive(const std::stop_token& stop) {
  if (stop.stop_requested()) return Go::leave;
  if (!store_.keep(hold_)) throw LeaseLost();
  switch (store_.directive(run_.key)) {
    case Directive::go:
      return Go::on;
    case Directive::pause:
      return pause_run();
    case Directive::stop:
      return stop_run();
  }
  return Go::leave;
}

RunDriver::Go RunDriver::wait_out(const Error& error, const std::stop_token& stop, std::string_view whom) {
  const auto pause = std::max(error.retry_after, Pace::backoff(++troubles_in_a_row_ + 2, 0.5));
  store_.publish(run_, hold_, waiting_fact(run_, whom, error, pause));
  for (auto left = pause; left > 0ms; left -= 500ms) {
    if (look_at_directive(stop) == Go::leave) {
      store_.publish(run_, hold_, waiting_over_fact(run_));  // else it would stand there after a resume
      return Go::leave;
    }
    options_.await_arrivals(std::min<std::chrono::milliseconds>(left, 500ms), stop);
  }
  store_.publish(run_, hold_, waiting_over_fact(run_));
  return Go::on;
}

RunDriver::Go RunDriver::check_target(const std::stop_token& stop) {
  while (!run_.settings_changed) {
    if (look_at_directive(stop) == Go::leave) return Go::leave;
    const auto readiness = check_readiness(books_, run_.home_currency, run_.modules);
    if (!readiness) {
      if (wait_out(readiness.error(), stop) == Go::leave) return Go::leave;
      continue;
    }
    store_.remember_findings(run_, hold_, readiness->findings);
    store_.target_state(run_, readiness->ready() ? "ready" : "blocked", readiness->version);
    missing_ = readiness->missing;
    if (readiness->ready()) break;
    store_.publish(run_, hold_, blocked_fact(run_, readiness->findings));
    const auto& first = *std::ranges::find_if(readiness->findings, &Finding::blocker);
    return fail_run(Error{Code::failed_precondition, first.message, Retry::never, Effect::none, first.reason, first.remedy, {}});
  }
  return Go::on;
}

RunDriver::Go RunDriver::read_known(const std::stop_token& stop) {
  while (true) {
    if (look_at_directive(stop) == Go::leave) return Go::leave;
    auto known = known_of(books_, run_.connection);
    if (known) {
      known_ = std::move(*known);
      ledger_entries_.emplace(run_.connection, run_.transaction_entities, known_);
      known_in_doubt_ = false;
      return Go::on;
    }
    if (known.error().retry == Retry::never) return fail_run(known.error());
    if (wait_out(known.error(), stop) == Go::leave) return Go::leave;
  }
}

RunDriver::Go RunDriver::look_for_departed(const std::stop_token& stop) {
  if (options_.departures == nullptr || !options_.departures->follows_another(run_)) return Go::on;
  while (!store_.arrived(run_.key).ended) {
    if (look_at_directive(stop) == Go::leave) return Go::leave;
    options_.await_arrivals(500ms, stop);
  }
  departures_ = std::make_unique<Departures>(
      store_, *options_.departures, books_, run_, hold_, options_, [this, stop] { return look_at_directive(stop) == Go::on; },
      [this](const Error& error) { fail_run(error); });
  return departures_->look(stop) ? Go::on : Go::leave;
}

RunDriver::Go RunDriver::take_departed_away(bool last, const std::stop_token& stop) {
  if (!departures_ || !departures_->waiting(last)) return Go::on;
  if (ready_to_write(stop) == Go::leave) return Go::leave;  // with the lock dates away
  action_.forget();                                         // the other action takes its place for as long as it works
  known_in_doubt_ = true;
  return departures_->carry_out(last, stop) ? Go::on : Go::leave;
}

RunDriver::Go RunDriver::await_wave(std::uint32_t number, const std::stop_token& stop) {
  while (true) {
    if (look_at_directive(stop) == Go::leave) return Go::leave;
    const auto arrived = store_.arrived(run_.key);
    const auto wave = std::ranges::find(arrived.waves, number, &Wave::number);
    if (arrived.ended || std::ranges::all_of(wave->entities, [&](const auto& entity) { return arrived.ended_entities.contains(entity); }))
      return Go::on;
    options_.await_arrivals(500ms, stop);
  }
}

RunDriver::Go RunDriver::ready_to_write(const std::stop_token& stop) {
  while (!action_.installed()) {
    if (look_at_directive(stop) == Go::leave) return Go::leave;
    store_.remember_setting(run_, hold_, {std::string(kActionSetting), "absent", "installed", "", false, "removed at the end of the run"});
    run_.settings_changed = true;
    auto done = TargetSettings(books_, store_, run_, hold_).apply();
    if (done) done = action_.install();
    if (done) return Go::on;
    if (done.error().retry == Retry::never) return fail_run(done.error());
    if (wait_out(done.error(), stop) == Go::leave) return Go::leave;
  }
  return Go::on;
}

/// A module is asked for when the first record needs it: which ones the source's records need is not known before.
RunDriver::Go RunDriver::modules_for(const Batch& batch, const std::stop_token& stop) {
  const auto needed = [&](const Module& module) {
    return std::ranges::any_of(batch.items, [&](const Item& item) { return needs(item, module); });
  };
  while (!missing_ || std::ranges::any_of(*missing_, needed)) {
    // Unknown after a restart; or somebody has installed it since.
    if (look_at_directive(stop) == Go::leave) return Go::leave;
    auto missing = missing_modules(books_, run_.modules);
    if (missing) {
      missing_ = std::move(*missing);
      const auto still = std::ranges::find_if(*missing_, needed);
      return still == missing_->end() ? Go::on : fail_run(module_missing(*still));
    }
    if (missing.error().retry == Retry::never) return fail_run(missing.error());
    if (wait_out(missing.error(), stop) == Go::leave) return Go::leave;
  }
  return Go::on;
}

bool RunDriver::refill(const Wave& wave, std::list<Item>& queue, Place& last) {
  constexpr std::size_t kPage = 5000;
  auto items = store_.waiting_items(run_, wave.number, last, kPage);
  std::vector<Fate> unchanged;
  for (auto& item : items) {
    last = {item.wave, item.number};
    item.replaces = ledger_entries_->replaced_by(item);
    if (ledger_entries_->stands_as_record(item)) {
      unchanged.push_back({Fate::Kind::done, std::move(item), 0, "skipped", "", "", "", ""});
    } else if (item.replaces.empty() && is_unchanged(item, known_)) {
      const auto at = known_.find(item.external_id);
      unchanged.push_back({Fate::Kind::done, std::move(item), at == known_.end() ? 0 : at->second, "unchanged", "", "", "", ""});
    } else {
      queue.push_back(std::move(item));
    }
  }
  const bool more = items.size() == kPage;
  settle(std::move(unchanged));
  return more;
}

RunDriver::Go RunDriver::work_wave(const Wave& wave, const std::stop_token& stop) {
  progress_.refresh();
  pace_.other_records();
  std::list<Item> queue;
  Place last;
  bool more = true;
  while (true) {
    if (look_at_directive(stop) == Go::leave) {
      come_home(queue);  // what is under way is remembered before we leave
      return Go::leave;
    }
    if (more && queue.size() < 2 * pace_.batch()) more = refill(wave, queue, last);
    if (launch(queue, stop) == Go::leave) return Go::leave;
    if (in_flight_.empty()) {
      if (!more) break;
      more = refill(wave, queue, last);  // all that is here waits for what comes later
      continue;
    }
    if (collect(queue, stop) == Go::leave) return Go::leave;
    progress_.publish_sometimes();
  }
  park(queue);
  progress_.publish();
  return Go::on;
}

RunDriver::Go RunDriver::launch(std::list<Item>& queue, const std::stop_token& stop) {
  while (in_flight_.size() < pace_.connections() && !exclusive_in_flight_ && !queue.empty()) {
    Batch batch = next_batch(queue, known_, {pace_.batch(), BatchLimits{}.bytes});
    if (batch.empty()) return Go::on;
    if (batch.exclusive && !in_flight_.empty()) {
      for (auto item = batch.items.rbegin(); item != batch.items.rend(); ++item) queue.push_front(std::move(*item));
      return Go::on;
    }
    if (modules_for(batch, stop) == Go::leave) return Go::leave;
    if (!action_.installed() && ready_to_write(stop) == Go::leave) return Go::leave;
    exclusive_in_flight_ = batch.exclusive;
    in_flight_.push_back(
        std::async(options_.launch, [this, batch = std::move(batch), stop]() mutable { return sender_.send(std::move(batch), stop); }));
  }
  return Go::on;
}

RunDriver::Go RunDriver::collect(std::list<Item>& queue, const std::stop_token& stop) {
  if (in_flight_.empty()) return Go::on;
  auto ready = in_flight_.end();
  for (auto at = in_flight_.begin(); at != in_flight_.end() && ready == in_flight_.end(); ++at)
    if (at->wait_for(0ms) != std::future_status::timeout) ready = at;
  if (ready == in_flight_.end()) {
    in_flight_.front().wait_for(100ms);
    return Go::on;
  }
  Delivery delivery = ready->get();
  in_flight_.erase(ready);
  if (in_flight_.empty()) exclusive_in_flight_ = false;
  const auto trouble = delivery.stopped_by;
  const std::string_view whom = delivery.waits_for_source ? "the source" : "the target";
  take(std::move(delivery), queue);
  if (!trouble) {
    troubles_in_a_row_ = 0;
    return Go::on;
  }
  if (stop.stop_requested()) return Go::leave;
  come_home(queue);                                                       // the other connections, before we wait or give up
  if (trouble->message.find("ir.actions.server") != std::string::npos) {  // somebody removed the action
    action_.forget();
    return ready_to_write(stop);
  }
  return trouble->retry == Retry::never ? fail_run(*trouble) : wait_out(*trouble, stop, whom);
}

void RunDriver::come_home(std::list<Item>& queue) {
  while (!in_flight_.empty()) {
    while (in_flight_.front().wait_for(1s) == std::future_status::timeout)
      if (!store_.keep(hold_)) throw LeaseLost();
    Delivery delivery = in_flight_.front().get();
    in_flight_.pop_front();
    take(std::move(delivery), queue);
  }
  exclusive_in_flight_ = false;
}

void RunDriver::take(Delivery delivery, std::list<Item>& queue) {
  for (int i = 0; i < delivery.troubles; ++i) pace_.troubled();
  if (delivery.troubles == 0) pace_.answered(delivery.records, delivery.slowest);
  metrics_.histogram("q2o_loader_batch_seconds", "time of one call of the action", {0.1, 0.3, 1, 3, 10, 30, 100})
      .observe(std::chrono::duration<double>(delivery.slowest).count());
  remember(delivery.settings, delivery.changes);
  for (auto item = delivery.left.rbegin(); item != delivery.left.rend(); ++item) queue.push_front(std::move(*item));
  settle(std::move(delivery.fates));
  known_in_doubt_ |= delivery.lost_update;
  if (delivery.unmatched.empty()) return;
  store_.forget(run_, hold_, delivery.unmatched);
  for (const auto& name : delivery.unmatched) known_.erase(name);
}

void RunDriver::remember(const std::vector<MovedSetting>& settings, const std::vector<ChangedValue>& changes) {
  for (const auto& moved : settings)
    store_.remember_setting(
        run_, hold_,
        {moved.name, moved.before, moved.during, "", false, moved.note.empty() ? "stays: one of our accounts has this code" : moved.note});
  if (!changes.empty()) store_.remember_values(run_, hold_, changes);
}

void RunDriver::settle(std::vector<Fate> fates) {
  if (fates.empty()) return;
  forget_replaced(fates);
  store_.store(run_, hold_, fates);
  for (const auto& fate : fates) {
    const auto& item = fate.item;
    metrics_
        .counter("q2o_loader_records_total", "target records by outcome",
                 {{"outcome", fate.kind == Fate::Kind::done     ? fate.outcome
                              : fate.kind == Fate::Kind::parked ? "parked"
                                                                : "rejected"}})
        .add();
    if (fate.kind == Fate::Kind::done && fate.odoo_id != 0 && item.operation != "write") known_[item.external_id] = fate.odoo_id;
    progress_.take(fate);
  }
}

void RunDriver::forget_replaced(const std::vector<Fate>& fates) {
  std::vector<std::string> gone;
  for (const auto& fate : fates)
    if (fate.kind == Fate::Kind::done) gone.insert(gone.end(), fate.item.replaces.begin(), fate.item.replaces.end());
  if (gone.empty()) return;
  store_.forget(run_, hold_, gone);
  for (const auto& name : gone) known_.erase(name);
  ledger_entries_->gone(gone);
}

void RunDriver::park(std::list<Item>& queue) {
  std::vector<Fate> parked;
  for (auto& item : queue) {
    std::string waits_for = missing_reference(item, known_, {});
    parked.push_back({Fate::Kind::parked, std::move(item), 0, "", std::move(waits_for), "", "", ""});
  }
  settle(std::move(parked));
}

RunDriver::Go RunDriver::finish(const std::stop_token& stop) {
  while (!store_.arrived(run_.key).ended) {
    if (look_at_directive(stop) == Go::leave) return Go::leave;
    options_.await_arrivals(500ms, stop);
  }
  store_.reject_parked(run_, hold_);
  progress_.rebuild();
  progress_.publish();
  while (true) {
    if (look_at_directive(stop) == Go::leave) return Go::leave;
    const auto closed =
        clean_up().and_then([&](bool cleaned) { return cleaned ? TargetSettings(books_, store_, run_, hold_).close_books() : Status(); });
    if (closed) break;
    if (closed.error().retry == Retry::never) return fail_run(closed.error());
    if (wait_out(closed.error(), stop) == Go::leave) return Go::leave;
  }
  store_.end(run_, hold_, "done", loaded_fact(run_, store_.totals(run_.key), progress_.counts()));
  left_ = Left::ended;
  return Go::leave;
}

/// Nothing of ours but the records stays in the target. A run that wrote nothing has nothing to clean up, unless an earlier one left
/// something behind.
Result<bool> RunDriver::clean_up() {
  std::list<Item> left;
  come_home(left);  // with the lock dates back, a batch under way would be booked on another day
  const bool touched = run_.settings_changed || (departures_ && departures_->touched());
  if (!touched && store_.to_restore(run_).empty()) return false;
  if (auto told = take_told(); !told && told.error().retry != Retry::never) return fail(told.error());
  if (auto gone = action_.remove(); !gone) return fail(gone.error());
  store_.mark_restored(run_, hold_, std::string(kActionSetting), true, "removed");
  if (auto restored = TargetSettings(books_, store_, run_, hold_).restore(); !restored) return fail(restored.error());
  return true;
}

/// What was told to a process that died before it had written it down. And the time: what is written in the target after this was written
/// by others, an undo asks.
Status RunDriver::take_told() {
  if (auto there = action_.install(); !there) return there;
  const auto told = action_.told();
  if (!told) return fail(told.error());
  remember(told->settings, told->changes);
  store_.remember_time(run_, hold_, told->now);
  if (told->ids.empty()) return {};
  const auto forgotten = action_.told(told->ids);
  return forgotten ? Status{} : fail(forgotten.error());
}

/// A pause may last for days, in which people keep their books: lock dates, default taxes and the number check are theirs meanwhile.
RunDriver::Go RunDriver::pause_run() {
  if (const auto clean = clean_up(); !clean) log::warn("settings of the target could not be put back", {{"error", clean.error().message}});
  left_ = Left::paused;
  return Go::leave;
}

RunDriver::Go RunDriver::stop_run() {
  if (const auto clean = clean_up(); !clean) log::warn("settings of the target could not be put back", {{"error", clean.error().message}});
  store_.end(run_, hold_, "stopped", stopped_fact(run_));
  left_ = Left::ended;
  return Go::leave;
}

RunDriver::Go RunDriver::fail_run(const Error& error) {
  log::error("run failed", {{"migration", run_.key.migration_id}, {"reason", error.reason}, {"error", error.message}});
  if (const auto clean = clean_up(); !clean) log::warn("settings of the target could not be put back", {{"error", clean.error().message}});
  store_.end(run_, hold_, "failed", failed_fact(run_, error));
  left_ = Left::ended;
  return Go::leave;
}

}  // namespace q2o::loader
