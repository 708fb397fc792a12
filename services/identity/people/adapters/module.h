#pragma once

#include "common/runtime/runtime.h"
#include "services/identity/audit/audit_service.h"
#include "services/identity/people/adapters/services.h"
#include "services/identity/people/app/access.h"

namespace q2o::identity::people {

/// Read from [people], [crypto] and [config].
struct Configured {
  Settings settings;
  Passwords::Cost cost;
  std::string key_file, common_passwords;
};
/// Complaints go to the reader; throws std::runtime_error where an issuer would be trusted with every domain.
Configured read_settings(config::Reader& config);

/// The module's parts, built once. The pool must seal (Options::seal).
class Module {
 public:
  /// Throws std::runtime_error when key file or list cannot be read.
  Module(pg::Pool& pool, Configured configured, UsageReader usage, Clock now);
  Module(const Module&) = delete;
  Module& operator=(const Module&) = delete;

  Access& access() { return access_; }
  const identity::audit::Audit& audit() const { return audit_; }
  std::vector<grpc::Service*> services() { return {&account_service_, &people_service_, &key_service_, &audit_service_}; }
  /// Deletes what nobody needs any more; how many rows.
  std::size_t sweep();

 private:
  pg::Pool& pool_;
  Passwords passwords_;
  Gate gate_;
  identity::audit::Audit audit_;
  Tools tools_;
  Accounts accounts_;
  Staff staff_;
  ApiKeys keys_;
  Allowance allowance_;
  Access access_;
  AccountService account_service_;
  PeopleService people_service_;
  ApiKeyService key_service_;
  identity::audit::AuditService audit_service_;
};

}  // namespace q2o::identity::people
