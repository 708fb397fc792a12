#include "services/identity/people/adapters/sessions.h"

#include "common/pg/acting.h"

namespace q2o::identity::people {
namespace {

/// How late "seen" may be: a write per call would cost more than the call.
constexpr std::chrono::seconds kSeenEvery{60};

}  // namespace

std::optional<SessionRow> live_session(pg::Tx& tx, const std::string& hash, const SessionLimits& limits,
                                       std::chrono::system_clock::time_point now) {
  pg::act_for(tx, acting::credential(hash));
  const auto rows =
      tx.exec("select person_id, coalesce(tenant_id::text, '') as tenant, " + millis("signed_in_at", "signed_in") + ", " +
                  millis("seen_at", "seen") + ", " + millis("expires_at", "expires") + " from session where session_hash = $1",
              {hash});
  if (rows.empty()) return std::nullopt;
  const auto row = rows[0];
  SessionRow out{hash,
                 row.text("person_id"),
                 row.text("tenant"),
                 from_millis(row.integer("signed_in")),
                 from_millis(row.integer("seen")),
                 from_millis(row.integer("expires"))};
  if (now >= out.expires_at || now >= out.seen_at + limits.idle) return std::nullopt;
  if (now >= out.seen_at + kSeenEvery)
    tx.exec("update session set seen_at = $2 where session_hash = $1 and seen_at < $2", {hash, text_of(now)});
  pg::act_for(tx, acting::person(out.person));
  return out;
}

void add_session(pg::Tx& tx, const SessionRow& session) {
  pg::act_for(tx, acting::person(session.person));
  tx.exec(
      "insert into session (session_hash, person_id, tenant_id, signed_in_at, seen_at, expires_at) "
      "values ($1, $2, nullif($3, '')::uuid, $4, $5, $6)",
      {session.hash, session.person, session.tenant, text_of(session.signed_in_at), text_of(session.seen_at), text_of(session.expires_at)});
}

void switch_tenant(pg::Tx& tx, const std::string& hash, const std::string& person, const std::string& tenant) {
  pg::act_for(tx, acting::person(person));
  tx.exec("update session set tenant_id = $2 where session_hash = $1", {hash, tenant});
  tx.exec("update person set last_tenant_id = $2 where person_id = $1", {person, tenant});
  tx.notify(kAccessChannel);
}

std::optional<EndedSession> end_session(pg::Tx& tx, const std::string& hash) {
  pg::act_for(tx, acting::credential(hash));
  const auto rows =
      tx.exec("delete from session where session_hash = $1 returning person_id, coalesce(tenant_id::text, '') as tenant", {hash});
  if (rows.empty()) return std::nullopt;
  tx.notify(kAccessChannel);
  return EndedSession{rows[0].text("person_id"), rows[0].text("tenant")};
}

std::size_t end_sessions(pg::Tx& tx, const std::string& person, const std::string& but) {
  pg::act_for(tx, acting::person(person));
  const auto ended = tx.exec("delete from session where person_id = $1 and session_hash <> $2", {person, but}).affected();
  if (ended > 0) tx.notify(kAccessChannel);
  return ended;
}

void add_link(pg::Tx& tx, const std::string& token_hash, const char* purpose, const LinkRow& link,
              std::chrono::system_clock::time_point now, std::chrono::system_clock::time_point expires) {
  pg::act_for(tx, acting::person(link.person));
  tx.exec(
      "insert into one_time_token (token_hash, purpose, person_id, password_hash, created_at, expires_at) "
      "values ($1, $2, $3, nullif($4, ''), $5, $6)",
      {token_hash, purpose, link.person, link.password_hash, text_of(now), text_of(expires)});
}

namespace {
std::optional<LinkRow> link_in(const pg::Rows& rows) {
  if (rows.empty()) return std::nullopt;
  return LinkRow{rows[0].text("person_id"), rows[0].text("password_hash")};
}
}  // namespace

std::optional<LinkRow> find_link(pg::Tx& tx, const std::string& token_hash, const char* purpose,
                                 std::chrono::system_clock::time_point now) {
  pg::act_for(tx, acting::credential(token_hash));
  const auto rows = tx.exec(
      "select person_id, coalesce(password_hash, '') as password_hash from one_time_token "
      "where token_hash = $1 and purpose = $2 and expires_at > $3",
      {token_hash, purpose, text_of(now)});
  return link_in(rows);
}

std::optional<LinkRow> take_link(pg::Tx& tx, const std::string& token_hash, const char* purpose,
                                 std::chrono::system_clock::time_point now) {
  pg::act_for(tx, acting::credential(token_hash));
  const auto rows = tx.exec(
      "delete from one_time_token where token_hash = $1 and purpose = $2 and expires_at > $3 "
      "returning person_id, coalesce(password_hash, '') as password_hash",
      {token_hash, purpose, text_of(now)});
  auto out = link_in(rows);
  if (out) pg::act_for(tx, acting::person(out->person));
  return out;
}

void end_links(pg::Tx& tx, const std::string& person, const char* purpose) {
  pg::act_for(tx, acting::person(person));
  tx.exec("delete from one_time_token where person_id = $1 and purpose = $2", {person, purpose});
}

std::string pending_password(pg::Tx& tx, const std::string& person, std::chrono::system_clock::time_point now) {
  pg::act_for(tx, acting::person(person));
  const auto rows = tx.exec(
      "select coalesce(password_hash, '') as password_hash from one_time_token "
      "where person_id = $1 and purpose = 'verify' and expires_at > $2 order by created_at desc limit 1",
      {person, text_of(now)});
  return rows.empty() ? std::string() : rows[0].text("password_hash");
}

std::size_t sweep_expired(pg::Tx& tx) {
  pg::act_for(tx, acting::sweeper());
  return tx.exec("delete from session where expires_at < now()").affected() +
         tx.exec("delete from one_time_token where expires_at < now()").affected();
}

}  // namespace q2o::identity::people
