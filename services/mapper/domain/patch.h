#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/json/json.h"

/// Single values of a record replaced; everything else keeps its bytes.
namespace q2o::mapper {

/// "Line.0.Amount" -> its steps. "*" stands for every position of a list.
std::vector<std::string_view> steps_of(std::string_view path);

/// Asked for each value at the place (a null value where a member is missing in an object that is there): the JSON to put there, "null"
/// takes a member away; nothing keeps it.
using Replace = std::function<std::optional<std::string>(const json::Value& there)>;

/// `places`: how often the path led somewhere.
std::string rewritten(const json::Value& record, std::span<const std::string_view> steps, const Replace& replace, std::size_t& places);

}  // namespace q2o::mapper
