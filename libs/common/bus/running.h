#pragma once

#include "common/bus/bus.h"
#include "common/runtime/runtime.h"

namespace q2o::bus {

/// Consumes in a loop of this name, with metrics; the service is ready only while it has its partitions.
inline void run(runtime::Runtime& runtime, const std::string& name, Consumer& consumer) {
  runtime.ready_when("partitions of " + name, [&consumer] { return consumer.assigned(); });
  consumer.measure(runtime.metrics());
  runtime.loop(name, [&consumer](std::stop_token stop) { consumer.run(stop); });
}

inline void run(runtime::Runtime& runtime, OutboxRelay& relay) {
  runtime.loop("outbox", [&relay](std::stop_token stop) { relay.run(stop); });
}

}  // namespace q2o::bus
