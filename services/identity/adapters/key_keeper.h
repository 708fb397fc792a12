#pragma once

#include <vector>

#include "common/pg/pg.h"
#include "common/sealing/seal.h"
#include "q2o/identity/v1/keys.pb.h"
#include "services/identity/adapters/master_keys.h"

namespace q2o::identity {

/// Makes, hands out, rotates and destroys the data keys in table data_key. Thread-safe, any number of replicas.
class KeyKeeper {
 public:
  KeyKeeper(pg::Pool& pool, MasterKeys& masters) : pool_(pool), masters_(masters) {}
  /// The first key is made when there is none that lives.
  Result<v1::GetDataKeysResponse> keys(const sealing::Owner& owner);
  /// A new version of every key of the tenant that lives; how many.
  std::uint32_t rotate(const std::string& tenant);
  /// Without a migration: all of the tenant. Then the master key is rotated, so that no copy of the wrapped keys opens either.
  Result<std::vector<v1::KeyDescription>> destroy(const std::string& tenant, const std::string& migration);
  /// All keys in one transaction, in which nobody makes or reads one; may be repeated after a crash.
  Result<v1::RotateMasterResponse> rotate_master();
  std::vector<v1::KeyDescription> list(const std::string& tenant);

 private:
  void make(pg::Tx& tx, const sealing::Owner& owner);
  Result<std::uint32_t> rewrap(pg::Tx& tx, int newest);
  pg::Pool& pool_;
  MasterKeys& masters_;
};

}  // namespace q2o::identity
