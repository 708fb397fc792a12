#pragma once

#include <span>

#include "common/bus/bus.h"
#include "services/billing/app/process_manager.h"

namespace q2o::billing {

inline constexpr std::string_view kConnectorStatus = "q2o.connector.status.v1";
inline constexpr std::string_view kMapperStatus = "q2o.mapper.status.v1";
inline constexpr std::string_view kLoaderStatus = "q2o.loader.status.v1";
inline constexpr std::string_view kValidatorReport = "q2o.validator.report.v1";

/// Takes facts off the bus: inbox row, lifecycle step and outbox message in one transaction per message.
/// What cannot be decoded goes to the dead letters; the rest goes on.
void take_facts(pg::Pool& pool, ProcessManager& manager, std::span<const bus::Incoming> messages);

}  // namespace q2o::billing
