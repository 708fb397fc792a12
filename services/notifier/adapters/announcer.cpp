#include "services/notifier/adapters/announcer.h"

#include <algorithm>

#include "common/ids/ids.h"
#include "common/json/json.h"
#include "services/notifier/adapters/people.h"
#include "services/notifier/adapters/problems.h"
#include "services/notifier/adapters/webhook_store.h"

namespace q2o::notifier {
namespace {

/// False: known already. A quiet one that was told within a day is remembered and not told.
bool is_news(pg::Tx& tx, const Notice& notice) {
  const auto rows = tx.exec(
      "insert into notice (notice_id, tenant_id, migration_id, event, subject, told) select $1, $2::uuid, nullif($3, '')::uuid, $4, $5, "
      "not ($6 and exists (select 1 from notice where tenant_id = $2::uuid and event = $4 and subject = $5 and told and created_at > now() "
      "- "
      "interval '1 day')) on conflict do nothing returning told",
      {notice.id, notice.tenant, notice.migration, notice.event, notice.subject, notice.quiet});
  return !rows.empty() && rows[0].boolean("told");
}

}  // namespace

std::string recipient_of(pg::Tx& tx, const std::string& tenant, const std::string& address) {
  std::string lower(address);
  std::ranges::transform(lower, lower.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return tx.fingerprint({tenant, "", "notifier.recipient", ""}, lower);
}

std::string to_json(const Values& values) {
  json::Writer out;
  out.begin_object();
  for (const auto& [name, value] : values) out.field(name, value);
  out.end_object();
  return out.take();
}

Values values_of(const std::string& text) {
  Values out;
  if (text.empty()) return out;
  const auto document = json::Document::parse(text);
  if (!document) throw std::runtime_error("the stored values of a mail cannot be read");
  for (const auto& member : document->root().members()) out.emplace(member.key, member.value.text());
  return out;
}

bool is_unwanted(pg::Tx& tx, const std::string& tenant, const std::string& recipient, bool essential) {
  return !tx.exec("select 1 from suppressed where tenant_id = $1::uuid and recipient = $2 and (reason = 'refused' or not $3)",
                  {tenant, recipient, essential})
              .empty();
}

void Announcer::add_mail(pg::Tx& tx, const Personal& mail, const std::string& migration, bool essential) const {
  const auto recipient = recipient_of(tx, mail.tenant, mail.address);
  const auto id = ids::uuid_v7();
  const bool unwanted = is_unwanted(tx, mail.tenant, recipient, essential);
  tx.exec(
      "insert into mail (mail_id, tenant_id, migration_id, notice_id, event, recipient, address, content, message_id, essential, state, "
      "settled_at) values ($1, $2, nullif($3, '')::uuid, $4, $5, $6, $7, $8, $9, $11, case when $10 then 'suppressed' else 'waiting' end, "
      "case when "
      "$10 then now() end) on conflict (notice_id, recipient) do nothing",
      {id, mail.tenant, migration, mail.notice_id, mail.event, recipient,
       tx.seal_text({mail.tenant, migration, "notifier.mail.address", id}, mail.address),
       unwanted ? std::string() : tx.seal_text({mail.tenant, migration, "notifier.mail.content", id}, to_json(mail.values)),
       id + "@" + options_.mail_domain, unwanted, essential});
  tx.notify(kMailChannel);
}

void Announcer::announce(pg::Tx& tx, const Personal& mail) const {
  const auto* kind = templates_.kind(mail.event);
  if (!options_.mails || kind == nullptr) return;
  add_mail(tx, mail, "", kind->essential);
}

void Announcer::announce(pg::Tx& tx, const Notice& notice) const {
  if (!is_news(tx, notice)) return;
  if (!notice.problem.empty()) add_problem(tx, notice.tenant, notice.migration, notice.event, notice.problem, notice.hint);
  add_deliveries(tx, notice);
  const auto* kind = templates_.kind(notice.event);
  if (!options_.mails || kind == nullptr) return;
  for (const auto& person : people_with(tx, notice.tenant, kind->roles)) {
    Personal mail{notice.id, notice.event, notice.tenant, person.address, notice.values};
    mail.values["name"] = person.name;
    add_mail(tx, mail, notice.migration, kind->essential);
  }
}

}  // namespace q2o::notifier
