#pragma once

#include <optional>

#include "common/crypto/crypto.h"
#include "common/http/guard.h"
#include "common/pg/pg.h"
#include "services/loader/app/books.h"

namespace q2o::loader {

struct Target {
  std::string target_id, url, database, user, state, version;
};

/// Target connections; the password is sealed and bound to tenant and target.
class Targets {
 public:
  Targets(pg::Pool& pool, const crypto::Sealer& sealer, const http::Guard& guard) : pool_(pool), sealer_(sealer), guard_(guard) {}
  /// The same address, database and user again: the password is replaced, the id stays.
  Result<Target> save(const std::string& tenant_id, Target target, const config::Secret& password);
  /// One page in the order they were made: at most `size` (0 = as many as a page holds) behind target `after` (empty: from the first);
  /// `more` is the last one's id when others follow. Error invalid_argument when `after` is no target of the tenant.
  struct Page {
    std::vector<Target> targets;
    std::string more;
  };
  Result<Page> list(const std::string& tenant_id, const std::string& after, std::uint32_t size);
  Result<Target> find(const std::string& tenant_id, const std::string& target_id);
  Result<TargetAccess> access(const std::string& tenant_id, const std::string& target_id);

 private:
  pg::Pool& pool_;
  const crypto::Sealer& sealer_;
  const http::Guard& guard_;
};

/// The address of an Odoo as the guard lets it pass; trailing slashes are cut.
Result<std::string> checked_url(const http::Guard& guard, const std::string& url);

}  // namespace q2o::loader
