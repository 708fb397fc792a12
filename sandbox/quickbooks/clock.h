#pragma once

#include <chrono>
#include <functional>
#include <string>

namespace q2o::sandbox::quickbooks {

using Moment = std::chrono::system_clock::time_point;
/// Injected, so that tests let hours pass at once.
using Clock = std::function<Moment()>;

/// "2020-09-29T06:53:30.722-07:00"
std::string time_text(Moment moment);

}  // namespace q2o::sandbox::quickbooks
