#pragma once

#include "q2o/identity/v1/people.pb.h"
#include "services/identity/people/app/tools.h"

namespace q2o::identity::people {

/// The people of a company. The tenant of the visit is verified; every change is noted in the company's audit. Thread-safe.
class Staff {
 public:
  explicit Staff(Tools& tools) : tools_(tools) {}
  std::vector<v1::Person> list(const std::string& tenant, const std::string& after, std::uint32_t most);
  std::vector<v1::PendingInvitation> invitations(const std::string& tenant);
  Result<v1::PendingInvitation> invite(const v1::InvitePersonRequest& request, const Visit& visit);
  Status revoke_invitation(const std::string& invitation, const Visit& visit);
  /// True: the address had an account.
  Result<bool> accept(const v1::AcceptInvitationRequest& request, const Visit& visit);
  Result<v1::Person> change_role(const std::string& person, v1::Role role, const Visit& visit);
  Result<v1::Person> set_active(const std::string& person, bool active, const Visit& visit);

 private:
  Result<v1::Person> change(const std::string& person, const Visit& visit, const char* action, const std::string& detail,
                            const std::function<void(v1::Person&)>& edit);
  Tools& tools_;
};

/// An invitation that is still open, found by its link or by the address; for single sign-on and for links.
struct OpenInvitation {
  std::string id, tenant, address_hash, address, role, language;
};
/// Acts for its company afterwards.
std::optional<OpenInvitation> open_invitation(pg::Tx& tx, const char* column, const std::string& hash,
                                              std::chrono::system_clock::time_point now);
void end_invitation(pg::Tx& tx, const OpenInvitation& invitation, std::chrono::system_clock::time_point now);

}  // namespace q2o::identity::people
