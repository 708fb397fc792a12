#pragma once

#include <functional>
#include <string>

#include "common/rpc/page.h"
#include "services/billing/app/ports.h"

namespace q2o::billing {

/// Runs `work` in one transaction; `work` may run again when somebody else changed the migration in between.
using Transact = std::function<void(const std::function<void(Migrations&)>& work)>;
using Clock = std::function<std::string()>;  ///< RFC 3339 UTC

struct Caller {
  std::string tenant, actor, idempotency_key;
};

/// What people ask for. Every refused step says what is missing.
class Commands {
 public:
  Commands(Transact transact, Peers& peers, Clock now) : transact_(std::move(transact)), peers_(peers), now_(std::move(now)) {}

  /// Whether the tenant's plan covers these years (0 = open). Set before the first call.
  using YearsGuard = std::function<Status(const std::string& tenant, std::uint32_t first_year, std::uint32_t last_year)>;
  void guard_years(YearsGuard may_ask_for) { may_ask_for_ = std::move(may_ask_for); }

  Result<v1::Migration> create(const Caller& caller, const v1::CreateMigrationRequest& request);
  Result<v1::Migration> get(const Caller& caller, const std::string& id);
  std::vector<v1::Migration> list(const Caller& caller, const std::string& after = {}, std::uint32_t most = rpc::kPageMax);
  Result<v1::Migration> mark_paid(const Caller& caller, const std::string& id, const std::string& reason);
  /// A new run as ordered.
  Result<v1::Migration> start(const Caller& caller, const v1::StartRequest& request);
  Result<std::vector<v1::Run>> runs(const Caller& caller, const std::string& id);
  Result<v1::Migration> pause(const Caller& caller, const std::string& id, const std::string& reason);
  Result<v1::Migration> resume(const Caller& caller, const std::string& id);
  Result<v1::Migration> stop(const Caller& caller, const std::string& id, const std::string& reason);
  Result<v1::Migration> accept_differences(const Caller& caller, const std::string& id, const std::string& reason);
  Result<std::vector<v1::Event>> history(const Caller& caller, const std::string& id, std::uint64_t after = 0,
                                         std::uint32_t most = rpc::kPageMax);

  /// Takes every step that nobody has to ask for: PAID → CONNECTING → READY, and → RUNNING where the tenant chose automatic start.
  /// Asks the neighbours; called after every change and every few seconds.
  Status advance(const std::string& tenant, const std::string& id);

 private:
  using Change = std::function<Status(Aggregate&, Migrations&)>;
  Result<v1::Migration> change(const Caller& caller, const std::string& id, const Change& what);
  Result<v1::RunOrder> ordered(const Caller& caller, const v1::Migration& migration, const v1::RunOrder& wanted);

  Transact transact_;
  Peers& peers_;
  Clock now_;
  YearsGuard may_ask_for_;
};

}  // namespace q2o::billing
