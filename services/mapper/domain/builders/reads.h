#pragma once

#include <span>
#include <string_view>

namespace q2o::mapper::builders {

/// What a builder reads of its records; a path stands for everything below it, "*" for every position of a list. Empty: no such builder.
/// tests/coverage_test.cpp takes every other field away and finds that nothing changes.
std::span<const std::string_view> reads(std::string_view builder);

}  // namespace q2o::mapper::builders
