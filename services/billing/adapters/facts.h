#pragma once

#include <span>

#include "common/bus/bus.h"
#include "common/bus/topic.h"
#include "services/billing/app/process_manager.h"

namespace q2o::billing {

/// Takes facts off the bus: inbox row, lifecycle step and outbox message in one transaction per message.
/// What cannot be decoded goes to the dead letters; the rest goes on.
void take_facts(pg::Pool& pool, ProcessManager& manager, std::span<const bus::Incoming> messages);

}  // namespace q2o::billing
