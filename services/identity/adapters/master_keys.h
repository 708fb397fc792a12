#pragma once

#include <map>
#include <mutex>
#include <string>

#include "common/crypto/crypto.h"

namespace q2o::identity {

/// The master keys: files master.N.key (64 hex digits, chmod 600) in one folder; the highest number wraps what is new. A rotation adds a
/// file and, when nothing is wrapped with the older ones any more, deletes these: copies of wrapped keys elsewhere (old rows, write-ahead
/// log, backups) end with them. Thread-safe; replicas see each other's files.
class MasterKeys {
 public:
  /// Throws when the folder holds no usable key.
  explicit MasterKeys(std::string folder);
  int newest() const;
  /// After a look at the folder: another replica may have rotated, and deleted what is newest here.
  int newest_there();
  std::string wrap(int version, const config::Secret& key, const std::string& context) const;
  /// Error failed_precondition when that master key is not there.
  Result<config::Secret> unwrap(int version, const std::string& wrapped, const std::string& context);
  int add();  ///< makes the next one; its number
  void remove_before(int version);

 private:
  void read();
  std::string path(int version) const;
  const std::string folder_;
  mutable std::mutex mutex_;
  std::map<int, crypto::Sealer> keys_;
};

}  // namespace q2o::identity
