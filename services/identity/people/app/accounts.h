#pragma once

#include "q2o/identity/v1/account.pb.h"
#include "services/identity/people/app/tools.h"

namespace q2o::identity::people {

/// A new session: the cookie's value, shown once.
struct SignedIn {
  config::Secret session;
  std::chrono::seconds lives{0};
  v1::Me me;
};

/// A person's own account: signing up, in and out, and passwords. What strangers may call gives the same answers, and does the same work
/// (two Argon2 runs, counted tries), whether an address has an account or not. Thread-safe.
class Accounts {
 public:
  explicit Accounts(Tools& tools) : tools_(tools) {}
  Status sign_up(const v1::SignUpRequest& request, const Visit& visit);
  /// The link proves the address, the password of the sign-up that it is the same person who signed up: whoever typed somebody else's
  /// address gets no account by that one's click. A wrong password does not use up the link.
  Status verify(const std::string& token, const config::Secret& password, const Visit& visit);
  Result<SignedIn> sign_in(const v1::SignInRequest& request, const Visit& visit);
  void sign_out(const Visit& visit);
  std::size_t sign_out_everywhere(const Visit& visit);
  Status request_reset(const std::string& email, const Visit& visit);
  Status reset(const std::string& token, const config::Secret& password, const Visit& visit);
  Status change_password(const config::Secret& old, const config::Secret& fresh, const Visit& visit);
  Result<v1::Me> who_am_i(const Visit& visit);
  Result<v1::Me> switch_tenant(const std::string& tenant, const Visit& visit);

 private:
  /// What tries are counted under: for an account, and from a network.
  std::string account(const std::string& address_hash) const;
  Subject client(const Visit& visit) const;
  /// Counts a try for it before the password is looked at, and for where it comes from.
  Status attempt(const std::string& subject, const Visit& visit);
  /// The password was right: its count begins anew, and the network's is what it was before the try.
  void succeeded(const std::string& subject, const Visit& visit);
  SignedIn begin_session(pg::Tx& tx, const PersonRow& person, const Visit& visit);
  v1::Me me_of(const PersonRow& person, const std::string& tenant, std::vector<v1::Membership> memberships) const;
  void note(pg::Tx& tx, const std::string& tenant, const PersonRow& person, const char* action, const Visit& visit) const;
  Tools& tools_;
};

}  // namespace q2o::identity::people
