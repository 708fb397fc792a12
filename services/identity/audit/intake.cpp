#include "services/identity/audit/intake.h"

#include "common/ids/ids.h"
#include "q2o/identity/v1/audit_note.pb.h"
#include "services/identity/people/adapters/sealed.h"

namespace q2o::identity::audit {
namespace {

constexpr const char* kConsumer = "audit";
constexpr const char* kPurged = "content.purged";
constexpr std::size_t kTextMost = 500;
constexpr std::uint32_t kLookBack = 200;  ///< entries; a purge is told of again within seconds

/// What the message says, if it may be said: a service speaks of its own commands only, and of the tenant whose message it is.
Result<v1::AuditNote> read(const bus::Incoming& message) {
  v1::AuditNote note;
  if (!note.ParseFromString(message.value)) return fail(Code::invalid_argument, "the message does not decode", "UNDECODABLE");
  if (!ids::is_uuid(note.tenant_id()) || note.tenant_id() != message.header("q2o-tenant"))
    return fail(Code::invalid_argument, "the note is of another tenant than its message", "UNDECODABLE");
  if (note.action().empty() || message.topic != "q2o." + note.action().substr(0, note.action().find('.')) + ".audit.v1")
    return fail(Code::invalid_argument, "the command is none of the service that tells of it", "UNDECODABLE");
  return note;
}

}  // namespace

std::vector<std::string> note_topics() {
  std::vector<std::string> out;
  for (const auto* service : {"billing", "connector", "loader", "mapper", "notifier", "validator"})
    out.push_back(std::string("q2o.") + service + ".audit.v1");
  return out;
}

void take_notes(pg::Pool& pool, const Audit& audit, std::span<const bus::Incoming> messages) {
  for (const auto& message : messages) {
    pool.transact([&](pg::Tx& tx) {
      if (!pg::Inbox::insert(tx, kConsumer, message.id())) return;
      const auto note = read(message);
      if (!note) {
        bus::dead_letter(tx, "identity", message, note.error());
        return;
      }
      audit.append(tx, {note->tenant_id(), note->actor(), note->action(), note->subject(), note->detail(), note->client_address(),
                        note->occurred_at()});
    });
  }
}

void note_purge(pg::Pool& pool, const Audit& audit, const v1::DestroyTenantKeysRequest& purge) {
  const std::string what = purge.migration_id().empty() ? "everything of the company" : "migration/" + purge.migration_id();
  const auto reason = purge.reason().substr(0, kTextMost);
  const auto subject = "purge/" + purge.purge_id();
  for (const auto& entry : audit.list(purge.tenant_id(), 0, kLookBack))
    if (entry.action() == kPurged && entry.subject() == subject && entry.detail() != people::kGone) return;
  pool.transact([&](pg::Tx& tx) {
    audit.append(
        tx, {purge.tenant_id(), purge.actor().substr(0, kTextMost), kPurged, subject, reason.empty() ? what : what + "; " + reason, ""});
  });
}

}  // namespace q2o::identity::audit
