#pragma once

#include <optional>

#include "common/bus/bus.h"

/// Inside of the bus library: the one place where bodies are sealed and opened.
namespace q2o::bus {

inline constexpr const char* kKeyHeader = "q2o-dek";  ///< version of the data key

/// The body sealed, with its header, when it belongs to a tenant and is not sealed yet; nothing: it goes as it is. Error: no key now.
Result<std::optional<std::string>> sealed_body(const sealing::Seal* seal, const std::string& topic, Headers& headers,
                                               std::string_view body);

/// Seals the body when it belongs to a tenant and is not sealed yet. Error: no key now.
Status seal(const sealing::Seal* seal, Envelope& message);

enum class Body { readable, ended };
/// Opens the body in place. `ended`: its key was destroyed. A body that was tampered with stays as it is. Error: no key now.
Result<Body> open(const sealing::Seal* seal, Incoming& message);

}  // namespace q2o::bus
