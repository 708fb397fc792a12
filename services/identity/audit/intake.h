#pragma once

#include <span>
#include <string>
#include <vector>

#include "common/bus/bus.h"
#include "services/identity/audit/audit.h"

namespace q2o::identity::audit {

/// Where the other services say what commands have changed (q2o.identity.v1.AuditNote).
std::vector<std::string> note_topics();

/// Adds each note to its company's audit, once however often it comes. What is none goes to the dead letters.
void take_notes(pg::Pool& pool, const Audit& audit, std::span<const bus::Incoming> messages);

}  // namespace q2o::identity::audit
