#include "services/loader/app/facts.h"

#include <fmt/format.h>

#include "common/calendar/calendar.h"

namespace q2o::loader {

void set_scope(common::v1::Scope& scope, const RunInfo& run) {
  scope.set_tenant_id(run.tenant_id);
  scope.set_migration_id(run.key.migration_id);
  scope.set_run(run.key.run);
  scope.set_connection(run.connection);
}

namespace {
v1::StatusFact fact(const RunInfo& run) {
  v1::StatusFact out;
  set_scope(*out.mutable_scope(), run);
  return out;
}
void set_counts(v1::EntityProgress& out, const std::string& entity, const EntityCount& count) {
  out.set_entity(entity);
  out.set_loaded(count.loaded);
  out.set_rejected(count.rejected);
  out.set_parked(count.parked);
}
}  // namespace

v1::Finding to_proto(const Finding& finding) {
  v1::Finding out;
  out.set_severity(finding.blocker ? "blocker" : "warning");
  out.set_reason(finding.reason);
  out.set_message(finding.message);
  out.set_remedy(finding.remedy);
  return out;
}

Module module_of(const common::v1::TargetModule& module) {
  return {module.name(), module.title(), {module.needed_by().begin(), module.needed_by().end()}, module.purpose()};
}

v1::StatusFact waiting_fact(const RunInfo& run, std::string_view whom, const Error& error, std::chrono::milliseconds pause) {
  auto out = fact(run);
  out.mutable_waiting()->set_reason(fmt::format("{}: {}", whom, error.message));
  out.mutable_waiting()->set_until(calendar::rfc3339(std::chrono::system_clock::now() + pause));
  return out;
}

v1::StatusFact waiting_over_fact(const RunInfo& run) {
  auto out = fact(run);
  out.mutable_waiting();
  return out;
}

v1::StatusFact blocked_fact(const RunInfo& run, const std::vector<Finding>& findings) {
  auto out = fact(run);
  out.mutable_target_blocked()->set_target_id(run.target_id);
  for (const auto& finding : findings)
    if (finding.blocker) *out.mutable_target_blocked()->add_blockers() = to_proto(finding);
  return out;
}

v1::StatusFact progress_fact(const RunInfo& run, const std::string& entity, const EntityCount& count) {
  auto out = fact(run);
  set_counts(*out.mutable_entity_progress(), entity, count);
  return out;
}

v1::StatusFact load_fact(const RunInfo& run, std::uint64_t done, std::uint64_t records, const Totals& totals) {
  auto out = fact(run);
  auto& load = *out.mutable_load_progress();
  load.set_done(done);
  load.set_total(records);
  load.set_created(totals.created);
  load.set_changed(totals.changed);
  load.set_unchanged(totals.unchanged);
  return out;
}

v1::StatusFact wave_fact(const RunInfo& run, const Wave& wave) {
  auto out = fact(run);
  out.mutable_wave_completed()->set_wave(wave.number);
  out.mutable_wave_completed()->set_name(wave.name);
  return out;
}

v1::StatusFact loaded_fact(const RunInfo& run, const Totals& totals, const std::map<std::string, EntityCount>& counts) {
  auto out = fact(run);
  auto& loaded = *out.mutable_run_loaded();
  loaded.set_created(totals.created);
  loaded.set_changed(totals.changed);
  loaded.set_unchanged(totals.unchanged);
  loaded.set_rejected(totals.rejected);
  loaded.set_removed(totals.removed);
  loaded.set_reversed(totals.reversed);
  loaded.set_kept(totals.kept);
  for (const auto& [entity, count] : counts) set_counts(*loaded.add_entities(), entity, count);
  return out;
}

v1::StatusFact failed_fact(const RunInfo& run, const Error& error) {
  auto out = fact(run);
  out.mutable_run_failed()->set_reason(error.reason.empty() ? "LOADER_FAILED" : error.reason);
  out.mutable_run_failed()->set_message(error.message);
  out.mutable_run_failed()->set_hint(error.hint);
  return out;
}

v1::StatusFact stopped_fact(const RunInfo& run) {
  return failed_fact(run, Error{Code::cancelled,
                                "The run was stopped; what was written stays in the target.",
                                Retry::never,
                                Effect::none,
                                "STOPPED",
                                "Start the migration again to go on: nothing is written twice.",
                                {}});
}

}  // namespace q2o::loader
