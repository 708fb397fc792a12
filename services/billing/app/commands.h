#pragma once

#include <functional>
#include <string>

#include "common/rpc/page.h"
#include "services/billing/app/once.h"

namespace q2o::billing {

/// Runs `work` in one transaction; `work` may run again when somebody else changed the migration in between.
using Transact = std::function<void(const std::function<void(Migrations&)>& work)>;
using Clock = std::function<std::string()>;  ///< RFC 3339 UTC

/// What people ask for. Every refused step says what is missing.
class Commands {
 public:
  Commands(Transact transact, Peers& peers, Clock now) : transact_(std::move(transact)), peers_(peers), now_(std::move(now)) {}

  /// Whether the tenant's plan covers so many years (0 = open). Set before the first call.
  using YearsGuard = std::function<Status(const std::string& tenant, std::uint32_t years)>;
  void guard_years(YearsGuard may_ask_for) { may_ask_for_ = std::move(may_ask_for); }

  Result<v1::Migration> create(const Caller& caller, const v1::CreateMigrationRequest& request);
  Result<v1::Migration> get(const Caller& caller, const std::string& id);
  std::vector<v1::Migration> list(const Caller& caller, const std::string& after = {}, std::uint32_t most = rpc::kPageMax);
  /// Source and target, as long as no run has begun. One that waited for them goes on by itself.
  Result<v1::Migration> set_connections(const Caller& caller, const v1::SetConnectionsRequest& request);
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
  Status advance(const std::string& tenant, const std::string& id, bool may_start = true);

 private:
  using Change = std::function<Status(Aggregate&, Migrations&)>;
  enum class Alone { no, yes };  ///< yes: no other migration of the tenant is made or started meanwhile
  Result<v1::Migration> change(const Caller& caller, const std::string& id, const Change& what, Alone alone = Alone::no);
  /// A question about a migration of the caller's: it locks nothing.
  template <class Answer, class Ask>
  Result<Answer> about(const Caller& caller, const std::string& id, const Ask& ask);
  std::optional<Result<v1::Migration>> answered(const Caller& caller);
  /// The migration as it is now, which is also what the same key gets from now on.
  Result<v1::Migration> final_answer(const Caller& caller, const std::string& id);
  Result<v1::Migration> start_first_run(const Caller& self, const v1::Migration& migration);
  Result<v1::Migration> connected(const Caller& self, const v1::Migration& migration);
  Result<v1::RunOrder> ordered(const Caller& caller, const v1::Migration& migration, const v1::RunOrder& wanted);

  Transact transact_;
  Peers& peers_;
  Clock now_;
  YearsGuard may_ask_for_;
};

}  // namespace q2o::billing
