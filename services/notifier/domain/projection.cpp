#include "services/notifier/domain/projection.h"

#include <algorithm>

namespace q2o::notifier {
namespace {

using v1::EntityProgress;
using v1::Progress;

EntityProgress& entity(Progress& progress, const std::string& name) {
  for (auto& known : *progress.mutable_entities()) {
    if (known.entity() == name) return known;
  }
  auto* added = progress.add_entities();
  added->set_entity(name);
  return *added;
}

/// An empty reason takes the waiting back; an empty `until` means that nobody knows how long.
void wait_for(Progress& progress, const std::string& reason, const std::string& until) {
  progress.set_waiting_for(reason);
  progress.set_waiting_until(until);
}

/// Running totals only grow within a run.
template <class Get, class Set>
void raise(std::uint64_t value, Get get, Set set) {
  if (value > get()) set(value);
}

/// Where each record of an entity is, so that the sum is exact at any moment: the topics have no order among each other, but what is loaded
/// has been mapped, and what is mapped has been extracted.
void balance(EntityProgress& known) {
  const auto at_odoo = known.loaded() + known.refused();
  known.set_mapped(std::max(known.mapped(), at_odoo));
  const auto left_out = known.merged() + known.excluded() + known.rejected();
  known.set_extracted(std::max(known.extracted(), known.mapped() + left_out));
  known.set_total(std::max(known.total(), known.extracted()));
  known.set_in_flight(known.extracted() - at_odoo - left_out);
}

/// A run over some entities says nothing about the others, although their records are read again.
bool concerns(const billing::v1::Migration& migration, const std::string& name) {
  const auto& wanted = migration.order().entities();
  return wanted.empty() || std::find(wanted.begin(), wanted.end(), name) != wanted.end();
}

void drop_others(Progress& progress) {
  auto& all = *progress.mutable_entities();
  all.erase(std::remove_if(all.begin(), all.end(), [&](const auto& one) { return !concerns(progress.migration(), one.entity()); }),
            all.end());
}

/// Where the migration's own message of the present run says that it is; RUNNING until that message has come.
billing::v1::State state(const Progress& progress) {
  return progress.migration().run() == progress.run() ? progress.migration().state() : billing::v1::STATE_RUNNING;
}

bool over(const Progress& progress) {
  const auto now = state(progress);
  return now == billing::v1::STATE_COMPLETED || now == billing::v1::STATE_FAILED || (now == billing::v1::STATE_READY && progress.run() > 0);
}

/// What a fact calls the activity; a late one says nothing about what goes on now.
void loading(Progress& progress, const std::string& activity) {
  if (state(progress) == billing::v1::STATE_RUNNING) progress.set_activity(activity);
}

/// A late fact takes a waiting back, but begins none in a run that is over.
template <class Waiting>
void hear(Progress& progress, const Waiting& waiting) {
  if (waiting.reason().empty() || !over(progress)) wait_for(progress, waiting.reason(), waiting.until());
}

void begin_run(Progress& progress, std::uint32_t run) {
  progress.set_run(run);
  progress.clear_entities();
  progress.clear_eta_seconds_low();
  progress.clear_eta_seconds_high();
  progress.set_records_per_second(0);
  progress.clear_target_records_done();
  progress.clear_target_records();
  progress.set_created(0);
  progress.set_changed(0);
  progress.set_unchanged(0);
  progress.clear_activity();
  wait_for(progress, {}, {});
}

/// Topics have no order among each other: the first fact of a later run begins it, whoever tells it. False: of an older run, which says
/// nothing about the present one.
bool is_of_present_run(Progress& progress, std::uint32_t run) {
  if (run > progress.run()) begin_run(progress, run);
  return run == progress.run();
}

const char* reading(const billing::v1::RunOrder& order) {
  if (order.kind() == billing::v1::RUN_KIND_UNDO) return "undo: looking for later activity in Odoo";
  const bool replay = order.kind() == billing::v1::RUN_KIND_REPLAY || order.kind() == billing::v1::RUN_KIND_RETRY;
  return replay ? "reading the replay log" : "reading from the source";
}

/// Below zero when the later sample counts less.
double growth(std::uint64_t from, std::uint64_t to) {
  return static_cast<double>(to) - static_cast<double>(from);
}

}  // namespace

bool apply(Progress& progress, const billing::v1::Migration& migration) {
  if (progress.has_migration() && migration.version() <= progress.migration().version()) return false;
  *progress.mutable_migration() = migration;
  progress.set_migration_id(migration.migration_id());
  if (!is_of_present_run(progress, migration.run())) return true;
  drop_others(progress);
  if (migration.state() == billing::v1::STATE_RUNNING && progress.activity().empty()) progress.set_activity(reading(migration.order()));
  if (migration.state() == billing::v1::STATE_VALIDATING) progress.set_activity("comparing both ledgers");
  if (over(progress)) {
    progress.set_activity("");
    wait_for(progress, {}, {});
  }
  return true;
}

bool apply(Progress& progress, const connector::v1::StatusFact& fact) {
  if (!is_of_present_run(progress, fact.scope().run())) return false;
  if (fact.has_entity_progress()) {
    const auto& said = fact.entity_progress();
    if (progress.migration().run() == progress.run() && !concerns(progress.migration(), said.entity())) return false;
    auto& known = entity(progress, said.entity());
    raise(said.total(), [&] { return known.total(); }, [&](auto v) { known.set_total(v); });
    raise(said.extracted(), [&] { return known.extracted(); }, [&](auto v) { known.set_extracted(v); });
    balance(known);
    return true;
  }
  if (fact.has_waiting()) {
    hear(progress, fact.waiting());
    return true;
  }
  if (fact.has_run_extracted()) {
    if (progress.activity().empty() || progress.activity().starts_with("reading")) loading(progress, "loading");
    return true;
  }
  return false;
}

bool apply(Progress& progress, const mapper::v1::StatusFact& fact) {
  if (!is_of_present_run(progress, fact.scope().run()) || !fact.has_entity_progress()) return false;
  const auto& said = fact.entity_progress();
  auto& known = entity(progress, said.entity());
  raise(said.mapped(), [&] { return known.mapped(); }, [&](auto v) { known.set_mapped(v); });
  raise(said.merged(), [&] { return known.merged(); }, [&](auto v) { known.set_merged(v); });
  raise(said.excluded(), [&] { return known.excluded(); }, [&](auto v) { known.set_excluded(v); });
  raise(said.rejected(), [&] { return known.rejected(); }, [&](auto v) { known.set_rejected(v); });
  balance(known);  // what exists only in the ledger is first counted here
  return true;
}

bool apply(Progress& progress, const loader::v1::StatusFact& fact) {
  if (!is_of_present_run(progress, fact.scope().run())) return false;
  if (fact.has_entity_progress()) {
    auto& known = entity(progress, fact.entity_progress().entity());
    raise(fact.entity_progress().loaded(), [&] { return known.loaded(); }, [&](auto v) { known.set_loaded(v); });
    raise(fact.entity_progress().rejected(), [&] { return known.refused(); }, [&](auto v) { known.set_refused(v); });
    balance(known);
    return true;
  }
  if (fact.has_wave_completed()) {
    loading(progress, "loading: " + fact.wave_completed().name() + " done");
    return true;
  }
  if (fact.has_load_progress()) {
    raise(fact.load_progress().total(), [&] { return progress.target_records(); }, [&](auto v) { progress.set_target_records(v); });
    raise(
        fact.load_progress().done(), [&] { return progress.target_records_done(); }, [&](auto v) { progress.set_target_records_done(v); });
    raise(fact.load_progress().created(), [&] { return progress.created(); }, [&](auto v) { progress.set_created(v); });
    raise(fact.load_progress().changed(), [&] { return progress.changed(); }, [&](auto v) { progress.set_changed(v); });
    raise(fact.load_progress().unchanged(), [&] { return progress.unchanged(); }, [&](auto v) { progress.set_unchanged(v); });
    return true;
  }
  if (fact.has_undo_progress()) {
    progress.set_activity("undo: " + std::to_string(fact.undo_progress().done()) + " of " + std::to_string(fact.undo_progress().total()) +
                          (fact.undo_progress().looking() ? " records looked at" : " records taken back"));
    return true;
  }
  if (fact.has_waiting()) {
    hear(progress, fact.waiting());
    return true;
  }
  if (fact.has_run_loaded()) {
    const auto& totals = fact.run_loaded();
    progress.set_created(totals.created());
    progress.set_changed(totals.changed());
    progress.set_unchanged(totals.unchanged());
    for (const auto& said : totals.entities()) {
      auto& known = entity(progress, said.entity());
      raise(said.loaded(), [&] { return known.loaded(); }, [&](auto v) { known.set_loaded(v); });
      raise(said.rejected() + said.parked(), [&] { return known.refused(); }, [&](auto v) { known.set_refused(v); });
      balance(known);
    }
    return true;
  }
  return false;
}

bool apply(Progress& progress, const validator::v1::ValidationCompleted& fact) {
  if (fact.scope().run() < progress.last_result_run()) return false;
  progress.set_last_result_run(fact.scope().run());
  progress.set_last_result("run " + std::to_string(fact.scope().run()) + ": " +
                           (fact.failure().empty() ? fact.verdict() + ". " + fact.sentence() : fact.failure()));
  return true;
}

std::uint64_t settled(const Progress& progress) {
  std::uint64_t sum = 0;
  for (const auto& e : progress.entities()) sum += e.loaded() + e.merged() + e.excluded() + e.rejected() + e.refused();
  return sum;
}

std::uint64_t expected(const Progress& progress) {
  std::uint64_t sum = 0;
  for (const auto& e : progress.entities()) sum += std::max(e.total(), e.extracted());
  return sum;
}

std::uint64_t work_done(const Progress& progress) {
  return progress.target_records() > 0 ? progress.target_records_done() : settled(progress);
}

std::uint64_t work_expected(const Progress& progress) {
  if (progress.target_records() == 0) return expected(progress);
  std::uint64_t mapped = 0;
  for (const auto& e : progress.entities()) mapped += e.mapped() + e.merged() + e.excluded() + e.rejected();
  if (mapped == 0) return progress.target_records();
  const double more = static_cast<double>(std::max(expected(progress), mapped) - mapped) / static_cast<double>(mapped);
  return progress.target_records() + static_cast<std::uint64_t>(static_cast<double>(progress.target_records()) * more);
}

void estimate(Progress& progress, const std::vector<Sample>& samples, std::chrono::system_clock::time_point now) {
  using Seconds = std::chrono::duration<double>;
  progress.clear_eta_seconds_low();
  progress.clear_eta_seconds_high();
  progress.set_records_per_second(0);
  if (samples.size() < 2) return;
  const double span = Seconds(std::max(now, samples.back().at) - samples.front().at).count();
  if (span <= 0) return;
  progress.set_records_per_second(std::max(0.0, growth(samples.front().settled, samples.back().settled) / span));
  const double rate = std::max(0.0, growth(samples.front().work, samples.back().work) / span);
  const std::uint64_t done = work_done(progress), total = work_expected(progress);
  if (samples.size() < 4 || span < 5 || rate <= 0 || done >= total) return;
  std::vector<double> rates;
  for (std::size_t i = 1; i < samples.size(); ++i) {
    const double step = Seconds(samples[i].at - samples[i - 1].at).count();
    if (step > 0) rates.push_back(growth(samples[i - 1].work, samples[i].work) / step);
  }
  if (rates.empty()) return;
  std::sort(rates.begin(), rates.end());
  const double slow = std::max(std::min(rates[rates.size() / 3], rate), rate / 4), fast = std::max(rates[rates.size() * 2 / 3], rate);
  const auto left = static_cast<double>(total - done);
  progress.set_eta_seconds_low(static_cast<std::uint32_t>(left / fast));
  progress.set_eta_seconds_high(static_cast<std::uint32_t>(left / slow) + 1);
}

}  // namespace q2o::notifier
