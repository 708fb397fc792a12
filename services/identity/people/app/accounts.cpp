#include "services/identity/people/app/accounts.h"

#include "common/ids/ids.h"
#include "common/pg/acting.h"
#include "services/identity/people/app/words.h"
#include "services/identity/people/domain/address.h"
#include "services/identity/people/domain/credentials.h"
#include "services/identity/people/domain/network.h"

namespace q2o::identity::people {
namespace {

tl::unexpected<Error> wrong_credentials() {
  return fail(Error{Code::unauthenticated,
                    "address or password is wrong",
                    Retry::after_reauthentication,
                    Effect::none,
                    "CREDENTIALS_WRONG",
                    "Try again, or ask for a mail to choose a new password.",
                    {}});
}
tl::unexpected<Error> not_who_signed_up() {
  return fail(
      Error{Code::unauthenticated,
            "that is not the password of this sign-up",
            Retry::after_reauthentication,
            Effect::none,
            "CREDENTIALS_WRONG",
            "Type the one that was chosen at the sign-up, or sign up again. Who has not signed up closes the page: nothing happens.",
            {}});
}
tl::unexpected<Error> not_verified() {
  return fail(Code::failed_precondition, "the address is not verified yet", "ADDRESS_NOT_VERIFIED",
              "Follow the link in the mail; signing up again sends another one.");
}
tl::unexpected<Error> signed_out() {
  return fail(Error{
      Code::unauthenticated, "nobody is signed in", Retry::after_reauthentication, Effect::none, "SESSION_ENDED", "Sign in again.", {}});
}

}  // namespace

std::string Accounts::account(const std::string& address_hash) const {
  return tools_.book.attempt("account", address_hash);
}

Subject Accounts::client(const Visit& visit) const {
  return {tools_.book.attempt("client", network_of(visit.client_address)), tools_.settings.per_client};
}

Status Accounts::attempt(const std::string& subject, const Visit& visit) {
  return tools_.gate.enter({{subject, tools_.settings.per_account}, client(visit)});
}

void Accounts::succeeded(const std::string& subject, const Visit& visit) {
  tools_.gate.forgive(subject);
  tools_.gate.take_back(client(visit));
}

void Accounts::note(pg::Tx& tx, const std::string& tenant, const PersonRow& person, const char* action, const Visit& visit) const {
  tools_.audit.append(tx, {tenant, person.address, action, "person/" + person.id, "", visit.client_address});
}

Status Accounts::sign_up(const v1::SignUpRequest& request, const Visit& visit) {
  const auto address = normalized_address(request.email());
  if (!address) return fail(address.error());
  const config::Secret password(request.password());
  if (const auto good = tools_.rules.check(password, *address); !good) return good;
  for (const auto& good : {good_name(request.company_name(), "the company's name"), good_name(request.name(), "the name")})
    if (!good) return good;
  if (request.company_name().empty()) return fail(Code::invalid_argument, "the company has no name", "BAD_NAME", "Give company_name.");
  const auto address_hash = tools_.book.address(*address);
  if (const auto admitted =
          tools_.gate.enter({{tools_.book.attempt("mail", address_hash), tools_.settings.mails_per_address},
                             {tools_.book.attempt("sign-up", network_of(visit.client_address)), tools_.settings.sign_ups_per_client}});
      !admitted)
    return admitted;

  const auto before = tools_.pool.transact([&](pg::Tx& tx) {
    const auto person = person_by_address(tx, address_hash);
    return person && !person->verified ? pending_password(tx, person->id, tools_.now()) : std::string();
  });
  // The same sign-up once more (an answer that was lost): its mail is on its way.
  const bool repeated = tools_.passwords.verify(before, password);
  const auto hash = tools_.passwords.hash(password);
  const auto token = random_token();
  tools_.pool.transact([&](pg::Tx& tx) {
    // Two at the same time become one after the other.
    lock_address(tx, address_hash);
    const auto now = tools_.now();
    auto person = person_by_address(tx, address_hash);
    if (person && person->verified) {
      tools_.announcer.address_taken(tx, home_of(*person), reader_of(*person));
      return;
    }
    if (person && repeated) return;
    if (!person) {
      person = PersonRow{ids::uuid_v4(), address_hash, *address, request.name(), checked_language(request.language()), "", false, ""};
      add_person(tx, *person, now);
    }
    if (person->last_tenant.empty()) person->last_tenant = ids::uuid_v4();
    put_tenant(tx, person->last_tenant, request.company_name(), now);
    add_member(tx, person->last_tenant, person->id, v1::ROLE_OWNER, now);
    tx.exec("update person set last_tenant_id = $2 where person_id = $1", {person->id, person->last_tenant});
    const auto expires = now + tools_.settings.verify_link;
    add_link(tx, hash_of(token.reveal()), "verify", {person->id, hash}, now, expires);
    tools_.announcer.verify_address(tx, person->last_tenant, reader_of(*person), token, expires);
    note(tx, person->last_tenant, *person, "account.signed_up", visit);
  });
  return {};
}

Status Accounts::verify(const std::string& token, const config::Secret& password, const Visit& visit) {
  if (!looks_like_token(token)) return unknown_link();
  const auto token_hash = hash_of(token);
  const auto asked = tools_.pool.transact([&](pg::Tx& tx) { return find_link(tx, token_hash, "verify", tools_.now()); });
  if (!asked) return unknown_link();
  // Counted for the link, not for the account: whoever guesses at the sign-in does not keep the owner of the mailbox from confirming.
  const auto tries = tools_.book.attempt("verify", token_hash);
  if (const auto admitted = attempt(tries, visit); !admitted) return admitted;
  if (!tools_.passwords.verify(asked->password_hash, password)) return not_who_signed_up();
  succeeded(tries, visit);
  return tools_.pool.transact([&](pg::Tx& tx) -> Status {
    const auto now = tools_.now();
    const auto link = take_link(tx, token_hash, "verify", now);
    if (!link) return unknown_link();
    const auto person = person_by_id(tx, link->person);
    if (!person) return unknown_link();
    mark_verified(tx, person->id, now);
    if (!person->verified) set_password(tx, person->id, link->password_hash);
    end_links(tx, person->id, "verify");
    note(tx, home_of(*person), *person, "account.verified", visit);
    tools_.announcer.person_changed(tx, home_of(*person), reader_of(*person), role_word(v1::ROLE_OWNER), true);
    return {};
  });
}

Result<SignedIn> Accounts::sign_in(const v1::SignInRequest& request, const Visit& visit) {
  const auto address = normalized_address(request.email());
  const auto address_hash = tools_.book.address(address ? *address : request.email());
  if (const auto admitted = attempt(account(address_hash), visit); !admitted) return fail(admitted.error());
  const config::Secret password(request.password());
  std::string against;
  const auto person = tools_.pool.transact([&](pg::Tx& tx) {
    auto found = person_by_address(tx, address_hash);
    if (found) against = found->verified ? found->password_hash : pending_password(tx, found->id, tools_.now());
    return found;
  });
  if (!tools_.passwords.verify(against, password)) return wrong_credentials();
  succeeded(account(address_hash), visit);
  if (!person->verified) return not_verified();
  const std::string renewed = tools_.passwords.is_outdated(against) ? tools_.passwords.hash(password) : "";
  return tools_.pool.transact([&](pg::Tx& tx) {
    if (!renewed.empty()) set_password(tx, person->id, renewed);
    return begin_session(tx, *person, visit);
  });
}

SignedIn Accounts::begin_session(pg::Tx& tx, const PersonRow& person, const Visit& visit) {
  const auto now = tools_.now();
  // A session is never carried over a sign-in: whoever planted its cookie would be signed in as well.
  if (looks_like_token(visit.session)) end_session(tx, hash_of(visit.session));
  auto memberships = memberships_of(tx, person.id);
  const auto last = std::ranges::find(memberships, person.last_tenant, &v1::Membership::tenant_id);
  std::string tenant;
  if (last != memberships.end())
    tenant = last->tenant_id();
  else if (!memberships.empty())
    tenant = memberships.front().tenant_id();
  SignedIn out{random_token(), std::chrono::duration_cast<std::chrono::seconds>(tools_.settings.sessions.absolute), {}};
  add_session(tx, {hash_of(out.session.reveal()), person.id, tenant, now, now, now + tools_.settings.sessions.absolute});
  const auto place = tools_.book.place(person.id, network_of(visit.client_address), visit.program);
  const bool first_ever = tx.exec("select 1 from seen_place where person_id = $1 limit 1", {person.id}).empty();
  const bool is_new = tx.exec("insert into seen_place (person_id, place_hash, first_seen_at) values ($1, $2, $3) on conflict do nothing",
                              {person.id, place, text_of(now)})
                          .affected() > 0;
  if (is_new && !first_ever) {
    const auto& home = tenant.empty() ? person.id : tenant;
    tools_.announcer.new_sign_in(tx, home, reader_of(person), visit.client_address, visit.program);
  }
  out.me = me_of(person, tenant, std::move(memberships));
  out.me.set_session_expires_at(text_of(now + tools_.settings.sessions.absolute));
  if (!tenant.empty()) {
    pg::act_for(tx, acting::person(person.id));
    const auto role = tx.one("update membership set last_sign_in_at = $3 where tenant_id = $1 and person_id = $2 returning role",
                             {tenant, person.id, text_of(now)})
                          .text("role");
    // Told again: a purge of the company takes what the notifier knew of its people.
    tools_.announcer.person_changed(tx, tenant, reader_of(person), role, true);
    note(tx, tenant, person, "account.signed_in", visit);
  }
  return out;
}

void Accounts::sign_out(const Visit& visit) {
  if (!looks_like_token(visit.session)) return;
  tools_.pool.transact([&](pg::Tx& tx) {
    const auto ended = end_session(tx, hash_of(visit.session));
    const auto person = ended ? person_by_id(tx, ended->person) : std::nullopt;
    if (person) note(tx, ended->tenant.empty() ? home_of(*person) : ended->tenant, *person, "account.signed_out", visit);
  });
}

std::size_t Accounts::sign_out_everywhere(const Visit& visit) {
  if (visit.person.empty()) return 0;
  return tools_.pool.transact([&](pg::Tx& tx) {
    const auto person = person_by_id(tx, visit.person);
    const auto ended = end_sessions(tx, visit.person);
    if (person) note(tx, home_of(*person), *person, "account.signed_out_everywhere", visit);
    return ended;
  });
}

Status Accounts::request_reset(const std::string& email, const Visit& visit) {
  const auto address = normalized_address(email);
  if (!address) return fail(address.error());
  const auto address_hash = tools_.book.address(*address);
  if (const auto admitted =
          tools_.gate.enter({{tools_.book.attempt("mail", address_hash), tools_.settings.mails_per_address},
                             {tools_.book.attempt("reset", network_of(visit.client_address)), tools_.settings.per_client}});
      !admitted)
    return admitted;
  const auto token = random_token();
  tools_.pool.transact([&](pg::Tx& tx) {
    const auto person = person_by_address(tx, address_hash);
    if (!person || !person->verified) return;
    const auto now = tools_.now();
    const auto expires = now + tools_.settings.reset_link;
    add_link(tx, hash_of(token.reveal()), "reset", {person->id, ""}, now, expires);
    tools_.announcer.reset_password(tx, home_of(*person), reader_of(*person), token, expires);
  });
  // Hides in its own variance what the mail cost or did not cost.
  (void)tools_.passwords.verify("", token);
  return {};
}

Status Accounts::reset(const std::string& token, const config::Secret& password, const Visit& visit) {
  if (!looks_like_token(token)) return unknown_link();
  const auto hash_of_token = hash_of(token);
  // The rules first: a bad password must not use up the link.
  const auto address = tools_.pool.transact([&](pg::Tx& tx) -> std::string {
    pg::act_for(tx, acting::credential(hash_of_token));
    const auto rows = tx.exec("select person_id from one_time_token where token_hash = $1", {hash_of_token});
    const auto person = rows.empty() ? std::nullopt : person_by_id(tx, rows[0].text("person_id"));
    return person ? person->address : "";
  });
  if (address.empty()) return unknown_link();
  if (const auto good = tools_.rules.check(password, address); !good) return good;
  const auto hash = tools_.passwords.hash(password);
  return tools_.pool.transact([&](pg::Tx& tx) -> Status {
    const auto link = take_link(tx, hash_of_token, "reset", tools_.now());
    if (!link) return unknown_link();
    const auto person = person_by_id(tx, link->person);
    if (!person) return unknown_link();
    set_password(tx, person->id, hash);
    end_links(tx, person->id, "reset");
    end_sessions(tx, person->id);
    tx.exec("delete from attempt where subject = $1", {account(person->address_hash)});
    tools_.announcer.password_changed(tx, home_of(*person), reader_of(*person));
    note(tx, home_of(*person), *person, "account.password_reset", visit);
    return {};
  });
}

Status Accounts::change_password(const config::Secret& old, const config::Secret& fresh, const Visit& visit) {
  if (visit.person.empty()) return signed_out();
  const auto person = tools_.pool.transact([&](pg::Tx& tx) { return person_by_id(tx, visit.person); });
  if (!person) return signed_out();
  if (const auto admitted = attempt(account(person->address_hash), visit); !admitted) return admitted;
  if (!tools_.passwords.verify(person->password_hash, old)) return wrong_credentials();
  succeeded(account(person->address_hash), visit);
  if (const auto good = tools_.rules.check(fresh, person->address); !good) return good;
  const auto hash = tools_.passwords.hash(fresh);
  tools_.pool.transact([&](pg::Tx& tx) {
    set_password(tx, person->id, hash);
    end_sessions(tx, person->id, looks_like_token(visit.session) ? hash_of(visit.session) : "");
    end_links(tx, person->id, "reset");
    tools_.announcer.password_changed(tx, home_of(*person), reader_of(*person));
    note(tx, home_of(*person), *person, "account.password_changed", visit);
  });
  return {};
}

v1::Me Accounts::me_of(const PersonRow& person, const std::string& tenant, std::vector<v1::Membership> memberships) const {
  v1::Me me;
  me.set_person_id(person.id);
  me.set_email(person.address);
  me.set_name(person.name);
  me.set_is_operator(tools_.settings.operators.contains(person.address));
  for (auto& membership : memberships) {
    if (membership.tenant_id() == tenant) {
      me.set_tenant_id(tenant);
      me.set_role(membership.role());
    }
    *me.add_memberships() = std::move(membership);
  }
  return me;
}

Result<v1::Me> Accounts::who_am_i(const Visit& visit) {
  if (visit.person.empty()) {
    v1::Me me;  // a program
    me.set_tenant_id(visit.tenant);
    me.set_key_id(visit.key_id);
    return me;
  }
  return tools_.pool.transact([&](pg::Tx& tx) -> Result<v1::Me> {
    const auto person = person_by_id(tx, visit.person);
    if (!person) return signed_out();
    auto me = me_of(*person, visit.tenant, memberships_of(tx, person->id));
    if (looks_like_token(visit.session))
      if (const auto session = live_session(tx, hash_of(visit.session), tools_.settings.sessions, tools_.now()))
        me.set_session_expires_at(text_of(session->expires_at));
    return me;
  });
}

Result<v1::Me> Accounts::switch_tenant(const std::string& tenant, const Visit& visit) {
  if (visit.person.empty() || !looks_like_token(visit.session)) return signed_out();
  return tools_.pool.transact([&](pg::Tx& tx) -> Result<v1::Me> {
    const auto session = live_session(tx, hash_of(visit.session), tools_.settings.sessions, tools_.now());
    if (!session || session->person != visit.person) return signed_out();
    const auto person = person_by_id(tx, visit.person);
    if (!person) return signed_out();
    auto all = memberships_of(tx, person->id);
    if (std::ranges::find(all, tenant, &v1::Membership::tenant_id) == all.end())
      return fail(Code::not_found, "that company is not one of yours", "TENANT_UNKNOWN", "`GET /api/v1/account/me` lists them.");
    people::switch_tenant(tx, session->hash, session->person, tenant);
    note(tx, tenant, *person, "account.switched_to", visit);
    return me_of(*person, tenant, std::move(all));
  });
}

}  // namespace q2o::identity::people
