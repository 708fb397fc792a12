#include "services/identity/audit/audit.h"

#include "common/crypto/hmac.h"
#include "common/pg/acting.h"
#include "services/identity/audit/chain.h"
#include "services/identity/people/adapters/sealed.h"

namespace q2o::identity::audit {
namespace {

constexpr std::uint32_t kPiece = 1000;
const std::string kColumns = "select sequence, occurred_at, actor, action, subject, detail, client_address, hash from audit_event ";

sealing::Place place(const std::string& tenant, std::string_view column, const std::string& sequence) {
  return people::of_tenant(tenant, column, sequence);
}
constexpr std::string_view kActor = "identity.audit_event.actor";
constexpr std::string_view kDetail = "identity.audit_event.detail";
constexpr std::string_view kClient = "identity.audit_event.client_address";

Stored stored(const pg::Row& row) {
  return {static_cast<std::uint64_t>(row.integer("sequence")),
          row.text("occurred_at"),
          row.text("actor"),
          row.text("action"),
          row.text("subject"),
          row.text("detail"),
          row.text("client_address")};
}

/// The newest entry's number and hash; locks it until the transaction ends.
struct Head {
  std::uint64_t sequence = 0;
  std::string hash{kBeginning}, mac;
};
Head lock_head(pg::Tx& tx, const std::string& tenant) {
  tx.exec("insert into audit_head (tenant_id, sequence, hash, mac) values ($1, 0, $2, '') on conflict do nothing", {tenant, kBeginning});
  const auto row = tx.one("select sequence, hash, mac from audit_head where tenant_id = $1 for update", {tenant});
  return {static_cast<std::uint64_t>(row.integer("sequence")), row.text("hash"), row.text("mac")};
}

void broken(v1::VerifyAuditResponse& out, std::uint64_t sequence, std::string problem) {
  if (!out.problem().empty()) return;  // the first one counts
  out.set_broken_sequence(sequence);
  out.set_problem(std::move(problem));
}

}  // namespace

std::string Audit::mac(const std::string& tenant, std::uint64_t sequence, const std::string& hash) const {
  return crypto::hmac_sha256_hex(mac_key_, tenant + "\n" + std::to_string(sequence) + "\n" + hash);
}

void Audit::append(pg::Tx& tx, const Event& event) const {
  pg::act_for(tx, acting::tenant(event.tenant));
  const Head head = lock_head(tx, event.tenant);
  Stored entry;
  entry.sequence = head.sequence + 1;
  const std::string row = std::to_string(entry.sequence);
  entry.occurred_at = event.occurred_at.empty() ? people::text_of(now_()) : event.occurred_at;
  entry.actor = tx.seal_text(place(event.tenant, kActor, row), event.actor);
  entry.action = event.action;
  entry.subject = event.subject;
  entry.detail = tx.seal_text(place(event.tenant, kDetail, row), event.detail);
  entry.client_address = tx.seal_text(place(event.tenant, kClient, row), event.client_address);
  const std::string hash = hash_of(head.hash, event.tenant, entry);
  tx.exec(
      "insert into audit_event (tenant_id, sequence, occurred_at, actor, action, subject, detail, client_address, hash) "
      "values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
      {event.tenant, entry.sequence, entry.occurred_at, entry.actor, entry.action, entry.subject, entry.detail, entry.client_address,
       hash});
  tx.exec("update audit_head set sequence = $2, hash = $3, mac = $4 where tenant_id = $1",
          {event.tenant, entry.sequence, hash, mac(event.tenant, entry.sequence, hash)});
}

std::vector<v1::AuditEntry> Audit::list(const std::string& tenant, std::uint64_t before, std::uint32_t most) const {
  return pool_.transact([&](pg::Tx& tx) {
    pg::act_for(tx, acting::tenant(tenant));
    std::vector<v1::AuditEntry> out;
    for (const auto row :
         tx.exec(kColumns + "where tenant_id = $1 and ($2::bigint = 0 or sequence < $2::bigint) order by sequence desc limit $3",
                 {tenant, before, most})) {
      const Stored entry = stored(row);
      const std::string number = std::to_string(entry.sequence);
      auto& answer = out.emplace_back();
      answer.set_sequence(entry.sequence);
      answer.set_occurred_at(entry.occurred_at);
      answer.set_actor(people::open_or_purged(tx, place(tenant, kActor, number), entry.actor));
      answer.set_action(entry.action);
      answer.set_subject(entry.subject);
      answer.set_detail(people::open_or_purged(tx, place(tenant, kDetail, number), entry.detail));
      answer.set_client_address(people::open_or_purged(tx, place(tenant, kClient, number), entry.client_address));
      answer.set_hash(row.text("hash"));
    }
    return out;
  });
}

v1::VerifyAuditResponse Audit::verify(const std::string& tenant, const std::string& known_hash) const {
  v1::VerifyAuditResponse out;
  std::string previous(kBeginning);
  std::uint64_t sequence = 0;
  bool known = known_hash.empty();
  // The head first: entries that come while we reckon are not missed by it.
  const auto head = pool_.transact([&](pg::Tx& tx) {
    pg::act_for(tx, acting::tenant(tenant));
    const auto rows = tx.exec("select sequence, hash, mac from audit_head where tenant_id = $1", {tenant});
    return rows.empty() ? Head{} : Head{static_cast<std::uint64_t>(rows[0].integer("sequence")), rows[0].text("hash"), rows[0].text("mac")};
  });
  bool met_head = head.sequence == 0;
  for (std::size_t read = kPiece; read == kPiece;) {
    read = pool_.transact([&](pg::Tx& tx) {
      pg::act_for(tx, acting::tenant(tenant));
      const auto rows = tx.exec(kColumns + "where tenant_id = $1 and sequence > $2 order by sequence limit $3", {tenant, sequence, kPiece});
      for (const auto row : rows) {
        const Stored entry = stored(row);
        const std::string hash = row.text("hash");
        if (entry.sequence != sequence + 1)
          broken(out, sequence + 1, "entry " + std::to_string(sequence + 1) + " is missing");
        else if (hash != hash_of(previous, tenant, entry))
          broken(out, entry.sequence, "entry " + std::to_string(entry.sequence) + " was changed, or the one before it");
        sequence = entry.sequence;
        previous = hash;
        known = known || hash == known_hash;
        met_head = met_head || (sequence == head.sequence && hash == head.hash);
        out.set_entries(out.entries() + 1);
      }
      return rows.size();
    });
  }
  if (!met_head)
    broken(out, sequence + 1, "the newest entries are missing: " + std::to_string(head.sequence) + " were written");
  else if (head.sequence == 0 && sequence > 0)
    broken(out, 1, "the head of the chain is missing");
  else if (head.sequence > 0 && !crypto::equal_in_constant_time(head.mac, mac(tenant, head.sequence, head.hash)))
    broken(out, head.sequence, "the head of the chain was not written by this service");
  if (!known) broken(out, 0, "the hash that was noted down is not in the chain");
  out.set_head_hash(sequence == 0 ? "" : previous);
  out.set_intact(out.problem().empty());
  return out;
}

}  // namespace q2o::identity::audit
