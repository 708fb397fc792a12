#pragma once

#include <chrono>
#include <map>

#include "services/loader/app/run_store.h"
#include "services/loader/domain/progress.h"

/// The messages of q2o.loader.status.v1.
namespace q2o::loader {

void set_scope(common::v1::Scope& scope, const RunInfo& run);
/// `whom`: "the target" or "the source".
v1::StatusFact waiting_fact(const RunInfo& run, std::string_view whom, const Error& error, std::chrono::milliseconds pause);
v1::StatusFact waiting_over_fact(const RunInfo& run);
v1::StatusFact blocked_fact(const RunInfo& run, const std::vector<Finding>& findings);
v1::StatusFact progress_fact(const RunInfo& run, const std::string& entity, const EntityCount& count);
v1::StatusFact load_fact(const RunInfo& run, std::uint64_t done, std::uint64_t records, const Totals& totals);
v1::StatusFact wave_fact(const RunInfo& run, const Wave& wave);
v1::StatusFact loaded_fact(const RunInfo& run, const Totals& totals, const std::map<std::string, EntityCount>& counts);
v1::StatusFact failed_fact(const RunInfo& run, const Error& error);
v1::StatusFact stopped_fact(const RunInfo& run);
v1::Finding to_proto(const Finding& finding);
Module module_of(const common::v1::TargetModule& module);

}  // namespace q2o::loader
