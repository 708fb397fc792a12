#include "services/identity/people/adapters/persons.h"

#include "common/pg/acting.h"
#include "services/identity/people/adapters/sealed.h"

namespace q2o::identity::people {
namespace {

const std::string kColumns =
    "select person_id, address_hash, address, name, language, coalesce(password_hash, '') as password_hash, "
    "verified_at is not null as verified, coalesce(last_tenant_id::text, '') as last_tenant from person ";

std::optional<PersonRow> read(pg::Tx& tx, const pg::Rows& rows) {
  if (rows.empty()) return std::nullopt;
  const auto row = rows[0];
  PersonRow out;
  out.id = row.text("person_id");
  out.address_hash = row.text("address_hash");
  out.address = tx.open(of_person(out.id, kPersonAddress), row.text("address"));
  out.name = tx.open(of_person(out.id, kPersonName), row.text("name"));
  out.language = row.text("language");
  out.password_hash = row.text("password_hash");
  out.verified = row.boolean("verified");
  out.last_tenant = row.text("last_tenant");
  pg::act_for(tx, acting::person(out.id));
  return out;
}

}  // namespace

void lock_address(pg::Tx& tx, const std::string& address_hash) {
  tx.exec("select pg_advisory_xact_lock(hashtextextended('q2o.address.' || $1, 0))", {address_hash});
}

std::optional<PersonRow> person_by_address(pg::Tx& tx, const std::string& address_hash) {
  pg::act_for(tx, acting::credential(address_hash));
  return read(tx, tx.exec(kColumns + "where address_hash = $1", {address_hash}));
}

std::optional<PersonRow> person_by_id(pg::Tx& tx, const std::string& person) {
  pg::act_for(tx, acting::person(person));
  return read(tx, tx.exec(kColumns + "where person_id = $1", {person}));
}

void add_person(pg::Tx& tx, const PersonRow& person, std::chrono::system_clock::time_point now) {
  pg::act_for(tx, acting::person(person.id));
  tx.exec(
      "insert into person (person_id, address_hash, address, name, language, verified_at, created_at) "
      "values ($1, $2, $3, $4, $5, case when $6 then $7::timestamptz end, $7)",
      {person.id, person.address_hash, tx.seal_text(of_person(person.id, kPersonAddress), person.address),
       tx.seal_text(of_person(person.id, kPersonName), person.name), person.language, person.verified, text_of(now)});
}

void set_password(pg::Tx& tx, const std::string& person, const std::string& password_hash) {
  pg::act_for(tx, acting::person(person));
  tx.exec("update person set password_hash = $2 where person_id = $1", {person, password_hash});
}

void mark_verified(pg::Tx& tx, const std::string& person, std::chrono::system_clock::time_point now) {
  pg::act_for(tx, acting::person(person));
  tx.exec("update person set verified_at = coalesce(verified_at, $2) where person_id = $1", {person, text_of(now)});
}

void put_tenant(pg::Tx& tx, const std::string& tenant, const std::string& name, std::chrono::system_clock::time_point now) {
  pg::act_for(tx, acting::tenant(tenant));
  tx.exec(
      "insert into tenant (tenant_id, name, created_at) values ($1, $2, $3) "
      "on conflict (tenant_id) do update set name = excluded.name",
      {tenant, tx.seal_text(of_tenant(tenant, kTenantName, tenant), name), text_of(now)});
}

void ensure_tenant(pg::Tx& tx, const std::string& tenant, std::chrono::system_clock::time_point now) {
  pg::act_for(tx, acting::tenant(tenant));
  tx.exec("insert into tenant (tenant_id, name, created_at) values ($1, '', $2) on conflict do nothing", {tenant, text_of(now)});
}

std::string tenant_name(pg::Tx& tx, const std::string& tenant) {
  pg::act_for(tx, acting::tenant(tenant));
  const auto rows = tx.exec("select name from tenant where tenant_id = $1", {tenant});
  return rows.empty() ? std::string() : open_or_purged(tx, of_tenant(tenant, kTenantName, tenant), rows[0].text("name"));
}

void add_member(pg::Tx& tx, const std::string& tenant, const std::string& person, v1::Role role,
                std::chrono::system_clock::time_point now) {
  pg::act_for(tx, acting::person(person));
  tx.exec(
      "insert into membership (tenant_id, person_id, role, joined_at) values ($1, $2, $3, $4) "
      "on conflict (tenant_id, person_id) do update set role = excluded.role, active = true",
      {tenant, person, role_word(role), text_of(now)});
}

std::vector<v1::Membership> memberships_of(pg::Tx& tx, const std::string& person) {
  pg::act_for(tx, acting::person(person));
  std::vector<v1::Membership> out;
  for (const auto row :
       tx.exec("select tenant_id, role from membership where person_id = $1 and active order by joined_at, tenant_id", {person})) {
    auto& entry = out.emplace_back();
    entry.set_tenant_id(row.text("tenant_id"));
    entry.set_role(role_of(row.text("role")));
  }
  for (auto& entry : out) entry.set_company_name(tenant_name(tx, entry.tenant_id()));
  return out;
}

const char* role_word(v1::Role role) {
  switch (role) {
    case v1::ROLE_OWNER:
      return "owner";
    case v1::ROLE_ACCOUNTANT:
      return "accountant";
    case v1::ROLE_VIEWER:
      return "viewer";
    default:
      return "";
  }
}

v1::Role role_of(std::string_view word) {
  if (word == "owner") return v1::ROLE_OWNER;
  if (word == "accountant") return v1::ROLE_ACCOUNTANT;
  return word == "viewer" ? v1::ROLE_VIEWER : v1::ROLE_UNSPECIFIED;
}

}  // namespace q2o::identity::people
