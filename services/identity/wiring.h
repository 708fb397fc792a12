#pragma once

#include "common/config/config.h"
#include "common/runtime/runtime.h"

namespace q2o::identity {

void wire(config::Reader& config, runtime::Runtime& runtime);

}  // namespace q2o::identity
