#include "services/identity/people/app/staff.h"

#include "common/ids/ids.h"
#include "common/once/once.h"
#include "common/pg/acting.h"
#include "services/identity/people/adapters/sealed.h"
#include "services/identity/people/app/words.h"
#include "services/identity/people/domain/address.h"
#include "services/identity/people/domain/credentials.h"

namespace q2o::identity::people {
namespace {

constexpr std::int64_t kInvitationsMost = 200;

const std::string kPeople = "select m.person_id, p.address, p.name, m.role, m.active, " + utc("m.last_sign_in_at", "last_sign_in") + ", " +
                            utc("m.joined_at", "joined") + " from membership m join person p using (person_id) where m.tenant_id = $1 ";

v1::Person read(pg::Tx& tx, const pg::Row& row) {
  v1::Person out;
  const auto id = row.text("person_id");
  out.set_person_id(id);
  out.set_email(tx.open(of_person(id, kPersonAddress), row.text("address")));
  out.set_name(tx.open(of_person(id, kPersonName), row.text("name")));
  out.set_role(role_of(row.text("role")));
  out.set_active(row.boolean("active"));
  out.set_last_sign_in_at(row.text("last_sign_in"));
  out.set_joined_at(row.text("joined"));
  return out;
}

tl::unexpected<Error> unknown_person() {
  return fail(Code::not_found, "nobody with that id belongs to this company", "PERSON_UNKNOWN",
              "List the people and take an id from there.");
}
tl::unexpected<Error> unknown_invitation() {
  return fail(Code::not_found, "there is no open invitation with that id", "INVITATION_UNKNOWN", "It was answered or revoked already.");
}
tl::unexpected<Error> too_many_today(std::uint32_t most) {
  return fail(Error{Code::resource_exhausted,
                    std::to_string(most) + " invitations were sent within a day, which is the most",
                    Retry::after_backoff,
                    Effect::none,
                    "TOO_MANY_INVITATIONS_TODAY",
                    "Send the others tomorrow, or ask us for more.",
                    {}});
}
tl::unexpected<Error> bad_role() {
  return fail(Code::invalid_argument, "that is no role", "BAD_ROLE", "Take ROLE_VIEWER, ROLE_ACCOUNTANT or ROLE_OWNER.");
}
bool is_role(v1::Role role) {
  return role == v1::ROLE_VIEWER || role == v1::ROLE_ACCOUNTANT || role == v1::ROLE_OWNER;
}

/// Active owners; locked, so that two of them cannot leave at the same time.
std::size_t owners(pg::Tx& tx, const std::string& tenant) {
  return tx
      .exec("select person_id from membership where tenant_id = $1 and role = 'owner' and active order by person_id for update", {tenant})
      .size();
}

}  // namespace

std::vector<v1::Person> Staff::list(const std::string& tenant, const std::string& after, std::uint32_t most) {
  return tools_.pool.transact([&](pg::Tx& tx) {
    pg::act_for(tx, acting::tenant(tenant));
    std::vector<v1::Person> out;
    for (const auto row : tx.exec(kPeople + "and m.person_id > $2 order by m.person_id limit $3",
                                  {tenant, after.empty() ? "00000000-0000-0000-0000-000000000000" : after, most}))
      out.push_back(read(tx, row));
    return out;
  });
}

std::vector<v1::PendingInvitation> Staff::invitations(const std::string& tenant) {
  return tools_.pool.transact([&](pg::Tx& tx) {
    pg::act_for(tx, acting::tenant(tenant));
    std::vector<v1::PendingInvitation> out;
    for (const auto row : tx.exec("select invitation_id, address, role, " + utc("expires_at", "expires") +
                                      " from invitation where tenant_id = $1 and ended_at is null and expires_at > $2 "
                                      "order by created_at desc limit $3",
                                  {tenant, text_of(tools_.now()), kInvitationsMost})) {
      auto& entry = out.emplace_back();
      const auto id = row.text("invitation_id");
      entry.set_invitation_id(id);
      entry.set_email(open_or_purged(tx, of_tenant(tenant, kInvitationAddress, id), row.text("address")));
      entry.set_role(role_of(row.text("role")));
      entry.set_expires_at(row.text("expires"));
    }
    return out;
  });
}

Result<v1::PendingInvitation> Staff::invite(const v1::InvitePersonRequest& request, const Visit& visit) {
  const auto address = normalized_address(request.email());
  if (!address) return fail(address.error());
  if (!is_role(request.role())) return bad_role();
  const auto known = tools_.pool.transact([](pg::Tx& tx) { return once::before(tx); });
  if (!known) return fail(known.error());
  if (*known) return once::read<v1::PendingInvitation>(**known);  // no other mail: it is not counted either
  const auto address_hash = tools_.book.address(*address);
  if (const auto admitted = tools_.gate.enter({{tools_.book.attempt("invite", address_hash), tools_.settings.invitations_per_address}});
      !admitted)
    return fail(admitted.error());
  const auto token = random_token();
  const auto make = [&](pg::Tx& tx) -> Result<v1::PendingInvitation> {
    const auto now = tools_.now();
    ensure_tenant(tx, visit.tenant, now);
    // Only the company's own people are seen here: whether a stranger has an account does not show.
    if (!tx.exec("select 1 from membership m join person p using (person_id) where m.tenant_id = $1 and m.active and p.address_hash = $2",
                 {visit.tenant, address_hash})
             .empty())
      return fail(Code::already_exists, "that person belongs to the company already", "ALREADY_MEMBER", "Change the role instead.");
    tx.exec("update invitation set ended_at = $3 where tenant_id = $1 and address_hash = $2 and ended_at is null",
            {visit.tenant, address_hash, text_of(now)});
    const auto open = tx.one("select count(*) as n from invitation where tenant_id = $1 and ended_at is null and expires_at > $2",
                             {visit.tenant, text_of(now)})
                          .integer("n");
    if (open >= kInvitationsMost)
      return fail(Code::failed_precondition, "200 invitations are open", "TOO_MANY_INVITATIONS", "Revoke those that nobody will answer.");
    // Answered, revoked and replaced ones as well: each was a mail.
    tx.exec("select pg_advisory_xact_lock(hashtextextended('q2o.invitations.' || $1, 0))", {visit.tenant});
    const auto today = tx.one("select count(*) as n from invitation where tenant_id = $1 and created_at > $2",
                              {visit.tenant, text_of(now - std::chrono::hours(24))})
                           .integer("n");
    if (today >= tools_.settings.invitations_per_day) return too_many_today(tools_.settings.invitations_per_day);
    v1::PendingInvitation out;
    out.set_invitation_id(ids::uuid_v4());
    out.set_email(*address);
    out.set_role(request.role());
    const auto expires = now + tools_.settings.invitation;
    out.set_expires_at(text_of(expires));
    const auto language = checked_language(request.language());
    const auto company = tenant_name(tx, visit.tenant);
    tx.exec(
        "insert into invitation (invitation_id, tenant_id, address_hash, address, role, language, token_hash, invited_by, created_at, "
        "expires_at) values ($1, $2, $3, $4, $5, $6, $7, nullif($8, '')::uuid, $9, $10)",
        {out.invitation_id(), visit.tenant, address_hash,
         tx.seal_text(of_tenant(visit.tenant, kInvitationAddress, out.invitation_id()), *address), role_word(request.role()), language,
         hash_of(token.reveal()), visit.person, text_of(now), text_of(expires)});
    tools_.announcer.invitation(tx, visit.tenant, {"", *address, "", language}, token,
                                {company, visit.actor, role_word(request.role()), expires});
    tools_.audit.append(tx, {visit.tenant, visit.actor, "person.invited", "invitation/" + out.invitation_id(),
                             *address + " as " + role_word(request.role()), visit.client_address});
    return out;
  };
  return tools_.pool.transact([&](pg::Tx& tx) { return once::answered(tx, [&] { return make(tx); }); });
}

Status Staff::revoke_invitation(const std::string& invitation, const Visit& visit) {
  if (!ids::is_uuid(invitation)) return unknown_invitation();
  return tools_.pool.transact([&](pg::Tx& tx) -> Status {
    pg::act_for(tx, acting::tenant(visit.tenant));
    const auto ended = tx.exec("update invitation set ended_at = $3 where tenant_id = $1 and invitation_id = $2 and ended_at is null",
                               {visit.tenant, invitation, text_of(tools_.now())});
    if (ended.affected() == 0) return unknown_invitation();
    tools_.audit.append(tx, {visit.tenant, visit.actor, "invitation.revoked", "invitation/" + invitation, "", visit.client_address});
    return {};
  });
}

std::optional<OpenInvitation> open_invitation(pg::Tx& tx, const char* column, const std::string& hash,
                                              std::chrono::system_clock::time_point now) {
  pg::act_for(tx, acting::credential(hash));
  const auto rows = tx.exec(std::string("select invitation_id, tenant_id, address_hash, address, role, language from invitation where ") +
                                column + " = $1 and ended_at is null and expires_at > $2 order by created_at desc limit 1 for update",
                            {hash, text_of(now)});
  if (rows.empty()) return std::nullopt;
  const auto row = rows[0];
  OpenInvitation out{row.text("invitation_id"), row.text("tenant_id"), row.text("address_hash"), "",
                     row.text("role"),          row.text("language")};
  pg::act_for(tx, acting::tenant(out.tenant));
  out.address = open_or_purged(tx, of_tenant(out.tenant, kInvitationAddress, out.id), row.text("address"));
  return out;
}

void end_invitation(pg::Tx& tx, const OpenInvitation& invitation, std::chrono::system_clock::time_point now) {
  pg::act_for(tx, acting::tenant(invitation.tenant));
  tx.exec("update invitation set ended_at = $2 where invitation_id = $1", {invitation.id, text_of(now)});
}

Result<bool> Staff::accept(const v1::AcceptInvitationRequest& request, const Visit& visit) {
  if (!looks_like_token(request.token())) return unknown_link();
  if (const auto good = good_name(request.name(), "the name"); !good) return fail(good.error());
  const config::Secret password(request.password());
  const auto token_hash = hash_of(request.token());
  bool had_account = false;
  const auto address = tools_.pool.transact([&](pg::Tx& tx) -> std::string {
    const auto invitation = open_invitation(tx, "token_hash", token_hash, tools_.now());
    if (!invitation) return "";
    const auto person = person_by_address(tx, invitation->address_hash);
    had_account = person && person->verified;
    return invitation->address;
  });
  if (address.empty()) return unknown_link();
  std::string hash;
  if (!had_account) {
    if (const auto good = tools_.rules.check(password, address); !good) return fail(good.error());
    hash = tools_.passwords.hash(password);
  }
  return tools_.pool.transact([&](pg::Tx& tx) -> Result<bool> {
    const auto now = tools_.now();
    const auto invitation = open_invitation(tx, "token_hash", token_hash, now);
    if (!invitation) return unknown_link();
    lock_address(tx, invitation->address_hash);
    auto person = person_by_address(tx, invitation->address_hash);
    const bool has_account = person && person->verified;
    if (!has_account && hash.empty()) return unknown_link();  // changed meanwhile
    if (!person) {
      person = PersonRow{ids::uuid_v4(), invitation->address_hash, invitation->address, request.name(), invitation->language, "", true, ""};
      add_person(tx, *person, now);
    }
    if (!has_account) {
      mark_verified(tx, person->id, now);
      set_password(tx, person->id, hash);
      end_links(tx, person->id, "verify");
    }
    if (person->last_tenant.empty())
      tx.exec("update person set last_tenant_id = $2 where person_id = $1", {person->id, invitation->tenant});
    add_member(tx, invitation->tenant, person->id, role_of(invitation->role), now);
    end_invitation(tx, *invitation, now);
    tools_.announcer.person_changed(tx, invitation->tenant, reader_of(*person), invitation->role, true);
    tools_.audit.append(tx, {invitation->tenant, person->address, "invitation.accepted", "person/" + person->id, "as " + invitation->role,
                             visit.client_address});
    return has_account;
  });
}

Result<v1::Person> Staff::change(const std::string& person, const Visit& visit, const char* action, const std::string& detail,
                                 const std::function<void(v1::Person&)>& edit) {
  if (!ids::is_uuid(person)) return unknown_person();
  return tools_.pool.transact([&](pg::Tx& tx) -> Result<v1::Person> {
    pg::act_for(tx, acting::tenant(visit.tenant));
    const auto owners_before = owners(tx, visit.tenant);
    const auto rows = tx.exec(kPeople + "and m.person_id = $2 for update of m", {visit.tenant, person});
    if (rows.empty()) return unknown_person();
    auto out = read(tx, rows[0]);
    const bool was_owner = out.active() && out.role() == v1::ROLE_OWNER;
    edit(out);
    if (was_owner && owners_before == 1 && !(out.active() && out.role() == v1::ROLE_OWNER))
      return fail(Code::failed_precondition, "a company must keep an active owner, and this is the last one", "LAST_OWNER",
                  "Make somebody else an owner first.");
    tx.exec("update membership set role = $3, active = $4 where tenant_id = $1 and person_id = $2",
            {visit.tenant, person, role_word(out.role()), out.active()});
    // What was offered before is not what is decided now; and a company that he has left hears no more of him.
    tx.exec(
        "update invitation set ended_at = $3 where tenant_id = $1 and ended_at is null and address_hash = (select address_hash from "
        "person where person_id = $2)",
        {visit.tenant, person, text_of(tools_.now())});
    if (!out.active())
      tx.exec("update person set last_tenant_id = null where person_id = $2 and last_tenant_id = $1", {visit.tenant, person});
    tx.notify(kAccessChannel);
    const auto language = tx.exec("select language from person where person_id = $1", {person})[0].text("language");
    tools_.announcer.person_changed(tx, visit.tenant, {person, out.email(), out.name(), language}, role_word(out.role()), out.active());
    tools_.audit.append(tx, {visit.tenant, visit.actor, action, "person/" + person, detail, visit.client_address});
    return out;
  });
}

Result<v1::Person> Staff::change_role(const std::string& person, v1::Role role, const Visit& visit) {
  if (!is_role(role)) return bad_role();
  return change(person, visit, "person.role_changed", std::string("to ") + role_word(role), [&](v1::Person& p) { p.set_role(role); });
}

Result<v1::Person> Staff::set_active(const std::string& person, bool active, const Visit& visit) {
  return change(person, visit, active ? "person.reactivated" : "person.deactivated", "", [&](v1::Person& p) { p.set_active(active); });
}

}  // namespace q2o::identity::people
