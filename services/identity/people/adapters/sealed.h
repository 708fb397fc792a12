#pragma once

#include <string>
#include <string_view>

#include "common/pg/pg.h"

/// Texts of people and companies in identity's tables. A person's are sealed with a key of his own (his id as the owner), so that they
/// outlive a company's purge and end with the person; a company's with the company's.
namespace q2o::identity::people {

inline sealing::Place of_person(std::string_view person, std::string_view where) {
  return {person, "", where, person};
}
inline sealing::Place of_tenant(std::string_view tenant, std::string_view where, std::string_view row) {
  return {tenant, "", where, row};
}

inline constexpr std::string_view kGone = "(purged)";

/// kGone where the company's key was destroyed; throws like Tx::open otherwise.
inline std::string open_or_purged(pg::Tx& tx, const sealing::Place& place, std::string_view stored) {
  if (tx.seal() == nullptr) return tx.open(place, stored);
  const auto opened = tx.seal()->open(place, stored);
  if (opened) return *opened;
  return opened.error().reason == "KEY_DESTROYED" ? std::string(kGone) : tx.open(place, stored);
}

inline constexpr std::string_view kPersonAddress = "identity.person.address";
inline constexpr std::string_view kPersonName = "identity.person.name";
inline constexpr std::string_view kTenantName = "identity.tenant.name";
inline constexpr std::string_view kInvitationAddress = "identity.invitation.address";
inline constexpr std::string_view kApiKeyName = "identity.api_key.name";

}  // namespace q2o::identity::people
