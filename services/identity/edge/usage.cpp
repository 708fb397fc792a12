#include "services/identity/edge/usage.h"

#include "common/liveness/pause.h"
#include "common/log/log.h"
#include "common/pg/acting.h"

namespace q2o::identity::edge {
namespace {

/// While the database is away for long, what is new is counted no more.
constexpr std::size_t kSumsMax = 100'000;

}  // namespace

void UsageBook::Sums::add(const Sums& other) {
  calls += other.calls;
  microseconds += other.microseconds;
  microseconds_max = std::max(microseconds_max, other.microseconds_max);
  request_bytes += other.request_bytes;
  response_bytes += other.response_bytes;
}

void UsageBook::add(const Call& call) {
  if (call.tenant.empty()) return;
  Key key{call.tenant, call.key_id, call.method, call.status, std::chrono::floor<std::chrono::hours>(call.at)};
  const auto took = static_cast<std::uint64_t>(std::max<std::int64_t>(0, call.took.count()));
  const std::lock_guard lock(mutex_);
  if (sums_.size() >= kSumsMax && !sums_.contains(key)) {
    ++dropped_;
    return;
  }
  sums_[std::move(key)].add({1, took, took, call.request_bytes, call.response_bytes});
}

void UsageBook::write() {
  std::map<Key, Sums> sums;
  {
    const std::lock_guard lock(mutex_);
    sums.swap(sums_);
    if (dropped_ > 0) log::warn("calls were not counted as usage: too many kinds were waiting for the database", {{"calls", dropped_}});
    dropped_ = 0;
  }
  // One transaction per tenant: its rows are open to nobody else's.
  while (!sums.empty()) {
    const std::string tenant = std::get<0>(sums.begin()->first);
    std::map<Key, Sums> of_tenant;
    while (!sums.empty() && std::get<0>(sums.begin()->first) == tenant) of_tenant.insert(sums.extract(sums.begin()));
    try {
      pool_.transact([&](pg::Tx& tx) { write_tenant(tx, tenant, of_tenant); });
    } catch (const pg::CommitInDoubt& doubt) {
      // Rather lost than counted twice.
      log::warn("usage may not have been written", {{"error", doubt.what()}});
    } catch (const std::exception& problem) {
      put_back(of_tenant);
      put_back(sums);
      log::warn("usage was not written; the next try follows", {{"error", problem.what()}});
      return;
    }
  }
}

void UsageBook::put_back(const std::map<Key, Sums>& sums) {
  const std::lock_guard lock(mutex_);
  for (const auto& [key, value] : sums) sums_[key].add(value);
}

void UsageBook::write_tenant(pg::Tx& tx, const std::string& tenant, const std::map<Key, Sums>& sums) {
  pg::act_for(tx, acting::tenant(tenant));
  for (const auto& [key, sum] : sums) {
    const auto& [owner, key_id, method, status, hour] = key;
    const auto since = std::chrono::duration_cast<std::chrono::seconds>(hour.time_since_epoch()).count();
    tx.exec(
        "insert into usage (tenant_id, key_id, method, status, hour, calls, microseconds, microseconds_max, request_bytes, response_bytes) "
        "values ($1, $2, $3, $4, to_timestamp($5::bigint), $6, $7, $8, $9, $10) "
        "on conflict (tenant_id, hour, key_id, method, status) do update set calls = usage.calls + excluded.calls, "
        "microseconds = usage.microseconds + excluded.microseconds, microseconds_max = greatest(usage.microseconds_max, "
        "excluded.microseconds_max), "
        "request_bytes = usage.request_bytes + excluded.request_bytes, response_bytes = usage.response_bytes + excluded.response_bytes",
        {owner, key_id, method, status, static_cast<std::int64_t>(since), sum.calls, sum.microseconds, sum.microseconds_max,
         sum.request_bytes, sum.response_bytes});
  }
}

void UsageBook::run(std::chrono::milliseconds every, std::stop_token stop) {
  while (!stop.stop_requested()) {
    liveness::pause(every, stop);
    write();
  }
}

}  // namespace q2o::identity::edge
