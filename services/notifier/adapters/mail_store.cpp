#include "services/notifier/adapters/mail_store.h"

#include "common/ids/ids.h"
#include "common/log/log.h"
#include "common/pg/utc.h"
#include "services/notifier/adapters/announcer.h"

namespace q2o::notifier {
namespace {

constexpr std::chrono::milliseconds kLease{10'000};
const std::string kColumns =
    "mail_id, tenant_id, migration_id, event, recipient, address, content, message_id, essential, state, attempts, last_reply, number, " +
    pg::utc("created_at", "created") + ", " + pg::utc("next_at", "next") + ", " + pg::utc("settled_at", "settled") +
    ", greatest(0, extract(epoch from now() - due_at))::bigint as age";

pg::Lease lease_of(const MailJob& job) {
  return {"mail", job.id, job.fence};
}

v1::MailState state_of(const std::string& word) {
  if (word == "waiting") return v1::MAIL_STATE_WAITING;
  if (word == "sending") return v1::MAIL_STATE_SENDING;
  if (word == "sent") return v1::MAIL_STATE_SENT;
  if (word == "unknown") return v1::MAIL_STATE_UNKNOWN;
  if (word == "refused") return v1::MAIL_STATE_REFUSED;
  if (word == "given_up") return v1::MAIL_STATE_GIVEN_UP;
  return word == "suppressed" ? v1::MAIL_STATE_SUPPRESSED : v1::MAIL_STATE_UNSPECIFIED;
}

std::string opened(pg::Tx& tx, const pg::Row& row, const char* column, std::string_view place) {
  return tx.open({row.text("tenant_id"), row.text("migration_id"), place, row.text("mail_id")}, row.text(column));
}

v1::Mail mail_of(pg::Tx& tx, const pg::Row& row) {
  v1::Mail out;
  out.set_mail_id(row.text("mail_id"));
  out.set_event(row.text("event"));
  out.set_migration_id(row.text("migration_id"));
  out.set_address(opened(tx, row, "address", "notifier.mail.address"));
  out.set_state(state_of(row.text("state")));
  out.set_attempts(static_cast<std::uint32_t>(row.integer("attempts")));
  out.set_created_at(row.text("created"));
  if (out.state() == v1::MAIL_STATE_WAITING || out.state() == v1::MAIL_STATE_UNKNOWN) out.set_next_at(row.text("next"));
  out.set_settled_at(row.text("settled"));
  out.set_last_reply(row.text("last_reply"));
  out.set_message_id(row.text("message_id"));
  return out;
}

/// Its sender died between the first byte and the answer's commit. At once: whoever waits for it may be signing up.
void becomes_unknown(pg::Tx& tx, const std::string& id, const pg::Lease& lease) {
  tx.exec("update mail set state = 'unknown', last_reply = 'the program that sent it ended before the answer' where mail_id = $1", {id});
  pg::release(tx, lease);
  log::warn("nobody knows whether a mail was sent: it goes out again under the same Message-ID", {{"mail", id}});
}

}  // namespace

std::optional<MailJob> MailStore::next() {
  return pool_.transact([&](pg::Tx& tx) -> std::optional<MailJob> {
    for (const auto row :
         tx.exec("select " + kColumns +
                 " from mail where state in ('waiting', 'sending', 'unknown') and next_at <= now() order by next_at limit 20 for "
                 "update skip locked")) {
      const auto id = row.text("mail_id");
      const auto lease = pg::try_lease(tx, "mail", id, instance_, kLease);
      if (!lease) continue;  // somebody is sending it
      if (row.text("state") == "sending") {
        becomes_unknown(tx, id, *lease);
        continue;
      }
      // He may have said no since it was made, or may not exist: it is not tried.
      if (is_unwanted(tx, row.text("tenant_id"), row.text("recipient"), row.boolean("essential"))) {
        tx.exec("update mail set state = 'suppressed', content = '', settled_at = now() where mail_id = $1", {id});
        pg::release(tx, *lease);
        continue;
      }
      std::string address, content;
      try {
        address = opened(tx, row, "address", "notifier.mail.address");
        content = opened(tx, row, "content", "notifier.mail.content");
      } catch (const std::exception& problem) {  // its key is gone or cannot be had: everybody else's mail goes on
        log::error("a mail cannot be opened", {{"mail", id}, {"error", problem.what()}});
        tx.exec("update mail set next_at = now() + interval '10 minutes' where mail_id = $1", {id});
        pg::release(tx, *lease);
        continue;
      }
      tx.exec("update mail set attempts = attempts + 1 where mail_id = $1", {id});
      return MailJob{id,
                     row.text("tenant_id"),
                     row.text("event"),
                     std::move(address),
                     row.text("recipient"),
                     values_of(content),
                     row.text("message_id"),
                     static_cast<int>(row.integer("attempts")) + 1,
                     std::chrono::seconds(row.integer("age")),
                     lease->fence};
    }
    return std::nullopt;
  });
}

bool MailStore::handing_over(const MailJob& job) {
  return pool_.transact([&](pg::Tx& tx) {
    if (!pg::held(tx, lease_of(job))) return false;
    tx.exec("update mail set state = 'sending' where mail_id = $1", {job.id});
    return true;
  });
}

bool MailStore::renew(const MailJob& job) {
  return pool_.transact([&](pg::Tx& tx) { return pg::renew(tx, lease_of(job), kLease); });
}

bool MailStore::settle(const MailJob& job, const Outcome& outcome, std::optional<std::chrono::milliseconds> pause) {
  return pool_.transact([&](pg::Tx& tx) {
    if (!pg::held(tx, lease_of(job))) return false;
    if (pause) {
      tx.exec("update mail set state = $2, last_reply = $3, next_at = now() + $4 * interval '1 millisecond' where mail_id = $1",
              {job.id, outcome.kind == Outcome::Kind::unknown ? "unknown" : "waiting", outcome.reply,
               static_cast<std::int64_t>(pause->count())});
    } else {
      const bool sent = outcome.kind == Outcome::Kind::sent;
      const bool refused = outcome.kind == Outcome::Kind::bad_address || outcome.kind == Outcome::Kind::refused;
      // One-time links end with the mail; of one that was not sent the values stay until retention, so that it can be sent again.
      tx.exec(
          "update mail set state = $2, last_reply = $3, settled_at = now(), content = case when $4 then '' else content end where mail_id "
          "= $1",
          {job.id,
           sent      ? "sent"
           : refused ? "refused"
                     : "given_up",
           outcome.reply, sent});
    }
    if (outcome.kind == Outcome::Kind::bad_address)
      tx.exec("insert into suppressed (tenant_id, recipient, reason, detail) values ($1, $2, 'refused', $3) on conflict do nothing",
              {job.tenant, job.recipient, outcome.reply});
    pg::release(tx, lease_of(job));
    return true;
  });
}

std::vector<v1::Mail> MailStore::list(const std::string& tenant, std::int64_t before, std::uint32_t most, std::int64_t& next) {
  return pool_.transact([&](pg::Tx& tx) {
    std::vector<v1::Mail> out;
    next = 0;
    std::int64_t last = 0;
    for (const auto row :
         tx.exec("select " + kColumns +
                     " from mail where tenant_id = $1::uuid and ($2::bigint = 0 or number < $2) order by number desc limit $3",
                 {tenant, before, static_cast<std::int64_t>(most) + 1})) {
      if (out.size() == most) {
        next = last;
        break;
      }
      out.push_back(mail_of(tx, row));
      last = row.integer("number");
    }
    return out;
  });
}

Result<std::optional<v1::Mail>> MailStore::resend(const std::string& tenant, const std::string& mail_id) {
  return pool_.transact([&](pg::Tx& tx) -> Result<std::optional<v1::Mail>> {
    const auto rows =
        tx.exec("select " + kColumns + " from mail where tenant_id = $1::uuid and mail_id = $2::uuid for update", {tenant, mail_id});
    if (rows.empty()) return std::optional<v1::Mail>();
    const auto state = rows[0].text("state");
    if (state != "refused" && state != "given_up")
      return fail(Code::failed_precondition, "the mail is " + state, "MAIL_NOT_OVER",
                  "Only a mail that was refused or given up is sent again.");
    if (rows[0].text("content").empty())
      return fail(Code::failed_precondition, "what stood in the mail is not kept any more", "MAIL_CONTENT_GONE",
                  "Ask for what it was about once more.");
    tx.exec("delete from suppressed where tenant_id = $1::uuid and recipient = $2 and reason = 'refused'",
            {tenant, rows[0].text("recipient")});
    tx.notify(kMailChannel);
    return std::optional(mail_of(
        tx, tx.one("update mail set state = 'waiting', attempts = 0, next_at = now(), due_at = now(), settled_at = null where mail_id = $1 "
                   "returning " +
                       kColumns,
                   {mail_id})));
  });
}

void MailStore::unsubscribe(const std::string& tenant, const std::string& recipient) {
  pool_.transact([&](pg::Tx& tx) {
    tx.exec("insert into suppressed (tenant_id, recipient, reason) values ($1, $2, 'unwanted') on conflict do nothing",
            {tenant, recipient});
  });
}

}  // namespace q2o::notifier
