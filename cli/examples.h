#pragma once

#include <string_view>

namespace q2o::cli {

/// The examples that stand in a command's help, e.g. of "watch" or "mapping check", one a line; empty for a command that is not known.
std::string_view examples_of(std::string_view command);

}  // namespace q2o::cli
