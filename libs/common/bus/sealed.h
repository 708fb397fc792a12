#pragma once

#include "common/bus/bus.h"

/// Inside of the bus library: the one place where bodies are sealed and opened.
namespace q2o::bus {

inline constexpr const char* kKeyHeader = "q2o-dek";  ///< version of the data key

/// Seals the body when it belongs to a tenant and is not sealed yet. Error: no key now.
Status seal(const sealing::Seal* seal, Envelope& message);

enum class Body { readable, ended };
/// Opens the body in place. `ended`: its key was destroyed. A body that was tampered with stays as it is. Error: no key now.
Result<Body> open(const sealing::Seal* seal, Incoming& message);

}  // namespace q2o::bus
