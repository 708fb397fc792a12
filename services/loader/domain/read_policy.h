#pragma once

#include <string_view>

#include "common/result/result.h"

namespace q2o::loader {

/// What others (the validator) may ask of the target: reading methods on the models of the books, nothing private, no users.
Status may_read(std::string_view model, std::string_view method);

}  // namespace q2o::loader
