#pragma once

#include <string_view>

namespace q2o::runtime {

/// What `git describe` said when this was built; "unknown" without git.
std::string_view version();

}  // namespace q2o::runtime
