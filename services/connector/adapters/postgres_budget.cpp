#include "services/connector/adapters/postgres_budget.h"

#include <charconv>

#include "services/connector/domain/budget.h"

namespace q2o::connector {
namespace {

constexpr std::string_view kNow = "(extract(epoch FROM clock_timestamp()) * 1000)::bigint";

pg::Row locked(pg::Tx& tx, const std::string& connection_id) {
  tx.exec(
      "INSERT INTO budget (connection_id, tenant_id) SELECT connection_id, tenant_id FROM connection WHERE connection_id = $1 ON CONFLICT "
      "DO NOTHING",
      {connection_id});
  return tx.one("SELECT granted::text[] AS granted, blocked_until FROM budget WHERE connection_id = $1 FOR UPDATE", {connection_id});
}

}  // namespace

std::vector<milliseconds> PostgresBudget::reserve(const std::string& connection_id, const Budget& budget, int count) {
  return pool_.transact([&](pg::Tx& tx) {
    const auto row = locked(tx, connection_id);
    std::vector<Moment> moments;
    for (const auto& text : row.text_array("granted")) moments.emplace_back(std::stoll(text));
    const Moment blocked_until(row.integer("blocked_until"));
    // Read after the lock was granted: another replica may have held it for a while.
    const Moment now(tx.one("SELECT " + std::string(kNow) + " AS now").integer("now"));
    GrantLog log(budget, std::move(moments));
    std::vector<milliseconds> delays;
    for (const auto moment : log.grant(count, now, blocked_until)) delays.push_back(moment - now);
    std::vector<std::int64_t> granted;
    for (const auto moment : log.moments()) granted.push_back(moment.count());
    tx.exec("UPDATE budget SET granted = $2 WHERE connection_id = $1", {connection_id, granted});
    return delays;
  });
}

void PostgresBudget::block(const std::string& connection_id, milliseconds time) {
  pool_.transact([&](pg::Tx& tx) {
    locked(tx, connection_id);
    tx.exec("UPDATE budget SET blocked_until = greatest(blocked_until, " + std::string(kNow) + " + $2) WHERE connection_id = $1",
            {connection_id, static_cast<std::int64_t>(time.count())});
  });
}

int PostgresBudget::slots(const std::string& connection_id, const std::string& owner, int most, int busy, milliseconds ttl) {
  return pool_.transact([&](pg::Tx& tx) {
    locked(tx, connection_id);
    tx.exec("DELETE FROM budget_slot WHERE connection_id = $1 AND valid_until < clock_timestamp()", {connection_id});
    const auto others = tx.one(
        "SELECT coalesce(sum(slots), 0)::bigint AS taken, count(*) AS members FROM budget_slot WHERE connection_id = $1 AND owner <> $2",
        {connection_id, owner});
    // A newcomer finds room at the latest when the others renew: each keeps its fair share only.
    const auto share = std::max<std::int64_t>(1, most / (others.integer("members") + 1));
    const auto free = std::max<std::int64_t>(0, most - others.integer("taken"));
    const auto mine = static_cast<int>(std::min(free, others.integer("members") == 0 ? most : share));
    tx.exec(
        "INSERT INTO budget_slot (connection_id, tenant_id, owner, slots, valid_until) SELECT connection_id, tenant_id, $2, $3,"
        " clock_timestamp() + $4 * interval '1 millisecond' FROM budget WHERE connection_id = $1"
        " ON CONFLICT (connection_id, owner) DO UPDATE SET slots = excluded.slots, valid_until = excluded.valid_until",
        {connection_id, owner, std::max(mine, busy), static_cast<std::int64_t>(ttl.count())});
    return mine;
  });
}

}  // namespace q2o::connector
