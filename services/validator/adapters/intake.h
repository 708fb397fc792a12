#pragma once

#include <span>

#include "common/bus/bus.h"

namespace q2o::validator {

/// Migrations and the connector's facts off the bus into the validator's schema.
void take(pg::Pool& pool, std::span<const bus::Incoming> messages);

}  // namespace q2o::validator
