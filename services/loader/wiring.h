#pragma once

#include "common/config/config.h"
#include "common/pg/pg.h"
#include "common/runtime/runtime.h"

namespace q2o::loader {

void wire(config::Reader& config, runtime::Runtime& runtime);
/// The loader's schema, the projection of migrations included.
std::vector<pg::Migration> schema();

}  // namespace q2o::loader
