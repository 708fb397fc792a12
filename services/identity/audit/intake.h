#pragma once

#include <span>
#include <string>
#include <vector>

#include "common/bus/bus.h"
#include "q2o/identity/v1/keys.pb.h"
#include "services/identity/audit/audit.h"

namespace q2o::identity::audit {

/// Where the other services say what commands have changed (q2o.identity.v1.AuditNote).
std::vector<std::string> note_topics();

/// Adds each note to its company's audit, once however often it comes. What is none goes to the dead letters.
void take_notes(pg::Pool& pool, const Audit& audit, std::span<const bus::Incoming> messages);

/// Who had content destroyed and why: after the keys, so that it can be read; the command's own note may have been on its way when its key
/// ended, or is sealed with it. Told again it adds nothing, unless the keys that were made since are destroyed as well.
void note_purge(pg::Pool& pool, const Audit& audit, const v1::DestroyTenantKeysRequest& purge);

}  // namespace q2o::identity::audit
