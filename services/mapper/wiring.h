#pragma once

#include "common/config/config.h"
#include "common/runtime/runtime.h"

namespace q2o::mapper {

/// Builds the service; read it and you know how its parts hang together.
void wire(config::Reader& reader, runtime::Runtime& runtime);

}  // namespace q2o::mapper
