#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "common/pg/pg.h"
#include "services/mapper/domain/mapping.h"

namespace q2o::mapper {

/// Owner of the mappings that come with the program.
inline constexpr std::string_view kShippedOwner = "00000000-0000-0000-0000-000000000000";

/// Mappings by tenant and version: stored once, compiled once per process. A tenant sees its own and the shipped ones. Thread-safe.
class MappingStore {
 public:
  explicit MappingStore(pg::Pool& pool) : pool_(pool) {}

  struct Stored {
    std::string version;
    std::vector<Complaint> complaints;  ///< not stored when there are any
  };
  enum class MakeCurrent { always, when_new };
  /// Becomes the tenant's current mapping of the platform (when_new: unless this version was stored before). The same content again changes
  /// nothing.
  Stored store(const std::string& tenant, const std::string& platform, const std::string& text, MakeCurrent current = MakeCurrent::always);
  /// The shipped one for a tenant that stored none.
  std::optional<std::string> current(pg::Tx& tx, const std::string& tenant, const std::string& platform);
  /// The stored version of the platform that begins so; nothing when there is none, or more than one.
  std::optional<std::string> named(pg::Tx& tx, const std::string& tenant, const std::string& platform, const std::string& beginning);
  /// nullptr when the version is unknown or no longer good for this program.
  std::shared_ptr<const Mapping> find(pg::Tx& tx, const std::string& tenant, const std::string& version);

 private:
  std::shared_ptr<const Mapping> remember(const std::string& tenant, const std::string& version, std::shared_ptr<const Mapping> mapping);

  pg::Pool& pool_;
  std::mutex mutex_;
  std::map<std::pair<std::string, std::string>, std::shared_ptr<const Mapping>> compiled_;
};

}  // namespace q2o::mapper
