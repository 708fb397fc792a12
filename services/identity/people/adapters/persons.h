#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/pg/pg.h"
#include "q2o/identity/v1/account.pb.h"
#include "services/identity/people/adapters/times.h"

/// Rows of person, tenant and membership, their texts opened. Each says whom it acts for by itself, and leaves it so.
namespace q2o::identity::people {

struct PersonRow {
  std::string id, address_hash, address, name, language;
  std::string password_hash;  ///< empty: none
  bool verified = false;
  std::string last_tenant;
};
/// Who does something about one address at the same time comes one after the other, until the transaction ends.
void lock_address(pg::Tx& tx, const std::string& address_hash);
/// Acts for the person afterwards, if there is one.
std::optional<PersonRow> person_by_address(pg::Tx& tx, const std::string& address_hash);
std::optional<PersonRow> person_by_id(pg::Tx& tx, const std::string& person);
/// Without a password; verified: his address was proven already.
void add_person(pg::Tx& tx, const PersonRow& person, std::chrono::system_clock::time_point now);
void set_password(pg::Tx& tx, const std::string& person, const std::string& password_hash);
void mark_verified(pg::Tx& tx, const std::string& person, std::chrono::system_clock::time_point now);

/// Makes the company, or gives it another name.
void put_tenant(pg::Tx& tx, const std::string& tenant, const std::string& name, std::chrono::system_clock::time_point now);
/// For companies that were made inside (the command line): a row without a name.
void ensure_tenant(pg::Tx& tx, const std::string& tenant, std::chrono::system_clock::time_point now);
std::string tenant_name(pg::Tx& tx, const std::string& tenant);

void add_member(pg::Tx& tx, const std::string& tenant, const std::string& person, v1::Role role, std::chrono::system_clock::time_point now);
/// Active ones of a person, with the companies' names, oldest first.
std::vector<v1::Membership> memberships_of(pg::Tx& tx, const std::string& person);

const char* role_word(v1::Role role);
v1::Role role_of(std::string_view word);  ///< ROLE_UNSPECIFIED for others

}  // namespace q2o::identity::people
