#pragma once

#include <optional>
#include <string>

#include "common/acting/acting.h"
#include "common/pg/before_commit.h"
#include "q2o/identity/v1/audit_note.pb.h"

/// Commands in the company's audit, without a word in any handler: the first transaction of a call that changes something says who did what
/// to what from where, in the outbox, so it commits with the change or not at all.
namespace q2o::audit {

/// For pg::before_commit. Nothing is noted outside of calls, for calls that only read (their rule in the contract says so), and
/// for what another service of ours asks: the person's own command is noted where it arrived.
void note(pg::Tx& tx);

/// What would be noted about this call; none when it is no command of a person or program. Pure.
std::optional<identity::v1::AuditNote> note_of(const acting::Call& call);

}  // namespace q2o::audit
