#pragma once

#include "common/runtime/runtime.h"
#include "services/connector/app/connections.h"

namespace q2o::connector {

/// Everything of the service, built from configuration.
void wire(config::Reader& config, runtime::Runtime& runtime);

/// All *.json of a folder; throws with every complaint.
Manifests load_manifests(const std::string& folder);
/// The schema files of the service, the migration projection first.
std::vector<pg::Migration> schema_files();

}  // namespace q2o::connector
