#pragma once

#include <optional>
#include <string>

#include "common/acting/acting.h"
#include "common/pg/before_commit.h"
#include "q2o/identity/v1/audit_note.pb.h"

namespace google::protobuf {
class MethodDescriptor;
}

/// Commands in the company's audit, without a word in any handler but the name of what it makes (acting::about): the first transaction of a
/// call that changes something says who did what to what from where, in the outbox, so it commits with the change or not at all.
namespace q2o::audit {

/// For pg::before_commit. Nothing is noted outside of calls, for calls that only read (their rule in the contract says so), and
/// for what another service of ours asks: the person's own command is noted where it arrived. Throws where a command makes something and
/// its handler has not named it (acting::about): what is not noted does not happen.
void note(pg::Tx& tx);

/// What would be noted about this call; none when it is no command of a person or program. Pure.
std::optional<identity::v1::AuditNote> note_of(const acting::Call& call);

/// Whoever may call it from outside, and it does not only read.
bool is_command(const google::protobuf::MethodDescriptor& method);
/// The kind of what a command makes or finds by itself ("migration"): the answer begins with it, and the request does not name it. Empty:
/// it is about what the request names.
std::string kind_made(const google::protobuf::MethodDescriptor& method);
/// The first field of the request that says what a command is about; empty: none does.
std::string named_by_request(const google::protobuf::MethodDescriptor& method);

}  // namespace q2o::audit
