#pragma once

#include <optional>

#include "common/crypto/crypto.h"
#include "common/pg/pg.h"
#include "services/loader/app/books.h"

namespace q2o::loader {

struct Target {
  std::string target_id, url, database, user, state, version;
};

/// Target connections; the password is sealed and bound to tenant and target.
class Targets {
 public:
  Targets(pg::Pool& pool, const crypto::Sealer& sealer) : pool_(pool), sealer_(sealer) {}
  /// The same address, database and user again: the password is replaced, the id stays.
  Result<Target> save(const std::string& tenant_id, Target target, const config::Secret& password);
  std::vector<Target> list(const std::string& tenant_id);
  Result<Target> find(const std::string& tenant_id, const std::string& target_id);
  Result<TargetAccess> access(const std::string& tenant_id, const std::string& target_id);

 private:
  pg::Pool& pool_;
  const crypto::Sealer& sealer_;
};

/// http or https, a host, no user information, no query; trailing slashes are cut.
Result<std::string> checked_url(const std::string& url);

}  // namespace q2o::loader
