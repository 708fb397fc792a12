#pragma once

#include <chrono>
#include <functional>
#include <stop_token>

namespace q2o::identity {

/// Calls `sweep` (how many rows it deleted) every so often, until stop. A round that fails, because the database is away, is logged and
/// made up for by the next one; the process goes on.
void sweep_until(const std::function<std::size_t()>& sweep, std::chrono::milliseconds every, const std::stop_token& stop);

}  // namespace q2o::identity
