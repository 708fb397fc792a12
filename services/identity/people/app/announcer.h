#pragma once

#include "common/pg/pg.h"
#include "q2o/identity/v1/event.pb.h"
#include "services/identity/people/adapters/times.h"

namespace q2o::identity::people {

/// To whom a mail goes, in clear.
struct Reader {
  std::string person;  ///< empty: has no account yet
  std::string address, name, language;
};

/// What the notifier is asked to tell, in the transaction that makes it true (outbox): told once if it happened, never if it did not.
/// Addresses, names and tokens are sealed for the company.
class Announcer {
 public:
  explicit Announcer(Clock now) : now_(std::move(now)) {}
  void verify_address(pg::Tx& tx, const std::string& tenant, const Reader& to, const config::Secret& token,
                      std::chrono::system_clock::time_point expires) const;
  void reset_password(pg::Tx& tx, const std::string& tenant, const Reader& to, const config::Secret& token,
                      std::chrono::system_clock::time_point expires) const;
  struct Invited {
    std::string company, invited_by, role;
    std::chrono::system_clock::time_point expires;
  };
  void invitation(pg::Tx& tx, const std::string& tenant, const Reader& to, const config::Secret& token, const Invited& invited) const;
  void new_sign_in(pg::Tx& tx, const std::string& tenant, const Reader& to, const std::string& client_address,
                   const std::string& program) const;
  void address_taken(pg::Tx& tx, const std::string& tenant, const Reader& to) const;
  void password_changed(pg::Tx& tx, const std::string& tenant, const Reader& to) const;
  /// No mail: who belongs to the company now.
  void person_changed(pg::Tx& tx, const std::string& tenant, const Reader& who, const std::string& role, bool active) const;

 private:
  const Clock now_;
};

}  // namespace q2o::identity::people
