#pragma once

#include <string>

namespace q2o::mapper {

/// docs/mapping.md: the mapping language, its transforms and preparations, from the code's own registries.
std::string mapping_document();

}  // namespace q2o::mapper
