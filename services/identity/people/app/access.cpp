#include "services/identity/people/app/access.h"

#include <mutex>

#include "common/ids/ids.h"
#include "common/log/log.h"
#include "common/pg/acting.h"
#include "services/identity/people/adapters/sealed.h"
#include "services/identity/people/app/staff.h"
#include "services/identity/people/app/words.h"
#include "services/identity/people/domain/address.h"
#include "services/identity/people/domain/credentials.h"

namespace q2o::identity::people {
namespace {

constexpr std::chrono::milliseconds kKept{1000};
constexpr std::chrono::milliseconds kListen{1000};
constexpr std::size_t kKeptMost = 50'000;

tl::unexpected<Error> ended() {
  return fail(Error{
      Code::unauthenticated, "the session has ended", Retry::after_reauthentication, Effect::none, "SESSION_ENDED", "Sign in again.", {}});
}
tl::unexpected<Error> unknown_token() {
  return fail(Error{Code::unauthenticated,
                    "the token belongs to nobody here",
                    Retry::after_reauthentication,
                    Effect::none,
                    "TOKEN_UNKNOWN",
                    "Somebody of the company has to invite that address first, or its domain has to be configured.",
                    {}});
}
tl::unexpected<Error> cannot_know(const std::exception& problem) {
  log::error("who is asking cannot be known", {{"error", problem.what()}});
  return fail(Error{Code::unavailable,
                    "who is asking cannot be looked up now",
                    Retry::after_backoff,
                    Effect::none,
                    "IDENTITY_UNAVAILABLE",
                    "Try again in a moment.",
                    {}});
}

/// Whether the address of a first sign-in is the bearer's. One that the issuer does not vouch for proves nothing, and none vouches for
/// other people's domains.
bool is_vouched_for(const Settings& settings, const Claims& claims) {
  const auto domains = settings.sso_issuers.find(claims.issuer);
  if (claims.address.empty() || domains == settings.sso_issuers.end()) return false;
  const bool named = domains->second.contains(domain_of(claims.address));
  if (claims.address_verified) return *claims.address_verified && (named || domains->second.contains("*"));
  return named && settings.sso_trusted.contains(claims.issuer);
}

Role edge_role(std::string_view word) {
  if (word == "owner") return Role::owner;
  if (word == "accountant") return Role::accountant;
  return word == "viewer" ? Role::viewer : Role::none;
}

}  // namespace

template <class Find>
Result<Asker> Access::look_up(const std::string& hash, const Find& find) {
  std::uint64_t before = 0;
  {
    const std::shared_lock lock(mutex_);
    if (const auto at = kept_.find(hash); at != kept_.end() && at->second.until > Steady::now()) return at->second.asker;
    before = generation_;
  }
  try {
    return keep(hash, before, find());
  } catch (const std::exception& problem) {
    return cannot_know(problem);
  }
}

Result<Asker> Access::keep(const std::string& hash, std::uint64_t generation, Result<Kept> found) {
  if (!found) return fail(found.error());
  const std::unique_lock lock(mutex_);
  if (kept_.size() > kKeptMost) kept_.clear();
  if (rates_.size() > kKeptMost) rates_.clear();
  if (found->asker.by_key) rates_[found->asker.key_id] = found->rate;
  found->until = Steady::now() + kKept;
  Asker out = found->asker;
  if (generation == generation_) kept_[hash] = std::move(*found);
  return out;
}

void Access::forget() {
  const std::unique_lock lock(mutex_);
  ++generation_;
  kept_.clear();
}

void Access::follow(std::stop_token stop) {
  pg::Listener listener(tools_.pool.options(), kAccessChannel);
  while (!stop.stop_requested())
    if (listener.wait(kListen, stop)) forget();
}

Access::Kept Access::person_in(pg::Tx& tx, const PersonRow& person, const std::string& tenant) const {
  Kept out;
  out.asker.person = person.id;
  out.asker.actor = person.address;
  out.asker.is_operator = tools_.settings.operators.contains(person.address);
  if (tenant.empty()) return out;
  pg::act_for(tx, acting::person(person.id));
  const auto rows = tx.exec("select role from membership where tenant_id = $1 and person_id = $2 and active", {tenant, person.id});
  if (rows.empty()) return out;
  out.asker.tenant = tenant;
  out.asker.role = edge_role(rows[0].text("role"));
  return out;
}

Result<Asker> Access::by_session(std::string_view cookie) {
  if (!looks_like_token(cookie)) return ended();
  const auto hash = hash_of(cookie);
  return look_up(hash, [&] { return tools_.pool.transact([&](pg::Tx& tx) { return find_session(tx, hash); }); });
}

Result<Access::Kept> Access::find_session(pg::Tx& tx, const std::string& hash) {
  const auto session = live_session(tx, hash, tools_.settings.sessions, tools_.now());
  if (!session) return ended();
  const auto person = person_by_id(tx, session->person);
  if (!person) return ended();
  auto out = person_in(tx, *person, session->tenant);
  out.asker.signed_in_at = session->signed_in_at;
  return out;
}

Result<Asker> Access::by_key(std::string_view key) {
  const auto parts = parse_api_key(key);
  if (!parts) return fail(parts.error());
  return look_up(hash_of(key), [&] {
    const auto secret_hash = hash_of(parts->secret.reveal());
    return tools_.pool.transact([&](pg::Tx& tx) { return find_key(tx, parts->key_id, secret_hash); });
  });
}

Result<Access::Kept> Access::find_key(pg::Tx& tx, const std::string& key_id, const std::string& secret_hash) {
  pg::act_for(tx, acting::credential(key_id));
  const auto now = tools_.now();
  const auto rows = tx.exec(
      "select tenant_id, name, secret_hash, scopes, rate_per_minute, revoked_at is not null as revoked, expires_at <= $2 as expired, "
      "coalesce(last_used_at < $2::timestamptz - interval '1 minute', true) as note from api_key where key_id = $1",
      {key_id, text_of(now)});
  if (rows.empty()) return unknown_key();
  const auto row = rows[0];
  if (!crypto::equal_in_constant_time(row.text("secret_hash"), secret_hash) || row.boolean("revoked")) return unknown_key();
  if (row.boolean("expired"))
    return fail(Error{Code::unauthenticated,
                      "the API key has expired",
                      Retry::after_reauthentication,
                      Effect::none,
                      "KEY_EXPIRED",
                      "An owner of the company makes a new one.",
                      {}});
  if (row.boolean("note")) tx.exec("update api_key set last_used_at = $2 where key_id = $1", {key_id, text_of(now)});
  Kept out;
  out.asker.tenant = row.text("tenant_id");
  out.asker.by_key = true;
  out.asker.role = Role::owner;  // an owner made it; what it may do, its scopes say
  out.asker.key_id = key_id;
  out.asker.actor = "key:" + open_or_purged(tx, of_tenant(out.asker.tenant, kApiKeyName, key_id), row.text("name"));
  for (auto& scope : row.text_array("scopes")) out.asker.scopes.insert(std::move(scope));
  out.rate = static_cast<std::uint32_t>(row.integer("rate_per_minute"));
  return out;
}

Result<Asker> Access::by_token(std::string_view text) {
  return look_up(hash_of(text), [&]() -> Result<Kept> {
    const auto claims = claims_in(text);
    if (!claims) return unknown_token();
    return tools_.pool.transact([&](pg::Tx& tx) { return find_claims(tx, *claims); });
  });
}

Result<Access::Kept> Access::find_claims(pg::Tx& tx, const Claims& claims) {
  const auto now = tools_.now();
  const auto identity = claims.identity_hash();
  pg::act_for(tx, acting::credential(identity));
  std::optional<PersonRow> person;
  if (const auto rows = tx.exec("select person_id from external_identity where identity_hash = $1", {identity}); !rows.empty())
    person = person_by_id(tx, rows[0].text("person_id"));
  if (!person) {
    // First sign-in.
    if (!is_vouched_for(tools_.settings, claims)) return unknown_token();
    const auto address_hash = tools_.book.address(claims.address);
    lock_address(tx, address_hash);
    std::string tenant, role;
    if (const auto invitation = open_invitation(tx, "address_hash", address_hash, now)) {
      tenant = invitation->tenant;
      role = invitation->role;
      end_invitation(tx, *invitation, now);
    } else if (const auto home = tools_.settings.sso_home.find(domain_of(claims.address)); home != tools_.settings.sso_home.end()) {
      tenant = home->second.substr(0, home->second.find(':'));
      role = home->second.substr(home->second.find(':') + 1);
    }
    person = person_by_address(tx, address_hash);
    if (!person && tenant.empty()) return unknown_token();
    if (!person) {
      person = PersonRow{ids::uuid_v4(), address_hash, claims.address, claims.name.substr(0, 200), claims.language, "", true, tenant};
      add_person(tx, *person, now);
    }
    if (!person->verified) {  // somebody signed up with it, this one proves that it is his
      mark_verified(tx, person->id, now);
      end_links(tx, person->id, "verify");
    }
    pg::act_for(tx, acting::person(person->id));
    tx.exec("insert into external_identity (identity_hash, person_id, created_at) values ($1, $2, $3)",
            {identity, person->id, text_of(now)});
    if (!tenant.empty()) {
      const bool member = !tx.exec("select 1 from membership where tenant_id = $1 and person_id = $2", {tenant, person->id}).empty();
      if (!member) {  // who was deactivated there stays so
        ensure_tenant(tx, tenant, now);
        add_member(tx, tenant, person->id, role_of(role), now);
        tools_.announcer.person_changed(tx, tenant, reader_of(*person), role, true);
      }
      tx.exec("update person set last_tenant_id = coalesce(last_tenant_id, $2) where person_id = $1", {person->id, tenant});
      if (person->last_tenant.empty()) person->last_tenant = tenant;
    }
    tools_.audit.append(tx, {home_of(*person), person->address, "account.linked", "person/" + person->id, "single sign-on", ""});
  }
  auto out = person_in(tx, *person, person->last_tenant);
  if (out.asker.tenant.empty()) {
    const auto all = memberships_of(tx, person->id);
    if (!all.empty()) out = person_in(tx, *person, all.front().tenant_id());
  }
  out.asker.is_operator = false;  // we sign in here, with our own passwords
  out.asker.signed_in_at = claims.signed_in_at;
  return out;
}

Status Access::admit(const Asker& asker) {
  if (!asker.by_key) return allowance_.take("person:" + asker.person, tools_.settings.person_rate_per_minute);
  std::uint32_t rate = tools_.settings.key_rate_per_minute;
  {
    const std::shared_lock lock(mutex_);
    if (const auto at = rates_.find(asker.key_id); at != rates_.end()) rate = at->second;
  }
  return allowance_.take("key:" + asker.key_id, rate);
}

}  // namespace q2o::identity::people
