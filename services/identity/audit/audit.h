#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/pg/pg.h"
#include "q2o/identity/v1/audit.pb.h"
#include "services/identity/people/adapters/times.h"

namespace q2o::identity::audit {

/// Who did what to what from where. `action` and `subject` are stored in clear: words and ids, no names.
struct Event {
  std::string tenant;
  std::string actor;
  std::string action;   ///< "api_key.revoked", or a method's path
  std::string subject;  ///< "person/<id>"; may be empty
  std::string detail;
  std::string client_address;
  std::string occurred_at = {};  ///< RFC 3339 UTC; empty: now
};

/// The companies' audits: table audit_event, to which is only added. Entries of one company follow one another (a lock on its head).
/// Thread-safe.
class Audit {
 public:
  Audit(pg::Pool& pool, config::Secret mac_key, people::Clock now) : pool_(pool), mac_key_(std::move(mac_key)), now_(std::move(now)) {}
  /// Commits with what it tells. Acts for the tenant afterwards. Throws when it cannot be written: what is not noted does not happen.
  void append(pg::Tx& tx, const Event& event) const;
  /// Newest first, before a sequence (0: from the newest), at most `most`.
  std::vector<v1::AuditEntry> list(const std::string& tenant, std::uint64_t before, std::uint32_t most) const;
  /// Reckons all hashes again, in pieces.
  v1::VerifyAuditResponse verify(const std::string& tenant, const std::string& known_hash) const;

 private:
  std::string mac(const std::string& tenant, std::uint64_t sequence, const std::string& hash) const;
  pg::Pool& pool_;
  const config::Secret mac_key_;
  const people::Clock now_;
};

}  // namespace q2o::identity::audit
