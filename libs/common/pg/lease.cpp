#include "common/liveness/liveness.h"
#include "common/log/log.h"
#include "common/pg/pg.h"

namespace q2o::pg {
namespace {

std::int64_t milliseconds_of(std::chrono::milliseconds ttl) {
  return static_cast<std::int64_t>(ttl.count());
}

Lease lease_of(std::string_view kind, std::string_view id, const Rows& taken) {
  return {std::string(kind), std::string(id), taken[0].integer("fence")};
}

/// A holder that was killed on this machine cannot come back: nobody has to wait until its time has run out.
std::optional<Lease> take_over(Tx& tx, std::string_view kind, std::string_view id, std::string_view owner, std::chrono::milliseconds ttl,
                               const Row& gone) {
  const auto rows = tx.exec(
      "update lease set owner = $3, fence = fence + 1, lease_until = clock_timestamp() + $4 * interval '1 millisecond' "
      "where kind = $1 and id = $2 and fence = $5 returning fence",
      {kind, id, owner, milliseconds_of(ttl), gone.integer("fence")});
  if (rows.empty()) return std::nullopt;
  log::info("lease taken over from a process that is gone", {{"kind", kind}, {"owner", gone.text("owner")}});
  return lease_of(kind, id, rows);
}

}  // namespace

// clock_timestamp(), not now(): a transaction that waited for a lock must not judge by the time it began.
std::optional<Lease> try_lease(Tx& tx, std::string_view kind, std::string_view id, std::string_view owner, std::chrono::milliseconds ttl) {
  // Read without a lock first: those who wait for work must not stand in the way of the one who works.
  const auto held = tx.exec("select owner, fence from lease where kind = $1 and id = $2 and lease_until > clock_timestamp()", {kind, id});
  if (!held.empty()) {
    if (!liveness::certainly_dead(held[0].text("owner"))) return std::nullopt;
    return take_over(tx, kind, id, owner, ttl, held[0]);
  }
  const auto rows = tx.exec(
      "insert into lease as l (kind, id, owner, fence, lease_until) "
      "values ($1, $2, $3, 1, clock_timestamp() + $4 * interval '1 millisecond') "
      "on conflict (kind, id) do update set owner = excluded.owner, fence = l.fence + 1, lease_until = excluded.lease_until "
      "where l.lease_until <= clock_timestamp() returning fence",
      {kind, id, owner, milliseconds_of(ttl)});
  return rows.empty() ? std::nullopt : std::optional(lease_of(kind, id, rows));
}

bool held(Tx& tx, const Lease& lease) {
  return !tx.exec("select 1 from lease where kind = $1 and id = $2 and fence = $3 for share", {lease.kind, lease.id, lease.fence}).empty();
}

bool renew(Tx& tx, const Lease& lease, std::chrono::milliseconds ttl) {
  return tx.exec(
               "update lease set lease_until = clock_timestamp() + $4 * interval '1 millisecond' "
               "where kind = $1 and id = $2 and fence = $3",
               {lease.kind, lease.id, lease.fence, milliseconds_of(ttl)})
             .affected() == 1;
}

// The row stays, so that the fence goes on growing.
void release(Tx& tx, const Lease& lease) {
  tx.exec("update lease set lease_until = '-infinity' where kind = $1 and id = $2 and fence = $3", {lease.kind, lease.id, lease.fence});
}

}  // namespace q2o::pg
