#pragma once

#include "services/connector/app/run_context.h"

namespace q2o::connector {

/// Name and currency of the company, by the manifest's captures.
Result<std::map<std::string, std::string>> read_company(SourceCaller& caller, const Manifest& manifest, std::stop_token stop);

/// Entities of a run in the order of publication: everything but documents that were not wanted.
std::vector<const EntityRule*> plan_of(const Manifest& manifest, const std::vector<std::string>& wanted);

/// A whole run, from where its journal says: RunStart, every entity, RunEnd. With the records of an earlier run (`recorded`): what has
/// changed since, over what it had.
Step extract_run(RunContext& run, RecordedRun* recorded = nullptr);

}  // namespace q2o::connector
